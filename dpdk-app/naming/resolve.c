// SPDX-License-Identifier: BSD-3-Clause
// The resolver: which servers have names, their first addresses, and the thread that renews these.

#include "naming/resolve.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sys/eventfd.h>

#include "naming/resolve_names.h"

static void *resolver_main(void *context)
{
	struct resolver *r = context;
	struct pollfd stop = { .fd = r->stop_fd, .events = POLLIN };

	do {
		uint64_t now = resolver_now_ms(), next = now + TTL_MAX_S * 1000ull;
		for (uint32_t i = 0; i < r->n_names; i++) {
			if (r->names[i].due_ms <= now)
				name_renew(r, i);
			if (r->names[i].due_ms < next)
				next = r->names[i].due_ms;
		}
		now = resolver_now_ms();
		poll(&stop, 1, next > now ? (int)(next - now) : 0);
	} while (!stop.revents);
	return NULL;
}

static void user_add(struct resolver *r, uint32_t profile, enum hl_server server, const char *host,
		     uint16_t port)
{
	enum hl_dns_type type = r->config->profiles[profile].dns_type;
	enum hl_family family = hl_config_family(r->config, profile);
	uint32_t n = 0;

	while (n < r->n_names &&
	       (strcasecmp(r->names[n].host, host) != 0 || r->names[n].port != port ||
		r->names[n].type != type || r->names[n].family != family))
		n++;
	if (n == r->n_names)
		r->names[r->n_names++] = (struct name){
			.host = host, .port = port, .type = type, .family = family
		};
	r->users[r->n_users++] = (struct user){ profile, n, server };
}

static int users_take(struct resolver *r, struct hl_error *err)
{
	uint32_t most = 2 * r->config->n_profiles;

	r->names = calloc(most, sizeof(*r->names));
	r->users = calloc(most, sizeof(*r->users));
	if (!r->names || !r->users)
		return hl_fail(err, ENOMEM, "no memory for the servers' names");
	for (uint32_t i = 0; i < r->config->n_profiles; i++) {
		const struct hl_profile *p = &r->config->profiles[i];
		if (p->primary_name)
			user_add(r, i, HL_SERVER_P, p->primary_name, p->primary.port);
		if (p->backup_name)
			user_add(r, i, HL_SERVER_B, p->backup_name, p->backup.port);
	}
	return 0;
}

static int answers_first(struct resolver *r, struct hl_error *err)
{
	uint64_t end_ms = resolver_now_ms() + r->options.timeout_ms;

	for (uint32_t i = 0; i < r->n_names; i++) {
		int rc = name_find_first(r, &r->names[i], end_ms, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int resolver_new(struct resolver **resolver, const struct hl_config *config,
		 const struct resolver_options *options, struct hl_error *err)
{
	struct resolver *r = calloc(1, sizeof(*r));

	*resolver = NULL;
	if (!r)
		return hl_fail(err, ENOMEM, "no memory for the resolver");
	*r = (struct resolver){ .config = config, .options = *options };
	r->stop_fd = eventfd(0, EFD_CLOEXEC);
	int rc = r->stop_fd < 0 ? hl_fail(err, errno, "eventfd: %s", strerror(errno))
				: users_take(r, err);
	if (rc == 0 && r->n_names) {
		ares_library_init(ARES_LIB_INIT_ALL);
		rc = answers_first(r, err);
	}
	if (rc == 0 && r->n_names)
		*resolver = r;
	else
		resolver_free(r);
	return rc;
}

int resolver_publish(struct resolver *r, struct hl_plan *plan, struct hl_error *err)
{
	int rc = 0;

	if (!r)
		return 0;
	r->plan = plan;
	for (uint32_t i = 0; rc == 0 && i < r->n_names; i++)
		rc = name_publish(r, i, &r->names[i].answer, err);
	return rc;
}

int resolver_run(struct resolver *r, struct hl_error *err)
{
	sigset_t all, before;

	if (!r)
		return 0;
	sigfillset(&all); // signals are for the main thread
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&r->thread, NULL, resolver_main, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc)
		return hl_fail(err, rc, "the resolver's thread: %s", strerror(rc));
	r->running = true;
	return 0;
}

void resolver_free(struct resolver *r)
{
	const uint64_t one = 1;

	if (!r)
		return;
	if (r->running && write(r->stop_fd, &one, sizeof(one)) == sizeof(one))
		pthread_join(r->thread, NULL);
	if (r->stop_fd >= 0)
		close(r->stop_fd);
	free(r->names);
	free(r->users);
	free(r);
}
