// SPDX-License-Identifier: BSD-3-Clause
// Writes what is known of the port and of the frames that it carried.

#include "surface/json_port.h"

#include <stdio.h>

#include "base/counter.h"
#include "report/summary_lines.h"
#include "report/summary_metrics.h"
#include "session/run.h"
#include "surface/json_view.h"

#define LATE_FIRST_US 1024u // then powers of two, where a histogram counts exactly
#define LATE_LAST_US (1u << 23)

static json_t *link_value(const struct port *port)
{
	int carrier = port ? port_carrier(port) : -1;

	return carrier < 0 ? json_null() : json_boolean(carrier > 0);
}

static json_t *timers_object(const struct hl_hist *lateness)
{
	char key[16];
	json_t *below = json_object();

	for (uint64_t us = LATE_FIRST_US; us <= LATE_LAST_US; us *= 2) {
		snprintf(key, sizeof(key), "%u", (unsigned)us);
		json_object_set_new(below, key, whole(hl_hist_below(lateness, us)));
	}
	return json_pack("{so so}", "all", whole(hl_hist_samples(lateness)), "late_below_us",
			 below);
}

static uint64_t lost(const struct run *run)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < run->n_ports; i++)
		n += port_lost(&run->ports[i]);
	return n;
}

// Frames of the workers of a port, since the start.
static json_t *port_object(const struct run *run, unsigned i)
{
	const struct port *port = &run->ports[i];
	uint64_t rx = 0, tx = 0, dropped = 0;

	for (unsigned w = 0; w < run->dp->n_workers; w++) {
		const struct hl_counters *c = hl_worker_counters(run->dp->workers[w]);

		if (hl_plan_port(run->dp->plan, w) != i)
			continue;
		rx += counter_load(&c->rx_packets);
		tx += counter_load(&c->tx_packets);
		dropped += counter_load(&run->dp->queues[w]->tx_dropped);
	}
	return json_pack("{ss so so so so so so}", "device", port->name, "link", link_value(port),
			 "workers", whole(port->n_queues), "received", whole(rx), "sent", whole(tx),
			 "lost", whole(port_lost(port)), "not_sent", whole(dropped));
}

static json_t *ports_array(const struct run *run)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < run->n_ports; i++)
		json_array_append_new(array, port_object(run, i));
	return array;
}

json_t *json_port(const struct view *view)
{
	static struct report report; // what the summary would say; too large for a stack
	const struct run *run = view->run;
	json_t *object = json_ok();

	report = (struct report){ .dp = run->dp };
	steering_report(&run->dp->steering, run->dp->handoff, &report.steering);
	dataplane_snapshot(run->dp, &report.end);
	const struct {
		const char *key;
		json_t *value;
	} entries[] = {
		{ "device", run->ports ? json_string(run->ports->name) : json_null() },
		{ "link", link_value(run->ports) },
		{ "lost", whole(lost(run) - run->lost_before) },
		{ "ports", ports_array(run) },
		{ "ramp_ms", whole(run->config->ramp_ms) },
		{ "tx_full_ms", tenths(dataplane_tx_full_ms(run->dp)) },
		{ "timers", timers_object(&report.end.lateness) },
		{ "next_hops", next_hops_array(&report) },
		{ "steering", steering_object(&report.steering) },
		{ "drop_examples", examples_object(&report) },
	};

	for (unsigned i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		json_object_set_new(object, entries[i].key, entries[i].value);
	return object;
}
