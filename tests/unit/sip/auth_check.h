// SPDX-License-Identifier: BSD-3-Clause
// What tests of challenges and credentials share: a text that is read from in front of a guard page.
#pragma once

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "guard.h"
#include "response_check.h"
#include "sip/value.h"

static inline bool slice_is(struct slice s, const char *text)
{
	return s.at != NULL && s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static inline int challenge(const char *text, struct auth_challenge *out)
{
	return auth_challenge_read(guard_copy(text, strlen(text)), (uint32_t)strlen(text), out);
}

static inline int credentials(const char *text, struct auth_credentials *out)
{
	return auth_credentials_read(guard_copy(text, strlen(text)), (uint32_t)strlen(text), out);
}
