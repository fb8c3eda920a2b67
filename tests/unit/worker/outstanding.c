// SPDX-License-Identifier: BSD-3-Clause
// Workers under test with one request of each kind out.
#include "outstanding.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "worker/kinds.h"

bool is(const struct rig *rig, uint32_t k, const char *method)
{
	return strncmp(rig->sent[k].text, method, strlen(method)) == 0;
}

uint32_t wait_for(struct rig *rig, const char *method, const char *server)
{
	for (int tries = 0; tries < 1000; tries++) {
		for (uint32_t k = rig->n; k-- > 0;)
			if (is(rig, k, method) && strcmp(rig_server(rig, k), server) == 0)
				return k;
		rig_pass(rig, 100 * MS);
	}
	cr_assert(false, "no %s to %s", method, server);
	return 0;
}

static struct rig *made(const char *own, const char *extra, uint32_t lines)
{
	char both[512];

	snprintf(both, sizeof(both), "%s%s", own, extra);
	return rig_new(both, lines);
}

static struct rig *registering(const char *own, const char *extra)
{
	struct rig *rig = made(own, extra, 2);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, 2));
	return rig;
}

struct rig *on_p(const char *own, const char *extra)
{
	struct rig *rig = registering(own, extra);

	rig_answer(rig, 0, 200, "Expires: 1800\r\n");
	rig_answer(rig, 1, 200, "Expires: 1800\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	return rig;
}

static struct out out_register(const char *extra)
{
	return (struct out){ registering(PROBES, extra), 0 };
}

static struct out out_refresh(const char *extra)
{
	struct rig *rig = on_p("    register_refresh_interval: 60\n", extra);
	const struct frame f = rig->sent[0].frame;

	rig_clear(rig);
	for (int tries = 0; tries < 1000; tries++) {
		for (uint32_t k = 0; k < rig->n; k++)
			if (is(rig, k, "REGISTER") && rig->sent[k].frame.src.port == f.src.port)
				return (struct out){ rig, k };
		rig_pass(rig, 1 * SEC);
	}
	cr_assert(false, "no refresh");
	return (struct out){ rig, 0 };
}

static struct out out_probe(const char *extra)
{
	struct rig *rig = on_p(PROBES, extra);
	const struct frame f = rig->sent[0].frame;

	rig_clear(rig);
	for (int tries = 0; tries < 1000; tries++) {
		for (uint32_t k = 0; k < rig->n; k++) {
			if (rig->sent[k].frame.src.port == f.src.port)
				return (struct out){ rig, k };
			rig_answer(rig, k, 200, "");
		}
		rig_clear(rig);
		rig_pass(rig, 100 * MS);
	}
	cr_assert(false, "no probe");
	return (struct out){ rig, 0 };
}

static struct out out_subscribe(const char *extra)
{
	struct rig *rig = made(PROBES "    register_subscribe: on\n"
				      "    register_subscribe_interval: 1000\n",
			       extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 1800\r\n");
	return (struct out){ rig, wait_for(rig, "SUBSCRIBE", "P") };
}

static struct out out_keepalive(const char *extra)
{
	struct rig *rig = made("    sip_options: on\n    sip_options_interval: 10\n"
			       "    max_detect_fail_count: 1\n    return_mode: never\n",
			       extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 1800\r\n");
	rig_command(rig, HL_COMMAND_FORCE_B);
	rig_answer(rig, wait_for(rig, "REGISTER", "B"), 200, "Expires: 1800\r\n");
	rig_clear(rig);
	return (struct out){ rig, wait_for(rig, "OPTIONS", "B") };
}

static struct out out_unregister(const char *extra)
{
	struct rig *rig = made("", extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 1800\r\n");
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	return (struct out){ rig, wait_for(rig, "REGISTER", "P") };
}

const struct out_kind kinds[] = {
	{ "REGISTER", out_register, KIND_REGISTER },
	{ "refresh", out_refresh, KIND_REGISTER },
	{ "probe", out_probe, KIND_PROBE },
	{ "SUBSCRIBE", out_subscribe, KIND_SUBSCRIBE },
	{ "keepalive", out_keepalive, KIND_KEEPALIVE },
	{ "unregister", out_unregister, KIND_UNREGISTER },
};
static_assert(sizeof(kinds) / sizeof(kinds[0]) == KINDS, "all of them");

bool is_out(const struct rig *rig, enum request_kind kind)
{
	const struct hl_worker *w = rig->worker;

	if (kind == KIND_REGISTER && w->lines[0].reg_server != HL_SERVER_P)
		return false; // another one has followed, to the other server
	return exchange_is_out(request_exchange(w, 0, request_kinds[kind]));
}
