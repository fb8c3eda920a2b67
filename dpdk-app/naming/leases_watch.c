// SPDX-License-Identifier: BSD-3-Clause
// Follows option 120 of renewed leases: lines move to the servers that it names now.

#include "naming/leases.h"

#include <stdio.h>

#include <heartline/plan.h>

#include "naming/dhcp.h"

#define LOOK_NS 200000000ull

static void target_set(struct leases *l, uint32_t profile, enum hl_server server,
		       const struct hl_endpoint *to)
{
	const struct hl_profile *p = &l->config->profiles[profile];
	char text[HL_ENDPOINT_TEXT];
	struct hl_error err;

	hl_endpoint_format(to, text);
	if (hl_plan_move_server(l->plan, profile, server, to, &err) < 0)
		fprintf(stderr, "heartline: warning: profile %s: DHCP names %s: %s\n", p->name,
			text, err.text);
	else if (!l->quiet)
		fprintf(stderr, "heartline: profile %s: DHCP names another %s: %s\n", p->name,
			server == HL_SERVER_P ? "primary" : "backup", text);
}

static void refuse(const struct hl_profile *p, const char *why)
{
	fprintf(stderr,
		"heartline: warning: profile %s: DHCP names other servers, and %s: they hold from the "
		"next start on\n",
		p->name, why);
}

// Messages are made for the servers that there were, and names are looked up for those alone.
static void profile_follow(struct leases *l, uint32_t i, const struct hl_dhcp_servers *servers)
{
	struct hl_profile *p = &l->config->profiles[i];
	const struct hl_dhcp_server *first = &servers->list[0],
				    *backup = dhcp_backup_of(p, servers);
	const bool had_backup = p->backup.addr.family != HL_FAMILY_NONE || p->backup_name;

	if (p->primary_name || p->backup_name || first->name[0] || (backup && backup->name[0])) {
		refuse(p, "names of servers are looked up at the start");
		return;
	}
	if (had_backup != (backup != NULL)) {
		refuse(p, had_backup ? "there is a backup now" : "there was no backup");
		return;
	}
	if (!hl_addr_equal(&p->primary.addr, &first->addr)) {
		p->primary.addr = first->addr;
		target_set(l, i, HL_SERVER_P, &p->primary);
	}
	if (backup && !hl_addr_equal(&p->backup.addr, &backup->addr)) {
		p->backup.addr = backup->addr;
		target_set(l, i, HL_SERVER_B, &p->backup);
	}
}

static void look(void *context)
{
	static struct hl_dhcp_servers servers;
	struct leases *l = context;

	for (uint32_t k = 0; k < l->n; k++) {
		if (!l->list[k] || !hl_leases_servers(l->list[k], &servers))
			continue;
		for (uint32_t i = 0; i < l->config->n_profiles; i++)
			if (l->by_dhcp[i] &&
			    hl_config_leased_pool(l->config, i) == &l->config->pools[k])
				profile_follow(l, i, &servers);
	}
}

int leases_watch(struct leases *l, struct hl_plan *plan, struct control_loop *loop,
		 struct hl_error *err)
{
	if (l->n == 0)
		return 0;
	int rc = l->timer = control_loop_add_timer(loop, look, l, err);
	if (rc < 0)
		return rc;
	l->plan = plan;
	l->loop = loop;
	control_loop_set_timer(loop, l->timer, LOOK_NS, LOOK_NS);
	return 0;
}

void leases_watch_end(struct leases *l)
{
	if (l->loop)
		control_loop_remove(l->loop, l->timer);
	l->loop = NULL;
}
