// SPDX-License-Identifier: BSD-3-Clause
// The dialog of a subscription: what tells it from others, and the texts that only its requests carry
// (RFC 3261 12.2).
#pragma once

#include "worker/request.h"

// Of line, server and number of the subscription: what its Call-ID and From tag are made of.
uint64_t dialog_id(const struct hl_worker *w, uint32_t i);
void dialog_clear(struct hl_worker *w, uint32_t i);
// A 2xx to its SUBSCRIBE, a NOTIFY of it: what they say of the other end.
void dialog_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
void dialog_notified(struct hl_worker *w, uint32_t i, const struct sip_request *request);
// Does a NOTIFY belong to it?
bool dialog_holds(const struct hl_worker *w, uint32_t i, const struct sip_request *request);
// Put the dialog's texts and the credentials into a SUBSCRIBE. Returns its length.
uint32_t dialog_write(struct hl_worker *w, uint32_t i, const struct finish *finish);
// Bytes of a SUBSCRIBE whose template has `len`, without credentials; *uri_len: of its Request-URI.
uint32_t dialog_len(const struct hl_worker *w, uint32_t i, uint32_t len, uint32_t *uri_len);
