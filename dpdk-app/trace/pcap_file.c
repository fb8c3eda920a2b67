// SPDX-License-Identifier: BSD-3-Clause
// Frames are buffered and written in whole blocks: a file that is cut short by an error is cut behind one.

#include "trace/pcap_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/counter.h"

#define BUFFER_BYTES (1u << 18)
#define PATIENCE_MS 100 // for a reader, between two looks at the time
#define ENDED (-1)      // instead of an errno: the file has its size

struct pcap_file {
	char *path, *application, *interface;
	uint64_t size_bytes;
	unsigned files;
	bool (*too_late)(void *context);
	void *context;
	int fd;
	bool is_regular;
	uint64_t bytes; // in the file
	uint32_t len;   // in the buffer
	_Atomic int error;
	_Atomic uint64_t written, unwritten; // frames
	uint8_t buffer[BUFFER_BYTES];
};

static int file_begin(struct pcap_file *f)
{
	struct stat st;

	// As dumpcap does: what is captured is not for all eyes. Without blocking on a FIFO.
	f->fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0600);
	if (f->fd < 0)
		return -errno;
	f->is_regular = fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode);
	f->bytes = 0;
	f->len = (uint32_t)pcapng_head(f->buffer, f->application, f->interface);
	return 0;
}

int pcap_file_open(struct pcap_file **out, const struct pcap_options *o, struct hl_error *err)
{
	struct pcap_file *f = calloc(1, sizeof(*f));

	*out = NULL;
	if (f) {
		f->fd = -1;
		f->size_bytes = o->size_bytes;
		f->files = o->files;
		f->too_late = o->too_late;
		f->context = o->context;
		f->path = strdup(o->path);
		f->application = strdup(o->application);
		f->interface = strdup(o->interface);
	}
	if (!f || !f->path || !f->application || !f->interface) {
		pcap_file_free(f);
		return hl_fail(err, ENOMEM, "pcap: %s: no memory", o->path);
	}
	int rc = file_begin(f);
	if (rc < 0) {
		pcap_file_free(f);
		return hl_fail(err, -rc, "pcap: %s: %s", o->path,
			       rc == -ENXIO ? "nobody reads from this FIFO; start its reader first"
					    : strerror(-rc));
	}
	// Neither a reader that goes away nor a limit on the file's size may end the run.
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	*out = f;
	return 0;
}

const char *pcap_file_error(const struct pcap_file *f)
{
	int error = atomic_load(&f->error);

	switch (error) {
	case 0:
		return NULL;
	case ENDED:
		return "it has its size (pcap_size)";
	case ETIMEDOUT:
		return "its reader is too slow";
	case EPIPE:
		return "its reader has gone";
	default:
		return strerror(error);
	}
}

// Nothing is written from here on. The first `sent` bytes of the buffer are in the file.
static void give_up(struct pcap_file *f, int error, uint32_t sent)
{
	uint32_t at = 0, n = 0;

	while (at < f->len && at + pcapng_block_bytes(f->buffer + at) <= sent) {
		n += pcapng_block_is_frame(f->buffer + at);
		at += pcapng_block_bytes(f->buffer + at);
	}
	counter_add(&f->written, n);
	if (f->is_regular && at < sent && ftruncate(f->fd, (off_t)(f->bytes - (sent - at))) < 0)
		error = errno;
	for (n = 0; at < f->len; at += pcapng_block_bytes(f->buffer + at))
		n += pcapng_block_is_frame(f->buffer + at);
	counter_add(&f->unwritten, n);
	f->len = 0;
	atomic_store(&f->error, error);
	fprintf(stderr, "heartline: pcap: %s: %s; from here on frames are only counted\n", f->path,
		pcap_file_error(f));
}

// 0; -errno: the device cannot take more, or not in time.
static int more_awaited(struct pcap_file *f)
{
	struct pollfd out = { .fd = f->fd, .events = POLLOUT };

	if (f->too_late && f->too_late(f->context))
		return -ETIMEDOUT;
	poll(&out, 1, PATIENCE_MS);
	return 0;
}

void pcap_file_flush(struct pcap_file *f)
{
	uint32_t sent = 0, frames = 0;

	while (sent < f->len) {
		ssize_t n = write(f->fd, f->buffer + sent, f->len - sent);
		int rc = n < 0 ? -errno : 0;
		if (rc == -EAGAIN)
			rc = more_awaited(f);
		else if (rc == -EINTR)
			rc = 0;
		if (rc < 0) {
			give_up(f, -rc, sent);
			return;
		}
		sent += n > 0 ? (uint32_t)n : 0;
		f->bytes += n > 0 ? (uint64_t)n : 0;
	}
	for (uint32_t at = 0; at < f->len; at += pcapng_block_bytes(f->buffer + at))
		frames += pcapng_block_is_frame(f->buffer + at);
	counter_add(&f->written, frames);
	f->len = 0;
}

static void tally_add(struct pcap_file *f, const struct pcapng_tally *tally)
{
	if (f->len + PCAPNG_TALLY_ROOM > BUFFER_BYTES)
		pcap_file_flush(f);
	if (!f->error)
		f->len += (uint32_t)pcapng_tally(f->buffer + f->len, tally);
	pcap_file_flush(f);
}

// FILE.1 becomes FILE.2, and so on; the oldest one is overwritten.
static int files_shift(const struct pcap_file *f)
{
	size_t room = strlen(f->path) + 16;
	char *from = malloc(room), *to = malloc(room);
	int rc = from && to ? 0 : -ENOMEM;

	for (unsigned k = f->files - 1; rc == 0 && k > 0; k--) {
		snprintf(to, room, "%s.%u", f->path, k);
		if (k > 1)
			snprintf(from, room, "%s.%u", f->path, k - 1);
		else
			snprintf(from, room, "%s", f->path);
		if (rename(from, to) < 0 && errno != ENOENT)
			rc = -errno;
	}
	free(from);
	free(to);
	return rc;
}

// The file has its size.
static void file_end(struct pcap_file *f, const struct pcapng_tally *tally)
{
	tally_add(f, tally);
	if (f->error)
		return;
	if (f->files <= 1) {
		give_up(f, ENDED, 0);
		return;
	}
	close(f->fd);
	f->fd = -1;
	int rc = files_shift(f);
	if (rc == 0)
		rc = file_begin(f);
	if (rc < 0)
		give_up(f, -rc, 0);
}

void pcap_file_add(struct pcap_file *f, const struct pcapng_frame *frame,
		   const struct pcapng_tally *tally)
{
	uint32_t room = PCAPNG_FRAME_ROOM + frame->bytes;

	if (!f->error && f->len + room > BUFFER_BYTES)
		pcap_file_flush(f);
	if (!f->error && f->size_bytes && f->is_regular &&
	    f->bytes + f->len + room + PCAPNG_TALLY_ROOM > f->size_bytes)
		file_end(f, tally);
	if (f->error) {
		counter_add(&f->unwritten, 1);
		return;
	}
	f->len += (uint32_t)pcapng_frame(f->buffer + f->len, frame);
}

void pcap_file_end(struct pcap_file *f, const struct pcapng_tally *tally)
{
	if (!f->error)
		tally_add(f, tally);
	// Some file systems report an error only now.
	if (f->fd >= 0 && close(f->fd) < 0 && !f->error)
		give_up(f, errno, 0);
	f->fd = -1;
}

void pcap_file_free(struct pcap_file *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f->application);
	free(f->interface);
	free(f);
}

uint64_t pcap_file_written(const struct pcap_file *f)
{
	return counter_load(&f->written);
}

uint64_t pcap_file_unwritten(const struct pcap_file *f)
{
	return counter_load(&f->unwritten);
}
