// SPDX-License-Identifier: BSD-3-Clause
// The control thread's side of a trace: it is opened, attached to workers, told of lines, counted and closed.

#include "trace/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/counter.h"
#include "trace/reader.h"

// Of the last messages of lines: a message takes about so much, and all of them at most that.
#define KEPT_MESSAGE_BYTES 700
#define KEPT_BYTES_MIN (1u << 20)
#define KEPT_BYTES_MAX (1u << 28)
#define NOTICE_BYTES 128
#define NOTICES_BYTES_MIN (1u << 16)
#define NOTICES_BYTES_MAX (1u << 26)
#define COMMENT_MAX 200

static size_t power_of_two(uint64_t bytes, size_t min, size_t max)
{
	size_t size = min;

	while (size < bytes && size < max)
		size *= 2;
	return size;
}

static void trace_free(struct trace *t)
{
	for (unsigned i = 0; i < t->n; i++)
		tap_free(t->taps[i]);
	pcap_file_free(t->pcap);
	hep_close(t->hep);
	kept_free(t->kept);
	byte_ring_free(t->notices);
	byte_ring_free(t->seen);
	for (unsigned i = 0; i < WATCHES_MAX; i++)
		free(t->watches[i]);
	free(t->chosen);
	free(t->watched);
	free(t->wanted);
	free(t->lines_text);
	side_thread_free(&t->thread);
	free(t);
}

static bool too_late(void *context)
{
	struct trace *t = context;

	return side_thread_too_late(&t->thread);
}

static int pcap_make(struct trace *t, const struct hl_config *config, const char *device,
		     struct hl_error *err)
{
	const struct pcap_options options = {
		.path = config->pcap,
		.size_bytes = config->pcap_size_mib << 20,
		.files = config->pcap_files,
		.application = "heartline " HEARTLINE_VERSION,
		.interface = device,
		.too_late = too_late,
		.context = t,
	};

	return pcap_file_open(&t->pcap, &options, err);
}

static bool has_collector(const struct hl_config *config)
{
	return config->hep && strcmp(config->hep, "off") != 0;
}

static int hep_make(struct trace *t, const struct hl_config *config, struct hl_error *err)
{
	struct hl_endpoint to;

	hl_listen_parse(config->hep, &to); // as it was checked
	return hep_open(&t->hep, &to, config->hep_id, err);
}

static bool has_sink(const struct trace *t)
{
	return t->pcap || t->hep;
}

int trace_open(struct trace **out, const struct hl_config *config, const char *device,
	       struct hl_error *err)
{
	const char *wrong;
	uint32_t wrong_len;
	struct trace *t = calloc(1, sizeof(*t));
	int rc = 0;

	*out = NULL;
	if (t)
		t->lines_text = strdup(config->trace_lines);
	if (!t || !t->lines_text) {
		free(t);
		return hl_fail(err, ENOMEM, "trace: no memory");
	}
	side_thread_init(&t->thread);
	hl_traced_parse(t->lines_text, &t->lines, &wrong, &wrong_len);
	t->ring_bytes = power_of_two((uint64_t)config->trace_buffer_kib << 10, 1u << 16, 1ul << 32);
	if (config->pcap)
		rc = pcap_make(t, config, device, err);
	if (rc == 0 && has_collector(config))
		rc = hep_make(t, config, err);
	if (has_sink(t)) {
		t->n_last = config->trace_failed;
	} else if (config->trace_failed > 0 || strcmp(config->trace_lines, "all") != 0) {
		fprintf(stderr, "heartline: warning: trace_lines and trace_failed say what is "
				"captured, but nothing is: there is neither pcap nor hep\n");
	}
	if (rc < 0) {
		trace_free(t);
		return rc;
	}
	*out = t;
	return 0;
}

static bool is_chosen(const struct trace *t, uint32_t line)
{
	uint32_t len;
	const char *number = hl_plan_phone_number(t->plan, line, &len);

	return has_sink(t) && hl_traced_holds(&t->lines, line, number, len);
}

void trace_wants(struct trace *t, uint32_t line)
{
	bool any = has_sink(t) || atomic_load(&t->n_watches) > 0;

	line_set_put(t->wanted, line,
		     line_set_has(t->chosen, line) || line_set_has(t->watched, line));
	for (unsigned i = 0; i < t->n; i++)
		atomic_store_explicit(t->places[i], any ? t->taps[i] : NULL, memory_order_release);
}

static int lines_choose(struct trace *t, struct hl_error *err)
{
	uint32_t slots = hl_plan_slots(t->plan), n = 0;

	t->chosen = line_set_new(slots);
	t->watched = line_set_new(slots);
	t->wanted = line_set_new(slots);
	if (!t->chosen || !t->watched || !t->wanted)
		return hl_fail(err, ENOMEM, "trace: no memory for a choice of lines");
	for (uint32_t k = 0; has_sink(t) && k < slots; k++) {
		bool chosen = is_chosen(t, k);
		line_set_put(t->chosen, k, chosen);
		line_set_put(t->wanted, k, chosen);
		n += chosen;
	}
	if (has_sink(t) && n == 0)
		fprintf(stderr,
			"heartline: warning: trace_lines: no line of the run is among %.200s\n",
			t->lines_text);
	atomic_store(&t->wanted->all, has_sink(t) && t->lines.one_in == 1 && t->n_last == 0);
	return 0;
}

static int failures_make(struct trace *t, struct hl_error *err)
{
	uint64_t slots = hl_plan_slots(t->plan);

	t->kept = kept_new(power_of_two(slots * t->n_last * KEPT_MESSAGE_BYTES, KEPT_BYTES_MIN,
					KEPT_BYTES_MAX),
			   (uint32_t)slots);
	t->notices = byte_ring_new(
		power_of_two(slots * NOTICE_BYTES, NOTICES_BYTES_MIN, NOTICES_BYTES_MAX));
	return t->kept && t->notices
		       ? 0
		       : hl_fail(err, ENOMEM, "trace_failed: no memory for messages of lines");
}

static int taps_make(struct trace *t, struct hl_error *err)
{
	for (; t->n < t->n_workers; t->n++) {
		t->taps[t->n] = tap_new(t->ring_bytes, t->plan, hl_plan_port(t->plan, t->n),
					t->wanted);
		if (!t->taps[t->n])
			return hl_fail(err, ENOMEM,
				       "trace_buffer: no memory for %zu KiB of each worker; give "
				       "less",
				       t->ring_bytes >> 10);
	}
	return 0;
}

int trace_attach(struct trace *t, const struct hl_plan *plan, _Atomic(struct tap *) *const places[],
		 unsigned n, struct hl_error *err)
{
	int rc = 0;

	t->plan = plan;
	t->n_workers = n;
	for (unsigned i = 0; i < n; i++)
		t->places[i] = places[i];
	if (has_sink(t))
		rc = lines_choose(t, err);
	if (rc == 0 && t->n_last > 0)
		rc = failures_make(t, err);
	if (rc == 0 && has_sink(t))
		rc = taps_make(t, err);
	if (rc == 0 && has_sink(t))
		trace_wants(t, 0);
	return rc;
}

int trace_start(struct trace *t, struct hl_error *err)
{
	return has_sink(t) ? trace_run(t, err) : 0;
}

int trace_run(struct trace *t, struct hl_error *err)
{
	int rc = t->wanted ? 0 : lines_choose(t, err);

	if (rc == 0)
		rc = taps_make(t, err);
	if (rc < 0 || t->thread.running)
		return rc;
	rc = side_thread_start(&t->thread, "trace", trace_reader_main, t);
	return rc == 0 ? 0 : hl_fail(err, rc, "trace: no thread: %s", strerror(rc));
}

bool trace_wants_failures(const struct trace *t)
{
	return t->notices != NULL;
}

static bool notice_put(struct trace *t, const struct trace_notice *notice, const char *comment)
{
	uint32_t len = (uint32_t)strnlen(comment, COMMENT_MAX);
	uint64_t at = byte_ring_at(t->notices);
	uint8_t *to = byte_ring_reserve(t->notices, &at, (uint32_t)sizeof(*notice) + len + 1);

	if (!to)
		return false;
	memcpy(to, notice, sizeof(*notice));
	memcpy(to + sizeof(*notice), comment, len);
	to[sizeof(*notice) + len] = 0;
	byte_ring_publish(t->notices, at);
	return true;
}

void trace_line_failed(struct trace *t, uint32_t line, uint64_t at_ns, const char *comment)
{
	const struct trace_notice notice = { .line = line, .at_ns = at_ns };

	if (t->notices && line_set_has(t->chosen, line) && !notice_put(t, &notice, comment))
		counter_add(&t->failures_missed, 1);
}

void trace_line_changed(struct trace *t, uint32_t line)
{
	const struct trace_notice notice = { .line = line, .is_gone = true };

	if (!t->wanted)
		return;
	line_set_put(t->chosen, line, is_chosen(t, line));
	trace_wants(t, line);
	if (t->notices)
		notice_put(t, &notice, "");
}

void trace_count(const struct trace *t, struct trace_counts *counts)
{
	const char *error = t->pcap ? pcap_file_error(t->pcap) : NULL;

	*counts = (struct trace_counts){
		.written = t->pcap ? pcap_file_written(t->pcap) : 0,
		.unwritten = t->pcap ? pcap_file_unwritten(t->pcap) : 0,
		.hep_sent = t->hep ? hep_sent(t->hep) : 0,
		.hep_unsent = t->hep ? hep_unsent(t->hep) : 0,
		.failures = counter_load(&t->failures),
		.failures_missed = counter_load(&t->failures_missed),
	};
	for (unsigned i = 0; i < t->n; i++) {
		counts->recorded += counter_load(&t->taps[i]->recorded);
		counts->dropped += counter_load(&t->taps[i]->dropped);
	}
	snprintf(counts->error, sizeof(counts->error), "%s", error ? error : "");
}

void trace_close(struct trace *t, struct trace_counts *counts)
{
	if (!t)
		return;
	for (unsigned i = 0; i < t->n; i++)
		atomic_store(t->places[i], NULL);
	bool ended = side_thread_end(&t->thread, TRACE_END_MS);
	if (counts)
		trace_count(t, counts);
	if (counts && !ended)
		snprintf(counts->error, sizeof(counts->error), "the disk does not answer");
	if (ended)
		trace_free(t);
}
