// SPDX-License-Identifier: BSD-3-Clause
// Internal to the resolver: the names, the servers that use them, and their answers.
#pragma once

#include <pthread.h>

#include "naming/resolve.h"
#include "naming/resolve_name.h"

#define TTL_MAX_S 3600

// A host to look up. Writer: main until resolver_run(), then the thread.
struct name {
	const char *host;
	uint16_t port;
	enum hl_dns_type type;
	enum hl_family family; // of the lines that use it
	struct answer answer;  // the last good one
	uint64_t due_ms;
	bool failing; // a failure was reported
};

// A server of a profile that is given by name.
struct user {
	uint32_t profile, name;
	enum hl_server server;
};

struct resolver {
	const struct hl_config *config;
	struct resolver_options options;
	struct name *names;
	struct user *users;
	uint32_t n_names, n_users;
	struct hl_plan *plan;
	pthread_t thread;
	bool running;
	int stop_fd;
};

uint64_t resolver_now_ms(void); // monotonic

// Get the first answer. When DNS fails, try again until end_ms.
int name_find_first(struct resolver *r, struct name *name, uint64_t end_ms, struct hl_error *err);

// Look up a name again and publish its answer if it has changed. On failure the last one stays in
// use.
void name_renew(struct resolver *r, uint32_t index);

// Give an answer to all servers that use the name.
int name_publish(struct resolver *r, uint32_t index, const struct answer *answer,
		 struct hl_error *err);
