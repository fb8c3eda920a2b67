// SPDX-License-Identifier: BSD-3-Clause
// A run goes on without a link, and its lines keep their state: so somebody has to say that it is down.
#include "session/link_watch.h"

#include <stdio.h>
#include <string.h>

#include "base/timebase.h"

// Much shorter than any time-out, so that no request is given up before workers know.
#define LOOK_NS 50000000u

static void went_down(struct link_watch *w, unsigned i)
{
	const struct port *port = &w->ports[i];
	// The driver of a memif that has role=client connects once, when the port starts.
	bool is_memif = !strncmp(port->name, "net_memif", strlen("net_memif"));

	w->downs++;
	w->n_down++;
	w->since_ns[i] = timebase_ns();
	fprintf(stderr,
		"heartline: %s: its link is down; lines keep their state until it is up again%s\n",
		port->name,
		is_memif ? "; with role=client it stays down: stop, and start with role=server, "
			   "which waits for the other side"
			 : "");
}

static void came_up(struct link_watch *w, unsigned i)
{
	uint64_t ns = timebase_ns() - w->since_ns[i];

	w->n_down--;
	w->since_ns[i] = 0;
	w->down_ns += ns;
	fprintf(stderr, "heartline: %s: its link is up again after %.1f s; lines go on\n",
		w->ports[i].name, (double)ns / 1e9);
}

static void look(struct link_watch *w, unsigned i)
{
	int carrier = port_carrier(&w->ports[i]);

	if (carrier < 0 || (carrier == 0) == (w->since_ns[i] != 0))
		return;
	if (carrier == 0)
		went_down(w, i);
	else
		came_up(w, i);
	run_settings_link(w->settings, i, carrier > 0);
}

static void look_due(void *context)
{
	struct link_watch *w = context;

	for (unsigned i = 0; i < w->n_ports; i++)
		look(w, i);
}

int link_watch_start(struct link_watch *w, const struct port ports[], unsigned n_ports,
		     struct run_settings *settings, struct control_loop *loop, struct hl_error *err)
{
	*w = (struct link_watch){ .ports = ports, .n_ports = n_ports, .settings = settings };
	if (!ports)
		return 0;
	int rc = w->timer = control_loop_add_timer(loop, look_due, w, err);
	if (rc < 0)
		return rc;
	w->loop = loop;
	control_loop_set_timer(loop, w->timer, LOOK_NS, LOOK_NS);
	return 0;
}

void link_watch_stop(struct link_watch *w)
{
	if (w->loop)
		control_loop_remove(w->loop, w->timer);
	w->loop = NULL;
}

uint64_t link_watch_down_ms(const struct link_watch *w)
{
	uint64_t ns = w->down_ns;

	for (unsigned i = 0; i < w->n_ports; i++)
		if (w->since_ns[i] != 0)
			ns += timebase_ns() - w->since_ns[i];
	return ns / 1000000;
}
