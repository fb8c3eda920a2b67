// SPDX-License-Identifier: BSD-3-Clause
// A registrar behind a port: used by `registrar` and by the demo.
#pragma once

#include <heartline/registrar.h>

#include "device/port.h"
#include "loop/queue_context.h"

// Make the registrar of a configuration (MAC, offload and seed are filled in here) and a queue
// context that polls queue 0 of the port. Freed by registrar_queue_free().
struct queue_context *registrar_queue_new(struct hl_registrar_config *config,
					  const struct port *port, struct hl_error *err);
void registrar_queue_free(struct queue_context *queue);

// The name of a digest algorithm, and the algorithm of a name: MD5, SHA-256, SHA-512-256.
const char *algorithm_name(enum hl_digest_algorithm algorithm);
int algorithm_read(const char *text, enum hl_digest_algorithm *algorithm, struct hl_error *err);
