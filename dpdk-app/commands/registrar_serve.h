// SPDX-License-Identifier: BSD-3-Clause
// Runs a registrar: its script of faults, its poll loop, its status lines.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/registrar.h>
#include "base/control.h"
#include "loop/queue_context.h"
#include "surface/control_socket.h"

struct registrar_service {
	struct hl_registrar_config config;
	struct control_socket *socket; // NULL: none
	const char *script, *at;       // a file and a text; NULL: none
	uint64_t duration_ms;          // 0: until Ctrl-C
	bool idle_sleep;               // the loop sleeps when there is nothing to answer
	bool quiet;
};

// Read the script's file and text into a registrar. Errors point to their place in it.
int registrar_script_add(const struct registrar_service *service, struct hl_registrar *registrar,
			 uint64_t start_ns, struct hl_error *err);

// Answer until the time is over or Ctrl-C is pressed. Returns the exit code.
int registrar_serve(const struct registrar_service *service, struct queue_context *queue,
		    struct control *control, struct hl_error *err);
