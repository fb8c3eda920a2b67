// SPDX-License-Identifier: BSD-3-Clause
// Compares a line with what was asked for; the state word first, which lies in one table, texts last.

#include "session/line_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <heartline/numbers.h>

int line_filter_number(struct line_filter *f, const char *text, struct hl_error *err)
{
	size_t len = strlen(text);
	struct hl_numbers numbers;

	if (len == 0 || len > FILTER_NUMBER_MAX)
		return hl_fail(err, EINVAL, "number: %zu characters, allowed 1..%d", len,
			       FILTER_NUMBER_MAX);
	int rc = hl_numbers_parse(text, (uint32_t)len, &numbers);
	snprintf(f->first, sizeof(f->first), "%.*s", (int)numbers.first_len, numbers.first);
	snprintf(f->last, sizeof(f->last), "%.*s", (int)numbers.last_len, numbers.last);
	if (rc == -ERANGE)
		return hl_fail(err, EINVAL, "number: the range %s is backwards: write %s-%s", text,
			       f->last, f->first);
	f->numbered = true;
	return 0;
}

static bool number_holds(const struct line_filter *f, const struct dataplane *dp, uint32_t line)
{
	const struct hl_numbers numbers = {
		.first = f->first,
		.first_len = (uint32_t)strlen(f->first),
		.last = f->last,
		.last_len = (uint32_t)strlen(f->last),
	};
	int len;
	const char *number = dataplane_phone_number(dp, line, &len);

	return hl_numbers_hold(&numbers, number, (uint32_t)len);
}

static bool domain_holds(const struct line_filter *f, const struct dataplane *dp, uint32_t line)
{
	int len;
	const char *domain = dataplane_domain(dp, line, &len);

	return domain && strlen(f->domain) == (size_t)len &&
	       !strncmp(domain, f->domain, (size_t)len);
}

bool line_filter_holds(const struct line_filter *f, const struct dataplane *dp, uint32_t line,
		       const struct hl_state *state)
{
	if (state->slot != HL_SLOT_LINE) // none is there, or no longer
		return false;
	if (f->states && !(f->states >> state->state & 1))
		return false;
	if (f->server >= 0 && state->server != f->server)
		return false;
	if (f->profile >= 0 && dataplane_profile(dp, line) != (uint32_t)f->profile)
		return false;
	if (f->numbered && !number_holds(f, dp, line))
		return false;
	return !f->domain || domain_holds(f, dp, line);
}
