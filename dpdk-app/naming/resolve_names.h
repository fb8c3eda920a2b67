// SPDX-License-Identifier: BSD-3-Clause
// Inside the resolver: names, who uses them, their answers.
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
	struct answer answer; // the last good one
	uint64_t due_ms;
	bool failing; // was told
};

// A server of a profile that goes by a name.
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

// The first answer, until a time; again and again when DNS fails.
int name_find_first(struct resolver *r, struct name *name, uint64_t end_ms, struct hl_error *err);

// A new answer for a name that is due; published when it differs. On failure the last one stays.
void name_renew(struct resolver *r, uint32_t index);

// Hand an answer to the servers that use the name.
int name_publish(struct resolver *r, uint32_t index, const struct answer *answer,
		 struct hl_error *err);
