// SPDX-License-Identifier: BSD-3-Clause
// Our scanner and osip2's parser on the same replies, in turn, each message the same number of times.
#include <osipparser2/osip_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "sip/parse.h"
#include "sip/scan.h"
#include "../tests/unit/sip/corpus.h"

#define MESSAGES (sizeof(corpus) / sizeof(corpus[0]))

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
	double *ratio = calloc(o->repetitions, sizeof(*ratio));
	uint32_t len[MESSAGES];
	uint64_t bytes = 0;

	if (!ours || !theirs || !ratio)
		abort();
	parse_init();
	for (unsigned i = 0; i < MESSAGES; i++)
		bytes += len[i] = (uint32_t)strlen(corpus[i].text);
	scan_ns(len, rounds); // warm-up
	for (unsigned r = 0; r < o->repetitions; r++) {
		ours[r] = scan_ns(len, rounds * 10);
		theirs[r] = osip_ns(len, rounds);
		ratio[r] = theirs[r] / ours[r];
	}
	double a = bench_median(ours, o->repetitions), b = bench_median(theirs, o->repetitions);
	double r = bench_median(ratio, o->repetitions);
	if (o->json) {
		bench_json_open("scan");
		printf(", \"messages\": %u, \"bytes_per_message\": %.0f, \"ns_per_message\": %.1f, "
		       "\"osip_ns_per_message\": %.1f, \"ratio\": %.1f",
		       (unsigned)MESSAGES, (double)bytes / MESSAGES, a, b, r);
		bench_json_close();
	} else {
		printf("scan %u replies of %.0f bytes  %.1f ns, osip2 %.1f ns a message, ratio %.1f\n",
		       (unsigned)MESSAGES, (double)bytes / MESSAGES, a, b, r);
	}
	free(ours);
	free(theirs);
	free(ratio);
	return 0;
}

const struct bench bench_scan = { "scan", "our scanner against osip2 on the same replies", run };
