// SPDX-License-Identifier: BSD-3-Clause
// Compares a line with what was asked for; the state word first, which lies in one table, texts last.

#include "session/line_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

// Digits count as numbers of their width, so that 098 lies between 097 and 099, and not beside 98.
static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

int line_filter_number(struct line_filter *f, const char *text, struct hl_error *err)
{
	size_t digits = strspn(text, "0123456789"), len = strlen(text);
	bool range = digits > 0 && text[digits] == '-' && len > digits + 1 &&
		     strspn(text + digits + 1, "0123456789") == len - digits - 1;

	if (len == 0 || len > FILTER_NUMBER_MAX)
		return hl_fail(err, EINVAL, "number: %zu characters, allowed 1..%d", len,
			       FILTER_NUMBER_MAX);
	snprintf(f->first, sizeof(f->first), "%.*s", (int)(range ? digits : len), text);
	snprintf(f->last, sizeof(f->last), "%s", range ? text + digits + 1 : text);
	if (compare(f->first, strlen(f->first), f->last, strlen(f->last)) > 0)
		return hl_fail(err, EINVAL, "number: the range %s is backwards: write %s-%s", text,
			       f->last, f->first);
	f->numbered = true;
	return 0;
}

static bool number_holds(const struct line_filter *f, const struct dataplane *dp, uint32_t line)
{
	int len;
	const char *number = dataplane_phone_number(dp, line, &len);

	return compare(number, (size_t)len, f->first, strlen(f->first)) >= 0 &&
	       compare(number, (size_t)len, f->last, strlen(f->last)) <= 0;
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
