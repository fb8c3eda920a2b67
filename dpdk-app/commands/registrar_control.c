// SPDX-License-Identifier: BSD-3-Clause
// Each request is answered at once, when the loop that polls the registrar has put the fault into force.

#include "commands/registrar_control.h"

#include <errno.h>

#include "report/summary_metrics.h"
#include "surface/json_view.h"

static json_t *order_obey(struct queue_context *queue, struct serving *serving)
{
	struct hl_registrar_order order;
	uint64_t servers = 0;
	struct hl_error err;

	if (hl_registrar_order_read(queue->registrar, request_text(&serving->request, "fault"),
				    &order, &err) < 0)
		return serve_refuse(serving, &err);
	for (uint32_t bits = order.servers; bits != 0; bits &= bits - 1, servers++)
		queue_set_fault(queue, (uint32_t)__builtin_ctz(bits), order.fault, order.value);
	json_t *reply = json_ok();
	json_object_set_new(reply, "servers", whole(servers));
	return reply;
}

static json_t *begin(void *queue, struct serving *serving, const char *line, size_t len)
{
	struct hl_error err;
	json_t *reply;

	serving->refused = 0;
	if (request_read(&serving->request, line, len, &err) < 0)
		return serve_refuse(serving, &err);
	if (serving->request.command == &ctl_commands[CTL_REGISTRAR]) {
		reply = order_obey(queue, serving);
	} else {
		hl_fail(&err, EINVAL, "%s: this is a registrar, which knows one command: registrar",
			serving->request.command->name);
		reply = serve_refuse(serving, &err);
	}
	request_free(&serving->request);
	return reply;
}

// It is never left open.
static json_t *go_on(void *queue, struct serving *serving)
{
	(void)queue, (void)serving;
	return NULL;
}

static void cancel(void *queue, struct serving *serving)
{
	(void)queue, (void)serving;
}

int registrar_control_start(struct control_server *server, struct control_socket *socket,
			    struct queue_context *queue, struct control_loop *loop,
			    struct hl_error *err)
{
	static const struct control_service service = { begin, go_on, cancel };

	return control_server_serve(server, socket, &service, queue, loop, err);
}
