// SPDX-License-Identifier: BSD-3-Clause
// The virtual network: a heap of frames under way.
#include "network.h"

#include <stdlib.h>
#include <string.h>

#include "net/frame.h"

void network_init(struct network *net, uint64_t seed)
{
	*net = (struct network){ 0 };
	rng_seed(&net->rng, seed);
}

void network_give_back(struct network *net, uint8_t *bytes)
{
	memcpy(bytes, &net->spare, sizeof(net->spare));
	net->spare = bytes;
}

static uint8_t *buffer(struct network *net)
{
	uint8_t *bytes = net->spare;

	if (bytes)
		memcpy(&net->spare, bytes, sizeof(net->spare));
	else
		bytes = malloc(HL_FRAME_MAX);
	if (!bytes)
		abort();
	return bytes;
}

void network_free(struct network *net)
{
	for (uint32_t i = 0; i < net->n; i++)
		free(net->heap[i].bytes);
	while (net->spare)
		free(buffer(net));
	free(net->heap);
}

static bool sooner(const struct flight *a, const struct flight *b)
{
	return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order < b->order);
}

static void swap(struct flight *a, struct flight *b)
{
	struct flight t = *a;

	*a = *b;
	*b = t;
}

static void push(struct network *net, enum side side, const struct hl_packet *pkt, uint64_t at_ns)
{
	if (net->n == net->room) {
		net->room = net->room ? net->room * 2 : 1024;
		net->heap = realloc(net->heap, net->room * sizeof(*net->heap));
		if (!net->heap)
			abort();
	}
	uint8_t *bytes = buffer(net);
	memcpy(bytes, pkt->data, pkt->len);
	uint32_t at = net->n++;
	net->heap[at] = (struct flight){ at_ns, net->order++, bytes, pkt->len, side };
	for (; at && sooner(&net->heap[at], &net->heap[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&net->heap[at], &net->heap[(at - 1) / 2]);
}

static uint64_t arrival(struct network *net, uint64_t now_ns)
{
	uint64_t jitter = net->faults.jitter_ns;

	return now_ns + net->faults.delay_ns + (jitter ? rng_next(&net->rng) % jitter : 0);
}

void network_send(struct network *net, enum side side, const struct hl_packet *pkt, uint64_t now_ns)
{
	bool faulty = frame_source(pkt->data, pkt->len).family == HL_FAMILY_IPV4;

	if (!faulty) {
		push(net, side, pkt, now_ns + 1000);
		return;
	}
	bool dropped = ++net->sent[side] == net->drop[side];
	if (dropped || (net->faults.loss && rng_below(&net->rng, 10000) < net->faults.loss)) {
		net->lost++;
		return;
	}
	push(net, side, pkt, arrival(net, now_ns));
	if (net->faults.twice && rng_below(&net->rng, 10000) < net->faults.twice) {
		net->doubled++;
		push(net, side, pkt, arrival(net, now_ns));
	}
}

const struct flight *network_first(const struct network *net)
{
	return net->n ? &net->heap[0] : NULL;
}

struct flight network_take(struct network *net)
{
	struct flight out = net->heap[0];

	net->heap[0] = net->heap[--net->n];
	for (uint32_t at = 0;;) {
		uint32_t least = at, left = 2 * at + 1, right = left + 1;

		if (left < net->n && sooner(&net->heap[left], &net->heap[least]))
			least = left;
		if (right < net->n && sooner(&net->heap[right], &net->heap[least]))
			least = right;
		if (least == at)
			return out;
		swap(&net->heap[at], &net->heap[least]);
		at = least;
	}
}
