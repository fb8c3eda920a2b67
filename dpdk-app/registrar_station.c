// SPDX-License-Identifier: BSD-3-Clause
// Puts a registrar behind a port.

#include "registrar_station.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "timebase.h"

int algorithm_read(const char *text, enum hl_digest_algorithm *algorithm, struct hl_error *err)
{
	static const char *const names[HL_DIGEST_ALGORITHMS] = { "MD5", "SHA-256", "SHA-512-256" };

	for (unsigned i = 0; i < HL_DIGEST_ALGORITHMS; i++)
		if (!strcasecmp(text, names[i])) {
			*algorithm = (enum hl_digest_algorithm)i;
			return 0;
		}
	return hl_fail(err, EINVAL, "--algorithm: \"%s\": allowed MD5, SHA-256, SHA-512-256", text);
}

struct station *registrar_station_new(struct hl_registrar_config *config, const struct port *port,
				      struct hl_error *err)
{
	struct hl_registrar *registrar;
	struct station *s;

	memcpy(config->mac, port->mac, sizeof(config->mac));
	config->tx_csum_offload = port->tx_csum;
	if (!config->seed && getrandom(&config->seed, sizeof(config->seed), 0) < 0) {
		hl_fail(err, errno, "getrandom: no random numbers from the system");
		return NULL;
	}
	if (hl_registrar_new(&registrar, config, err) < 0)
		return NULL;
	s = aligned_alloc(64, RTE_ALIGN(sizeof(*s), 64));
	if (!s) {
		hl_fail(err, ENOMEM, "registrar: no memory");
		hl_registrar_free(registrar);
		return NULL;
	}
	*s = (struct station){
		.kind = STATION_REGISTRAR,
		.registrar = registrar,
		.port_id = port->id,
		.tx_csum = port->tx_csum,
		.pool = port->pool,
		.last_ns = timebase_ns(),
		.progress_ns = timebase_ns(),
	};
	if (station_prepare(s, err) < 0) {
		registrar_station_free(s);
		return NULL;
	}
	return s;
}

void registrar_station_free(struct station *s)
{
	if (!s)
		return;
	station_release(s);
	hl_registrar_free(s->registrar);
	free(s);
}
