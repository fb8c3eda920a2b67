// SPDX-License-Identifier: BSD-3-Clause
// The answers for a name: asked for, compared, published and reported. The last good one stays in
// use.

#include "naming/resolve_names.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "base/timebase.h"

#define TTL_MIN_S 5
#define RETRY_MS 5000      // after a failure
#define FIRST_RETRY_MS 250 // while the start waits

static const char *const type_names[] = { "A", "SRV", "NAPTR" };

uint64_t resolver_now_ms(void)
{
	return monotonic_ns() / 1000000;
}

static const char *said(int status)
{
	// SRV with the target ".", for which c-ares has no message
	return status == ARES_ESERVICE ? "the service is not available there"
				       : ares_strerror(status);
}

// Ask DNS for one name. On failure the last answer stays in use.
static int name_ask(struct resolver *r, struct name *name, struct answer *answer, char *why,
		    size_t room)
{
	struct question failed = { .type = type_names[name->type] };
	struct hl_error err;
	struct query query;

	// A new channel each time, as the system's DNS servers may have changed.
	if (query_open(&query, r->config->dns_servers, r->stop_fd, &err) < 0) {
		snprintf(why, room, "%.200s", err.text);
		return ARES_EBADQUERY;
	}
	query.family = name->family;
	int rc = name_resolve(&query, name->host, name->port, name->type, answer, &failed);
	if (rc != ARES_SUCCESS)
		snprintf(why, room, "%s %s: %s", failed.type, failed.name, said(rc));
	query_close(&query);
	return rc;
}

static void name_schedule(struct name *name)
{
	uint32_t ttl_s = name->answer.ttl_s;

	ttl_s = ttl_s < TTL_MIN_S ? TTL_MIN_S : ttl_s > TTL_MAX_S ? TTL_MAX_S : ttl_s;
	name->due_ms = resolver_now_ms() + ttl_s * 1000ull;
}

// A fixed order, since DNS servers rotate their answers.
static int target_compare(const void *a, const void *b)
{
	const struct hl_target *s = a, *t = b;
	int differ = memcmp(s->at.addr.bytes, t->at.addr.bytes, sizeof(s->at.addr.bytes));

	if (s->priority != t->priority)
		return s->priority < t->priority ? -1 : 1;
	if (differ != 0)
		return differ;
	if (s->at.port != t->at.port)
		return s->at.port < t->at.port ? -1 : 1;
	return s->weight < t->weight ? -1 : s->weight > t->weight;
}

static void answer_sort(struct answer *answer)
{
	qsort(answer->targets, answer->n, sizeof(*answer->targets), target_compare);
}

static bool answer_equal(const struct answer *a, const struct answer *b)
{
	bool equal = a->n == b->n;

	for (uint32_t i = 0; equal && i < a->n; i++)
		equal = target_compare(&a->targets[i], &b->targets[i]) == 0;
	return equal;
}

int name_find_first(struct resolver *r, struct name *name, uint64_t end_ms, struct hl_error *err)
{
	char why[512];

	for (;;) {
		int rc = name_ask(r, name, &name->answer, why, sizeof(why));
		if (rc == ARES_SUCCESS)
			break;
		if (query_says_none(rc) || rc == ARES_EBADQUERY || resolver_now_ms() >= end_ms ||
		    stop_wanted())
			return hl_fail(
				err, EHOSTUNREACH,
				"the server %s has no %saddress: %s; %s%s; give its address, or "
				"other DNS servers by dns_servers or --dns",
				name->host, name->family == HL_FAMILY_IPV6 ? "IPv6 " : "", why,
				r->config->dns_servers ? "asked "
						       : "asked the system's DNS "
							 "servers",
				r->config->dns_servers ? r->config->dns_servers : "");
		poll(NULL, 0, FIRST_RETRY_MS);
	}
	answer_sort(&name->answer);
	name_schedule(name);
	return 0;
}

int name_publish(struct resolver *r, uint32_t index, const struct answer *answer,
		 struct hl_error *err)
{
	for (uint32_t i = 0; i < r->n_users; i++) {
		const struct user *u = &r->users[i];
		struct hl_error inner;
		if (u->name == index && hl_plan_set_targets(r->plan, u->profile, u->server,
							    answer->targets, answer->n, &inner) < 0)
			return hl_fail(err, inner.code, "DNS says of %s: %.900s",
				       r->names[index].host, inner.text);
	}
	return 0;
}

static void answer_tell(const struct name *name)
{
	char text[HL_ENDPOINT_TEXT];

	fprintf(stderr, "heartline: DNS: %s is now at", name->host);
	for (uint32_t i = 0; i < name->answer.n && i < 8; i++) {
		hl_endpoint_format(&name->answer.targets[i].at, text);
		fprintf(stderr, " %s", text);
	}
	fprintf(stderr, "\n");
}

static void failure_tell(struct name *name, const char *why)
{
	if (!name->failing)
		fprintf(stderr, "heartline: DNS: %s; the last answer for %s stays in use\n", why,
			name->host);
	name->failing = true;
	name->due_ms = resolver_now_ms() + RETRY_MS;
}

void name_renew(struct resolver *r, uint32_t index)
{
	struct name *name = &r->names[index];
	struct hl_error err;
	struct answer answer;
	char why[512];

	int rc = name_ask(r, name, &answer, why, sizeof(why));
	if (rc == ARES_ECANCELLED)
		return;
	if (rc != ARES_SUCCESS) {
		failure_tell(name, why);
		return;
	}
	answer_sort(&answer);
	bool changed = !answer_equal(&answer, &name->answer);
	if (changed && name_publish(r, index, &answer, &err) < 0) {
		failure_tell(name, err.text);
		return;
	}
	name->answer = answer;
	name_schedule(name);
	if (name->failing)
		fprintf(stderr, "heartline: DNS: %s is found again\n", name->host);
	name->failing = false;
	if (changed && !r->options.quiet)
		answer_tell(name);
}
