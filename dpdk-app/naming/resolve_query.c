// SPDX-License-Identifier: BSD-3-Clause
// Drives c-ares: polls its sockets until the question is answered.

#include "naming/resolve_query.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <sys/socket.h>

#define TIMEOUT_MS 1000 // of the first try at a server
#define TRIES 2

int query_open(struct query *q, const char *servers, int stop_fd, struct hl_error *err)
{
	struct ares_options options = { .timeout = TIMEOUT_MS, .tries = TRIES };

	*q = (struct query){
		.family = HL_FAMILY_IPV4,
		.stop_fd = stop_fd,
		.ttl_s = UINT32_MAX,
	};
	int rc = ares_init_options(&q->channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
	if (rc != ARES_SUCCESS)
		return hl_fail(err, EIO, "DNS: %s", ares_strerror(rc));
	if (servers)
		rc = ares_set_servers_ports_csv(q->channel, servers);
	if (rc != ARES_SUCCESS) {
		query_close(q);
		return hl_fail(err, EINVAL, "dns_servers: \"%s\": %s", servers, ares_strerror(rc));
	}
	return 0;
}

static void answers_free(struct query *q)
{
	if (q->addresses)
		ares_freeaddrinfo(q->addresses);
	if (q->records)
		ares_free_data(q->records);
	q->addresses = NULL;
	q->records = NULL;
}

void query_close(struct query *q)
{
	if (!q->channel)
		return;
	ares_destroy(q->channel); // ends the questions under way
	q->channel = NULL;
	answers_free(q);
}

void query_servers(const struct query *q, char *out, size_t size)
{
	struct ares_addr_port_node *list = NULL;
	size_t len = 0;

	*out = 0;
	if (ares_get_servers_ports(q->channel, &list) != ARES_SUCCESS)
		return;
	for (const struct ares_addr_port_node *s = list; s && len < size; s = s->next) {
		char addr[INET6_ADDRSTRLEN];
		inet_ntop(s->family, &s->addr, addr, sizeof(addr));
		len += (size_t)snprintf(
			out + len, size - len, strchr(addr, ':') ? "%s[%s]:%d" : "%s%s:%d",
			len ? ", " : "", addr, s->udp_port ? s->udp_port : NS_DEFAULTPORT);
	}
	ares_free_data(list);
}

static void ttl_note(struct query *q, uint32_t ttl_s)
{
	if (ttl_s < q->ttl_s)
		q->ttl_s = ttl_s;
}

// c-ares 1.18 leaves the TTL out of SRV and NAPTR records.
static void ttl_read(struct query *q, const unsigned char *text, int len)
{
	ns_msg message;
	ns_rr record;

	if (ns_initparse(text, len, &message) != 0)
		return;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++)
		if (ns_parserr(&message, ns_s_an, i, &record) == 0)
			ttl_note(q, ns_rr_ttl(record));
}

static void addresses_take(void *context, int status, int timeouts, struct ares_addrinfo *answer)
{
	struct query *q = context;

	(void)timeouts;
	q->done = true;
	q->status = status;
	q->addresses = answer;
	if (status != ARES_SUCCESS)
		return;
	for (struct ares_addrinfo_node *n = answer->nodes; n; n = n->ai_next)
		ttl_note(q, n->ai_ttl > 0 ? (uint32_t)n->ai_ttl : 0);
	for (struct ares_addrinfo_cname *c = answer->cnames; c; c = c->next)
		ttl_note(q, c->ttl > 0 ? (uint32_t)c->ttl : 0);
}

static void records_take(void *context, int status, int timeouts, unsigned char *text, int len)
{
	struct query *q = context;

	(void)timeouts;
	q->done = true;
	q->status = status;
	if (status != ARES_SUCCESS)
		return;
	if (q->type == ns_t_srv)
		q->status = ares_parse_srv_reply(text, len, (struct ares_srv_reply **)&q->records);
	else
		q->status = ares_parse_naptr_reply(text, len,
						   (struct ares_naptr_reply **)&q->records);
	if (q->status == ARES_SUCCESS)
		ttl_read(q, text, len);
}

static void sockets_serve(struct query *q, const struct pollfd *fds, int n)
{
	bool any = false;

	for (int i = 0; i < n; i++) {
		bool readable = fds[i].revents & (POLLIN | POLLERR | POLLHUP);
		bool writable = fds[i].revents & POLLOUT;
		if (!readable && !writable)
			continue;
		any = true;
		ares_process_fd(q->channel, readable ? fds[i].fd : ARES_SOCKET_BAD,
				writable ? fds[i].fd : ARES_SOCKET_BAD);
	}
	if (!any) // let c-ares handle its time-outs
		ares_process_fd(q->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static int answer_wait(struct query *q)
{
	while (!q->done) {
		ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
		struct pollfd fds[ARES_GETSOCK_MAXNUM + 1];
		struct timeval most = { .tv_sec = 1 }, left;
		// Its own macros shift a one into the sign of an int.
		const unsigned bits = (unsigned)ares_getsock(q->channel, sockets,
							     ARES_GETSOCK_MAXNUM);
		int n = 0;

		for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
			short events = (bits >> i & 1 ? POLLIN : 0) |
				       (bits >> (i + ARES_GETSOCK_MAXNUM) & 1 ? POLLOUT : 0);
			if (events)
				fds[n++] = (struct pollfd){ .fd = sockets[i], .events = events };
		}
		fds[n] = (struct pollfd){ .fd = q->stop_fd, .events = POLLIN };
		left = *ares_timeout(q->channel, &most, &left);
		poll(fds, (nfds_t)n + 1, (int)(left.tv_sec * 1000 + left.tv_usec / 1000 + 1));
		if (fds[n].revents)
			ares_cancel(q->channel); // calls back with ARES_ECANCELLED
		else
			sockets_serve(q, fds, n);
	}
	return q->status;
}

int query_addresses(struct query *q, const char *host)
{
	const struct ares_addrinfo_hints hints = {
		.ai_family = q->family == HL_FAMILY_IPV6 ? AF_INET6 : AF_INET,
		.ai_flags = ARES_AI_NOSORT,
	};

	answers_free(q);
	q->done = false;
	ares_getaddrinfo(q->channel, host, NULL, &hints, addresses_take, q);
	return answer_wait(q);
}

int query_records(struct query *q, const char *name, int type)
{
	answers_free(q);
	q->done = false;
	q->type = type;
	ares_query(q->channel, name, ns_c_in, type, records_take, q);
	return answer_wait(q);
}
