// SPDX-License-Identifier: BSD-3-Clause
// What was received without effect: counted by reason, the first of its kind kept as an example.
#pragma once

#include "worker/worker.h"

// What was read of it; a frame that was not; a text, by the reason's own writer.
void drop_frame(struct hl_worker *w, enum hl_drop reason, const struct frame *f);
void drop_packet(struct hl_worker *w, enum hl_drop reason, const struct hl_packet *pkt);
void drop_text(struct hl_worker *w, enum hl_drop reason, uint64_t at_ns,
	       const struct hl_endpoint *src, const void *text, uint32_t len);
