// SPDX-License-Identifier: BSD-3-Clause
// Asks DNS one question at a time; each call returns when it is answered or given up.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ares.h>

#include <heartline/addr.h>
#include <heartline/error.h>

struct query {
	ares_channel channel;
	enum hl_family family; // of the addresses that are asked for
	int stop_fd;           // gives up when it is readable; -1: none
	int status;            // ARES_*; of the question under way
	bool done;
	uint32_t ttl_s;                  // least of all answers so far
	struct ares_addrinfo *addresses; // of the last query_addresses(); freed by the next one
	void *records;                   // of the last query_records(), by ares_free_data()
	int type;                        // of the question under way
};

// servers: "10.0.0.1,[2001:db8::1]:5353"; NULL: the system's. Asks for addresses of IPv4, unless `family` is set.
int query_open(struct query *q, const char *servers, int stop_fd, struct hl_error *err);
void query_close(struct query *q);
// The servers that it asks: "10.0.0.1:53, 10.0.0.2:53".
void query_servers(const struct query *q, char *out, size_t size);

// The addresses of a host, from hosts files, too, and with search domains. ARES_SUCCESS, or the
// error.
int query_addresses(struct query *q, const char *host);
// The same for ns_t_srv (struct ares_srv_reply) and ns_t_naptr (struct ares_naptr_reply).
int query_records(struct query *q, const char *name, int type);

// Is it an answer, namely that there is no such record, and not a failure?
static inline bool query_says_none(int status)
{
	return status == ARES_ENOTFOUND || status == ARES_ENODATA;
}
