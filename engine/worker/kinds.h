// SPDX-License-Identifier: BSD-3-Clause
// The kinds of requests that lines send, by the list of line/kinds.h: their operations and their texts.
#pragma once

#include <heartline/counters.h>
#include "worker/request.h"

// All kinds of requests, by enum request_kind, in the order in which they are sent.
extern const struct request_ops *const request_kinds[REQUEST_KINDS];

struct request_text {
	enum hl_method method;
	uint8_t marks;              // enum text_mark
	const char *event, *accept; // NULL: none
};
extern const struct request_text request_texts[PLAN_TEXTS];

// Does a kind of request that lines of this profile send use the text?
bool kinds_use_text(const struct plan_profile *p, enum plan_text text);

// Do lines of this profile send requests of the kind?
static inline bool kind_is_wanted(const struct plan_profile *p, const struct request_ops *ops)
{
	return !ops->is_wanted || ops->is_wanted(p);
}
