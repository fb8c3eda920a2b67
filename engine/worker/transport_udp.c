// SPDX-License-Identifier: BSD-3-Clause
// SIP over UDP: a message is the payload of one frame of the burst.
#include "net/path.h"
#include "worker/burst.h"
#include "worker/transport.h"

static struct neigh *next_hop(const struct hl_worker *w, const struct path *path)
{
	return &w->neighbours->entries[path->next_hop];
}

static uint32_t room(const struct hl_plan *plan)
{
	return plan->directory.room;
}

static enum write_result open(struct hl_worker *w, struct outgoing *out)
{
	out->pkt = burst_buffer(w);
	if (!out->pkt)
		return WRITE_NO_ROOM;
	if (!out->path)
		return WRITE_NO_HOP;
	if (!out->ends.mac) {
		if (!neigh_mac(next_hop(w, out->path), out->mac))
			return WRITE_NO_HOP;
		out->ends.mac = out->mac;
	}
	const struct plan_network *network = plan_network_of(w->plan, out->address);
	if (network->has_macs) {
		plan_network_mac(network, out->address, out->src_mac);
		out->ends.src_mac = out->src_mac;
	}
	out->text = path_payload(out->path, out->pkt);
	return WRITE_DONE;
}

// Checksums are left to a device; write_burst_end() finishes them where none does.
static void send(struct hl_worker *w, struct outgoing *out, uint32_t len)
{
	if (out->ends.dst)
		path_write_to(out->pkt, out->path, &out->ends, (uint16_t)len);
	else
		path_write(out->pkt, out->path, &out->ends, (uint16_t)len);
	burst_sent(w);
}

// Its next hop may have moved.
static void lost(struct hl_worker *w, const struct path *path)
{
	neigh_doubt(w->neighbours, next_hop(w, path));
}

const struct transport transport_udp = {
	.via = "UDP",
	.room = room,
	.open = open,
	.send = send,
	.lost = lost,
};
