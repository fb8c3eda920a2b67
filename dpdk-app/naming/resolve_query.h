// SPDX-License-Identifier: BSD-3-Clause
// One question to DNS at a time, answered or given up before the call returns.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <ares.h>

#include <heartline/error.h>

struct query {
	ares_channel channel;
	int stop_fd; // readable: give up; -1: none
	int status;  // ARES_*; of the question under way
	bool done;
	uint32_t ttl_s;                  // least of all answers so far
	struct ares_addrinfo *addresses; // of the last query_addresses(); freed by the next one
	void *records;                   // of the last query_records(), by ares_free_data()
	int type;                        // of the question under way
};

// servers: "10.0.0.1,10.0.0.2:5353"; NULL: the system's.
int query_open(struct query *q, const char *servers, int stop_fd, struct hl_error *err);
void query_close(struct query *q);

// ARES_SUCCESS; else what DNS said. Hosts files count, search domains too.
int query_addresses(struct query *q, const char *host);
// The same for ns_t_srv (struct ares_srv_reply) and ns_t_naptr (struct ares_naptr_reply).
int query_records(struct query *q, const char *name, int type);

// Was it an answer ("there is none"), and no failure?
static inline bool query_says_none(int status)
{
	return status == ARES_ENOTFOUND || status == ARES_ENODATA;
}
