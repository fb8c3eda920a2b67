// SPDX-License-Identifier: BSD-3-Clause
// Capture files, read back block by block; and what takes no more.

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include "trace/pcap_file.h"

static char folder[64], path[128];

static void folder_make(void)
{
	snprintf(folder, sizeof(folder), "/tmp/hl-pcap-XXXXXX");
	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.pcapng", folder);
}

static void folder_remove(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

static struct pcap_file *file_make(const char *at, uint64_t size_bytes, unsigned files)
{
	const struct pcap_options o = {
		.path = at,
		.size_bytes = size_bytes,
		.files = files,
		.application = "test",
		.interface = "net0",
	};
	struct pcap_file *f;
	struct hl_error err;

	cr_assert_eq(pcap_file_open(&f, &o, &err), 0, "%s", err.text);
	return f;
}

static void frames_add(struct pcap_file *f, uint32_t first, uint32_t n)
{
	const struct pcapng_tally tally = { 1, 2, 3, 4 };
	uint8_t data[101];

	for (uint32_t k = first; k < first + n; k++) {
		memset(data, (uint8_t)k, sizeof(data));
		const struct pcapng_frame frame = {
			.wall_ns = UINT64_C(1700000000123456789) + k,
			.data = data,
			.bytes = 90 + k % 12,
			.wire_bytes = 200,
			.sent = k % 2,
			.comment = k % 5 == 0 ? "why" : NULL,
		};
		pcap_file_add(f, &frame, &tally);
	}
}

struct seen {
	unsigned sections, interfaces, frames, statistics;
	uint32_t first; // number of the first frame, by its time
	long bytes;
};

// Every block has its length at both ends, and the last one ends where the file does.
static struct seen file_read(const char *at)
{
	static uint8_t bytes[1 << 20];
	struct seen s = { 0 };
	uint32_t type, len, again, half[2];
	int fd = open(at, O_RDONLY | O_CLOEXEC);

	cr_assert(fd >= 0, "%s", at);
	s.bytes = read(fd, bytes, sizeof(bytes));
	close(fd);
	for (long k = 0; k < s.bytes; k += len) {
		memcpy(&type, bytes + k, 4);
		memcpy(&len, bytes + k + 4, 4);
		cr_assert(len % 4 == 0 && len >= 12 && k + len <= s.bytes, "block of %u", len);
		memcpy(&again, bytes + k + len - 4, 4);
		cr_assert_eq(len, again);
		s.sections += type == 0x0a0d0d0a;
		s.interfaces += type == 1;
		s.statistics += type == 5;
		if (type != 6)
			continue;
		memcpy(half, bytes + k + 12, 8);
		uint64_t number = ((uint64_t)half[0] << 32 | half[1]) -
				  UINT64_C(1700000000123456789);
		if (s.frames == 0)
			s.first = (uint32_t)number;
		cr_assert_eq(number, s.first + s.frames);
		cr_assert_eq(bytes[k + 28], (uint8_t)number);
		s.frames++;
	}
	return s;
}

static void end(struct pcap_file *f)
{
	const struct pcapng_tally tally = { 1, 2, 3, 4 };

	pcap_file_end(f, &tally);
}

Test(pcap_file, what_was_added_is_read_back, .init = folder_make, .fini = folder_remove)
{
	struct pcap_file *f = file_make(path, 0, 1);
	struct stat st;

	frames_add(f, 0, 3000); // more than is buffered
	end(f);
	cr_expect_eq(pcap_file_written(f), 3000);
	cr_expect_eq(pcap_file_unwritten(f), 0);
	cr_expect_null(pcap_file_error(f));
	pcap_file_free(f);
	struct seen s = file_read(path);
	cr_expect(s.sections == 1 && s.interfaces == 1 && s.frames == 3000 && s.statistics == 1);
	cr_expect_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600, "it holds answers to challenges");
}

Test(pcap_file, it_ends_at_its_size_and_counts_the_rest, .init = folder_make, .fini = folder_remove)
{
	struct pcap_file *f = file_make(path, 100000, 1);

	frames_add(f, 0, 5000);
	end(f);
	struct seen s = file_read(path);
	cr_expect(s.bytes <= 100000 && s.bytes > 99000, "%ld", s.bytes);
	cr_expect_eq(s.statistics, 1);
	cr_expect_eq(pcap_file_written(f), s.frames);
	cr_expect_eq(pcap_file_unwritten(f), 5000 - s.frames);
	cr_expect_str_eq(pcap_file_error(f), "it has its size (pcap_size)");
	pcap_file_free(f);
}

Test(pcap_file, of_several_files_the_latest_ones_are_there, .init = folder_make,
     .fini = folder_remove)
{
	struct pcap_file *f = file_make(path, 50000, 3);
	char older[160];

	frames_add(f, 0, 2000);
	end(f);
	cr_expect_eq(pcap_file_written(f), 2000);
	cr_expect_null(pcap_file_error(f));
	pcap_file_free(f);
	struct seen latest = file_read(path);
	snprintf(older, sizeof(older), "%s.1", path);
	struct seen second = file_read(older);
	snprintf(older, sizeof(older), "%s.2", path);
	struct seen third = file_read(older);
	cr_expect_eq(latest.first + latest.frames, 2000);
	cr_expect_eq(second.first + second.frames, latest.first);
	cr_expect_eq(third.first + third.frames, second.first);
	cr_expect(third.sections == 1 && third.statistics == 1);
	snprintf(older, sizeof(older), "%s.3", path);
	cr_expect_neq(access(older, F_OK), 0, "three files, not four");
}

Test(pcap_file, a_full_disk_is_an_error_and_nothing_is_torn, .init = folder_make,
     .fini = folder_remove)
{
	struct pcap_file *f = file_make(path, 0, 1);
	const struct rlimit limit = { 77777, 77777 };

	frames_add(f, 0, 100);
	pcap_file_flush(f);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	frames_add(f, 100, 3900);
	end(f);
	struct seen s = file_read(path);
	cr_expect(s.bytes <= 77777 && s.bytes > 77000, "%ld", s.bytes);
	cr_expect_eq(pcap_file_written(f), s.frames);
	cr_expect_eq(pcap_file_unwritten(f), 4000 - s.frames);
	cr_expect_str_eq(pcap_file_error(f), "File too large");
	pcap_file_free(f);

	f = file_make("/dev/full", 0, 1);
	frames_add(f, 0, 10);
	pcap_file_flush(f);
	frames_add(f, 10, 10);
	end(f);
	cr_expect_eq(pcap_file_unwritten(f), 20);
	cr_expect_str_eq(pcap_file_error(f), "No space left on device");
	pcap_file_free(f);
}

static bool at_once(void *context)
{
	(void)context;
	return true;
}

Test(pcap_file, a_reader_may_be_slow_or_go_away, .init = folder_make, .fini = folder_remove)
{
	struct pcap_options o = { .path = path, .files = 1, .application = "", .interface = "" };
	struct pcap_file *f;
	struct hl_error err;

	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_lt(pcap_file_open(&f, &o, &err), 0);
	cr_expect(strstr(err.text, "nobody reads from this FIFO"), "%s", err.text);

	int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	o.too_late = at_once;
	cr_assert_eq(pcap_file_open(&f, &o, &err), 0);
	frames_add(f, 0, 1000); // 64 KiB are in the pipe
	pcap_file_flush(f);
	cr_expect_str_eq(pcap_file_error(f), "its reader is too slow");
	cr_expect_eq(pcap_file_written(f) + pcap_file_unwritten(f), 1000);
	cr_expect_gt(pcap_file_written(f), 100);
	pcap_file_free(f);
	close(reader);

	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	cr_assert_eq(pcap_file_open(&f, &o, &err), 0);
	close(reader);
	frames_add(f, 0, 10);
	pcap_file_flush(f);
	cr_expect_str_eq(pcap_file_error(f), "its reader has gone");
	cr_expect_eq(pcap_file_unwritten(f), 10);
	pcap_file_free(f);
}
