// SPDX-License-Identifier: BSD-3-Clause
// The control socket of a registrar: faults on command, while it serves.
#pragma once

#include "base/control_loop.h"
#include "loop/queue_context.h"
#include "surface/control_server.h"

// Serve a socket from now on. *server is zero. A socket without a path is none, and no error.
int registrar_control_start(struct control_server *server, struct control_socket *socket,
			    struct queue_context *queue, struct control_loop *loop,
			    struct hl_error *err);
