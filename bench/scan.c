// SPDX-License-Identifier: BSD-3-Clause
// Our scanner and osip2's parser on the same replies, in turn, each message the same number of times; and
// our scanner with its memory, on replies of the same kinds with other lines' values in them.
#include <osipparser2/osip_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "sip/form.h"
#include "sip/parse.h"
#include "../tests/unit/sip/corpus.h"

#define MESSAGES (sizeof(corpus) / sizeof(corpus[0]))
#define LINES 4 // whose replies are told apart

struct stream {
	struct reply_forms forms;
	char text[LINES][MESSAGES][1024];
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

static double scan_ns(const uint32_t len[MESSAGES], unsigned rounds)
{
	uint32_t sum = 0; // so that the compiler leaves nothing out
	struct sip_reply reply;
	uint64_t start = bench_now_ns();

	for (unsigned r = 0; r < rounds; r++)
		for (unsigned i = 0; i < MESSAGES; i++)
			if (scan_reply(corpus[i].text, len[i], &reply) == SCAN_OK)
				sum += reply.status;
	__asm__ volatile("" : : "r"(sum));
	return (double)(bench_now_ns() - start) / (rounds * MESSAGES);
}

static double known_ns(struct stream *s, const uint32_t len[MESSAGES], unsigned rounds)
{
	uint32_t sum = 0;
	struct sip_reply reply;
	uint64_t start = bench_now_ns();

	for (unsigned r = 0; r < rounds; r++)
		for (unsigned i = 0; i < MESSAGES; i++)
			if (reply_forms_scan(&s->forms, s->text[r % LINES][i], len[i], &reply) ==
			    SCAN_OK)
				sum += reply.status;
	__asm__ volatile("" : : "r"(sum));
	return (double)(bench_now_ns() - start) / (rounds * MESSAGES);
}

static double osip_ns(const uint32_t len[MESSAGES], unsigned rounds)
{
	uint64_t start = bench_now_ns();

	for (unsigned r = 0; r < rounds; r++) {
		for (unsigned i = 0; i < MESSAGES; i++) {
			osip_message_t *message;

			if (osip_message_init(&message) != OSIP_SUCCESS ||
			    osip_message_parse(message, corpus[i].text, len[i]) != OSIP_SUCCESS)
				abort();
			osip_message_free(message);
		}
	}
	return (double)(bench_now_ns() - start) / (rounds * MESSAGES);
}

static int run(const struct bench_options *o)
{
	unsigned rounds = o->smoke ? 10 : 2000;
	double *ours = calloc(o->repetitions, sizeof(*ours));
	double *theirs = calloc(o->repetitions, sizeof(*theirs));
	double *known = calloc(o->repetitions, sizeof(*known));
	double *ratio = calloc(o->repetitions, sizeof(*ratio));
	double *known_ratio = calloc(o->repetitions, sizeof(*known_ratio));
	struct stream *stream = calloc(1, sizeof(*stream));
	uint32_t len[MESSAGES];
	uint64_t bytes = 0;

	if (!ours || !theirs || !known || !ratio || !known_ratio || !stream)
		abort();
	parse_init();
	for (unsigned i = 0; i < MESSAGES; i++) {
		bytes += len[i] = (uint32_t)strlen(corpus[i].text);
		for (unsigned line = 0; line < LINES; line++) {
			snprintf(stream->text[line][i], sizeof(stream->text[line][i]), "%s",
				 corpus[i].text);
			line_values(stream->text[line][i], line);
		}
	}
	scan_ns(len, rounds); // warm-up
	known_ns(stream, len, rounds);
	for (unsigned r = 0; r < o->repetitions; r++) {
		ours[r] = scan_ns(len, rounds * 10);
		known[r] = known_ns(stream, len, rounds * 10);
		theirs[r] = osip_ns(len, rounds);
		ratio[r] = theirs[r] / ours[r];
		known_ratio[r] = theirs[r] / known[r];
	}
	double a = bench_median(ours, o->repetitions), b = bench_median(theirs, o->repetitions);
	double r = bench_median(ratio, o->repetitions);
	double k = bench_median(known, o->repetitions);
	double kr = bench_median(known_ratio, o->repetitions);
	if (o->json) {
		bench_json_open("scan");
		printf(", \"messages\": %u, \"bytes_per_message\": %.0f, \"ns_per_message\": %.1f, "
		       "\"osip_ns_per_message\": %.1f, \"ratio\": %.1f, "
		       "\"known_ns_per_message\": %.1f, \"known_ratio\": %.1f",
		       (unsigned)MESSAGES, (double)bytes / MESSAGES, a, b, r, k, kr);
		bench_json_close();
	} else {
		printf("scan %u replies of %.0f bytes  %.1f ns, osip2 %.1f ns a message, ratio %.1f\n"
		       "scan of kinds seen before     %.1f ns, ratio %.1f\n",
		       (unsigned)MESSAGES, (double)bytes / MESSAGES, a, b, r, k, kr);
	}
	free(ours);
	free(theirs);
	free(known);
	free(ratio);
	free(known_ratio);
	free(stream);
	return 0;
}

const struct bench bench_scan = { "scan", "our scanner against osip2 on the same replies", run };
