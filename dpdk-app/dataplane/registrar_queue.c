// SPDX-License-Identifier: BSD-3-Clause
// Makes a registrar and the queue context that polls a port for it.

#include "dataplane/registrar_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/random.h"
#include "base/timebase.h"

static const char *const names[HL_DIGEST_ALGORITHMS] = { "MD5", "SHA-256", "SHA-512-256" };

const char *algorithm_name(enum hl_digest_algorithm algorithm)
{
	return names[algorithm];
}

int algorithm_read(const char *text, enum hl_digest_algorithm *algorithm, struct hl_error *err)
{
	for (unsigned i = 0; i < HL_DIGEST_ALGORITHMS; i++)
		if (!strcasecmp(text, names[i])) {
			*algorithm = (enum hl_digest_algorithm)i;
			return 0;
		}
	return hl_fail(err, EINVAL, "--algorithm: \"%s\": allowed MD5, SHA-256, SHA-512-256", text);
}

struct queue_context *registrar_queue_new(struct hl_registrar_config *config,
					  const struct port *port, struct hl_error *err)
{
	struct hl_registrar *registrar;
	struct queue_context *q;

	memcpy(config->mac, port->mac, sizeof(config->mac));
	config->tx_csum_offload = port->tx_csum;
	if (!config->seed && random_fill(&config->seed, sizeof(config->seed), err) < 0)
		return NULL;
	if (hl_registrar_new(&registrar, config, err) < 0)
		return NULL;
	q = aligned_alloc(64, RTE_ALIGN(sizeof(*q), 64));
	if (!q) {
		hl_fail(err, ENOMEM, "registrar: no memory");
		hl_registrar_free(registrar);
		return NULL;
	}
	*q = (struct queue_context){
		.kind = QUEUE_REGISTRAR,
		.registrar = registrar,
		.port_id = port->id,
		.tx_csum = port->tx_csum,
		.pool = port->pool,
		.last_ns = timebase_ns(),
		.progress_ns = timebase_ns(),
	};
	if (queue_prepare(q, err) < 0) {
		registrar_queue_free(q);
		return NULL;
	}
	return q;
}

void registrar_queue_free(struct queue_context *q)
{
	if (!q)
		return;
	queue_release(q);
	hl_registrar_free(q->registrar);
	free(q);
}
