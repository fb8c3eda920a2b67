// SPDX-License-Identifier: BSD-3-Clause
// A response on its way from the branch that it carries to the role that it answers.
#pragma once

#include "line/branch.h"
#include "worker/worker.h"

// Whose is it? False: not one of ours.
bool reply_line(const struct hl_worker *w, const struct sip_reply *reply, struct branch *branch);
// HL_DROP_NONE: the line of the request is still there, the answer may come from there (reply_source), and
// goes to where the request came from.
enum hl_drop reply_path(const struct hl_worker *w, const struct branch *branch,
			const struct hl_endpoint *src, const struct hl_endpoint *dst);
// HL_DROP_NONE, or why it was of no use.
enum hl_drop reply_serve(struct hl_worker *w, const struct branch *branch,
			 const struct hl_endpoint *src, const struct hl_endpoint *dst,
			 const struct sip_reply *reply);
