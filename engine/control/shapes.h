// SPDX-License-Identifier: BSD-3-Clause
// A shape: the templates of lines whose texts are equally wide. And one for a line that comes while others run.
#pragma once

#include "control/messages.h"
#include "worker/plan.h"

// What tells shapes apart.
struct shape_key {
	uint16_t domain;                 // and with it the profile
	uint8_t user, display, ip, port; // characters
	uint16_t zero;
};

uint8_t shape_digits(uint16_t port);

// The most bytes that credentials of a line take.
uint16_t shape_credentials(const struct plan_identity *identity, const struct plan_domain *domain);

// Without templates and profile. -ENOMEM.
int shape_new(struct plan_shape **shape, const struct shape_key *key, uint16_t credentials);
// Its templates. 0; -ENOMEM, -E2BIG; -EMSGSIZE: with credentials a message may have *bytes, above `room`.
int shape_compile(struct plan_shape *shape, const struct messages *messages, uint32_t room,
		  uint32_t *bytes);

/**
 * The shape of a line that is added while workers run: one that there is, or a new one, which is published
 * before this returns. A worker that is told of the line by a command, or by anything else that was
 * released after this call and that it acquires, must take the constants again before it uses the index:
 * quiescent_pass(), as worker/command.c does.
 *
 * @param key          its domain, and the widths of its texts: shape_digits() for the port, text_len of its address
 * @param credentials  shape_credentials() of its texts
 * @return its index, for ever; -ENOSPC, -EINVAL, -ENOMEM with a message. Control thread.
 */
int64_t shape_get(struct hl_plan *plan, const struct shape_key *key, uint16_t credentials,
		  struct hl_error *err);
