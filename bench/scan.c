// SPDX-License-Identifier: BSD-3-Clause
// Our scanner and osip2's parser on the same replies, in turn, each message the same number of times; and
// our scanner with its memory, on replies of the same kinds with other lines' values in them.
#include <osipparser2/osip_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stopwatch.h"
#include "sip/memo.h"
#include "sip/parse.h"
#include "../tests/unit/sip/corpus.h"

#define MESSAGES (sizeof(corpus) / sizeof(corpus[0]))
#define LINES 4 // whose replies are told apart

struct stream {
	struct reply_memory memory;
	char text[LINES][MESSAGES][1024];
	uint32_t len[MESSAGES];
	uint64_t bytes; // of all messages of a line
};

// Where a line's own values stand in the corpus: the last digit of its branch, CSeq and Call-ID.
static void line_values(char *text, unsigned line)
{
	static const char *const values[] = { "0123456789ab;", "z9hG4bK0001e24030000abc",
					      "10000000", "0123456789abcdef" };

	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		size_t end = strcspn(values[i], ";");

		for (char *at = text; (at = strstr(at, values[i])) != NULL; at += end)
			at[end - 1] = (char)('0' + line);
	}
}

static struct stream *stream_new(void)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	for (unsigned i = 0; i < MESSAGES; i++) {
		s->bytes += s->len[i] = (uint32_t)strlen(corpus[i].text);
		for (unsigned line = 0; line < LINES; line++) {
			snprintf(s->text[line][i], sizeof(s->text[line][i]), "%s", corpus[i].text);
			line_values(s->text[line][i], line);
		}
	}
	return s;
}

static void scan_new(struct stream *s, unsigned rounds)
{
	uint32_t sum = 0; // so that the compiler leaves nothing out
	struct sip_reply reply;

	for (unsigned r = 0; r < rounds; r++)
		for (unsigned i = 0; i < MESSAGES; i++)
			if (scan_reply(corpus[i].text, s->len[i], &reply) == SCAN_OK)
				sum += reply.status;
	__asm__ volatile("" : : "r"(sum));
}

static void scan_known(struct stream *s, unsigned rounds)
{
	uint32_t sum = 0;
	struct sip_reply reply;

	for (unsigned r = 0; r < rounds; r++)
		for (unsigned i = 0; i < MESSAGES; i++)
			if (reply_memory_scan(&s->memory, s->text[r % LINES][i], s->len[i],
					      &reply) == SCAN_OK)
				sum += reply.status;
	__asm__ volatile("" : : "r"(sum));
}

static void parse_osip(struct stream *s, unsigned rounds)
{
	for (unsigned r = 0; r < rounds; r++) {
		for (unsigned i = 0; i < MESSAGES; i++) {
			osip_message_t *message;

			if (osip_message_init(&message) != OSIP_SUCCESS ||
			    osip_message_parse(message, corpus[i].text, s->len[i]) != OSIP_SUCCESS)
				abort();
			osip_message_free(message);
		}
	}
}

static struct stopwatch measure(void (*read)(struct stream *, unsigned), struct stream *s,
				unsigned rounds)
{
	struct stopwatch watch;

	stopwatch_reset(&watch);
	stopwatch_start(&watch);
	read(s, rounds);
	stopwatch_stop(&watch);
	watch.count = (uint64_t)rounds * MESSAGES;
	return watch;
}

static void count_instructions(struct stream *s)
{
	static const struct {
		const char *kind;
		void (*read)(struct stream *, unsigned);
	} rows[] = { { "new", scan_new }, { "known", scan_known }, { "osip2", parse_osip } };

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i].read(s, LINES); // warm-up
		struct stopwatch watch = measure(rows[i].read, s, 10 * LINES);
		stopwatch_dump(&watch, rows[i].kind, 0);
	}
}

// Medians of nanoseconds a message, and of the ratios of what ran in turn.
struct figures {
	double new_ns, known_ns, osip_ns, ratio, known_ratio;
};

static struct figures compare_readers(struct stream *s, unsigned repetitions, unsigned rounds)
{
	double *new = calloc(5 * (size_t)repetitions, sizeof(*new));
	double *known = new + repetitions, *osip = known + repetitions;
	double *ratio = osip + repetitions, *known_ratio = ratio + repetitions;

	if (!new)
		abort();
	scan_new(s, rounds); // warm-up
	scan_known(s, rounds);
	for (unsigned r = 0; r < repetitions; r++) {
		struct stopwatch a = measure(scan_new, s, rounds * 10);
		struct stopwatch b = measure(scan_known, s, rounds * 10);
		struct stopwatch c = measure(parse_osip, s, rounds);

		new[r] = stopwatch_ns_each(&a);
		known[r] = stopwatch_ns_each(&b);
		osip[r] = stopwatch_ns_each(&c);
		ratio[r] = osip[r] / new[r];
		known_ratio[r] = osip[r] / known[r];
	}
	struct figures f = {
		.new_ns = bench_median(new, repetitions),
		.known_ns = bench_median(known, repetitions),
		.osip_ns = bench_median(osip, repetitions),
		.ratio = bench_median(ratio, repetitions),
		.known_ratio = bench_median(known_ratio, repetitions),
	};
	free(new);
	return f;
}

static int run(const struct bench_options *o)
{
	struct stream *s = stream_new();

	parse_init();
	if (o->instructions) {
		count_instructions(s);
		free(s);
		return 0;
	}
	struct figures f = compare_readers(s, o->repetitions, o->smoke ? 10 : 2000);
	double bytes = (double)s->bytes / MESSAGES;
	if (o->json) {
		bench_json_open("scan");
		printf(", \"messages\": %u, \"bytes_per_message\": %.0f, \"ns_per_message\": %.1f, "
		       "\"osip_ns_per_message\": %.1f, \"ratio\": %.1f, "
		       "\"known_ns_per_message\": %.1f, \"known_ratio\": %.1f",
		       (unsigned)MESSAGES, bytes, f.new_ns, f.osip_ns, f.ratio, f.known_ns,
		       f.known_ratio);
		bench_json_close();
	} else {
		printf("scan %u replies of %.0f bytes  %.1f ns, osip2 %.1f ns a message, ratio %.1f\n"
		       "scan of kinds seen before     %.1f ns, ratio %.1f\n",
		       (unsigned)MESSAGES, bytes, f.new_ns, f.osip_ns, f.ratio, f.known_ns,
		       f.known_ratio);
	}
	free(s);
	return 0;
}

const struct bench bench_scan = { "scan", "our scanner against osip2 on the same replies", run };
