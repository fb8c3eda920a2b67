// SPDX-License-Identifier: BSD-3-Clause
// Neighbour discovery for IPv6 over Ethernet (RFC 4861), read and written.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/packet.h>
#include "net/frame.h"

enum ndp_kind {
	NDP_BAD,   // to be dropped (RFC 4861 7.1)
	NDP_OTHER, // of routers
	NDP_SOLICITATION,
	NDP_ADVERTISEMENT,
};

struct ndp {
	struct hl_addr target;
	bool has_mac; // its option for the link-layer address is there
	uint8_t mac[6];
	// of a solicitation
	bool detects_duplicate; // from no address: whoever asks wants the target for himself (RFC 4862 5.4)
	// of an advertisement
	bool solicited, overrides;
};

// f: of kind FRAME_NDP.
enum ndp_kind ndp_read(const struct frame *f, struct ndp *out);

// "Who has target? Tell sender": to all hosts that may be it, or to the MAC `known` alone.
struct ndp_question {
	const uint8_t *mac; // ours
	const struct hl_addr *sender, *target;
	const uint8_t *known; // NULL: all are asked
};
void ndp_write_solicitation(struct hl_packet *pkt, const struct ndp_question *question);

// "The target is at mac", to whoever has asked by this frame.
void ndp_write_answer(struct hl_packet *pkt, const uint8_t mac[6], const struct ndp *asked,
		      const uint8_t *request_frame, const struct frame *f);
// The same to all, unasked (RFC 4861 7.2.6).
void ndp_write_announcement(struct hl_packet *pkt, const uint8_t mac[6],
			    const struct hl_addr *addr);
