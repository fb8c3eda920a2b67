// SPDX-License-Identifier: BSD-3-Clause
// Whether an address is, or was, that of a server.
#include "worker/directory.h"

#include "base/bytes.h"

bool plan_server_has(const struct plan_server *server, const struct hl_addr *addr, uint16_t port)
{
	uint32_t n = atomic_load_explicit((_Atomic uint32_t *)&server->n_endpoints,
					  memory_order_acquire);

	for (uint32_t k = 0; k < n; k++) {
		const struct hl_endpoint *at = &server->endpoints[k].at;

		if ((port == 0 || at->port == port) && hl_addr_equal(&at->addr, addr))
			return true;
	}
	return false;
}

bool plan_servers_have(const struct plan_server servers[HL_SERVERS], const struct hl_addr *addr,
		       uint16_t port)
{
	return plan_server_has(&servers[HL_SERVER_P], addr, port) ||
	       plan_server_has(&servers[HL_SERVER_B], addr, port);
}

#define KNOWN_TRIES 16

// The place of an address, or a free one for it; NULL: neither is near.
static _Atomic uint32_t *known_place(struct plan_directory *directory, uint32_t addr)
{
	const uint32_t first = addr * 0x9e3779b1u >> 16;

	for (uint32_t k = 0; k < KNOWN_TRIES; k++) {
		_Atomic uint32_t *at =
			&directory->known_servers[(first + k) & (PLAN_KNOWN_SERVERS - 1)];
		uint32_t is = atomic_load_explicit(at, memory_order_relaxed);

		if (is == addr || is == 0)
			return at;
	}
	return NULL;
}

bool plan_server_known(const struct plan_directory *directory, const struct hl_addr *addr)
{
	uint32_t a = load_be32(addr->bytes);
	const _Atomic uint32_t *at = known_place((struct plan_directory *)directory, a);

	return at != NULL &&
	       atomic_load_explicit((_Atomic uint32_t *)at, memory_order_relaxed) == a && a != 0;
}

void plan_server_note(struct plan_directory *directory, const struct hl_addr *addr)
{
	_Atomic uint32_t *at = known_place(directory, load_be32(addr->bytes));

	if (at != NULL)
		atomic_store_explicit(at, load_be32(addr->bytes), memory_order_relaxed);
}
