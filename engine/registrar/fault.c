// SPDX-License-Identifier: BSD-3-Clause
// Faults on command, at once or by script.
#include "registrar/registrar.h"

#include <errno.h>

#include "registrar/fault.h"

int fault_check(enum hl_fault fault, uint32_t value, struct hl_error *err)
{
	switch (fault) {
	case HL_FAULT_NONE:
	case HL_FAULT_SILENT:
	case HL_FAULT_WIPE:
	case HL_FAULT_STALE:
	case HL_FAULT_REFUSE:
	case HL_FAULT_FORGET_NONCES:
		return 0;
	case HL_FAULT_STATUS:
	case HL_FAULT_REGISTER_STATUS:
		if (value < FAULT_STATUS_MIN || value > FAULT_STATUS_MAX)
			return hl_fail(err, EINVAL, "status %u: allowed %u..%u", value,
				       FAULT_STATUS_MIN, FAULT_STATUS_MAX);
		return 0;
	case HL_FAULT_LOSS:
		if (value > FAULT_LOSS_MAX)
			return hl_fail(err, EINVAL, "loss %u.%02u%%: allowed 0..100%%", value / 100,
				       value % 100);
		return 0;
	case HL_FAULT_LIMIT:
		if (value == 0 || value > FAULT_LIMIT_MAX)
			return hl_fail(err, EINVAL, "limit %u: allowed 1..%u", value,
				       FAULT_LIMIT_MAX);
		return 0;
	case HL_FAULT_GRANT:
		if (value > FAULT_GRANT_MAX_S)
			return hl_fail(err, EINVAL, "grant %u s: allowed 0..%u s", value,
				       FAULT_GRANT_MAX_S);
		return 0;
	case HL_FAULT_DELAY:
	case HL_FAULT_TWICE:
		if (value > FAULT_DELAY_MAX_US)
			return hl_fail(err, EINVAL, "delay %u us: allowed 0..%u us", value,
				       FAULT_DELAY_MAX_US);
		return 0;
	}
	return hl_fail(err, EINVAL, "fault %d: allowed are those of enum hl_fault", (int)fault);
}

static void server_heal(struct server *s)
{
	s->mode = HL_FAULT_NONE;
	s->loss = 0;
	s->limit = 0;
	s->delay_ns = 0;
	s->refuse = HL_FAULT_NONE;
	s->cut = false;
	s->twice_ns = 0;
}

static void server_fault(struct server *s, enum hl_fault fault, uint32_t value)
{
	switch (fault) {
	case HL_FAULT_NONE:
		server_heal(s);
		break;
	case HL_FAULT_STATUS:
	case HL_FAULT_REGISTER_STATUS:
		s->status = (uint16_t)value;
		s->mode = HL_FAULT_STATUS;
		s->register_only = fault == HL_FAULT_REGISTER_STATUS;
		break;
	case HL_FAULT_SILENT:
		s->mode = HL_FAULT_SILENT;
		break;
	case HL_FAULT_WIPE:
		bindings_wipe(s->bindings);
		break;
	case HL_FAULT_LOSS:
		s->loss = value;
		break;
	case HL_FAULT_LIMIT:
		s->limit = value;
		s->limit_next = 0;
		break;
	case HL_FAULT_DELAY:
		s->delay_ns = value * 1000ull;
		break;
	case HL_FAULT_STALE:
	case HL_FAULT_REFUSE:
		s->refuse = fault;
		break;
	case HL_FAULT_GRANT:
		s->cut = true;
		s->cut_s = value;
		break;
	case HL_FAULT_FORGET_NONCES: // under another key, all nonces are foreign
		nonces_forget(&s->nonces);
		break;
	case HL_FAULT_TWICE:
		s->twice_ns = value * 1000ull;
		break;
	}
}

void fault_apply(struct hl_registrar *r, const struct step *step)
{
	for (uint32_t i = 0; i < r->n_servers; i++) {
		if (step->server == i || step->server == HL_REGISTRAR_SERVERS_MAX)
			server_fault(&r->servers[i], step->fault, step->value);
	}
}

int hl_registrar_fault(struct hl_registrar *r, uint32_t server, enum hl_fault fault, uint32_t value,
		       struct hl_error *err)
{
	if (server >= r->n_servers && server != HL_REGISTRAR_SERVERS_MAX)
		return hl_fail(err, EINVAL, "server %u: allowed 0..%u, or %u for all", server,
			       r->n_servers - 1, HL_REGISTRAR_SERVERS_MAX);
	int rc = fault_check(fault, value, err);
	if (rc != 0)
		return rc;
	fault_apply(r, &(struct step){ .server = server, .fault = fault, .value = value });
	return 0;
}

void steps_run(struct hl_registrar *r, uint64_t now_ns)
{
	while (r->next_step < r->n_steps && r->steps[r->next_step].at_ns <= now_ns)
		fault_apply(r, &r->steps[r->next_step++]);
}

uint64_t steps_next(const struct hl_registrar *r)
{
	return r->next_step < r->n_steps ? r->steps[r->next_step].at_ns : UINT64_MAX;
}
