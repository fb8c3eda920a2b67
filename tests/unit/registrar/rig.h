// SPDX-License-Identifier: BSD-3-Clause
// A registrar on two addresses, and a client that builds real frames for it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/registrar.h>

#define SECOND 1000000000ull
#define MILLISECOND 1000000ull

struct rig {
	struct hl_registrar *r;
	uint64_t now_ns;
	struct hl_burst tx;
	struct hl_packet pkts[HL_BURST_MAX];
	uint8_t buffers[HL_BURST_MAX][HL_FRAME_MAX];
	char text[HL_FRAME_MAX]; // of the last answer
};

// A REGISTER; what is 0 or NULL takes the default that stands beside it.
struct wish {
	const char *user; // "6000"
	const char *host; // "10.0.0.1"
	const char
		*contacts; // header lines; "Contact: <sip:6000@10.1.0.7:50001;hl=p>\r\n"; "": none
	const char *call_id; // "call-1"
	uint32_t cseq;       // 1
	const char *expires; // "60"; "": no such header
	const char *headers; // further lines, such as Authorization; none
	const char *account; // of the credentials that rig_authorise() makes: the user
	uint32_t nc;         // of these: 1
};

void rig_config(struct hl_registrar_config *config); // 10.0.0.1 and .2, no digest, 100 bindings
void rig_start(struct rig *rig, const struct hl_registrar_config *config); // NULL: the above
void rig_stop(struct rig *rig);

// A frame from the client at 10.1.0.7:50001 with this text, to a server (0, 1; 2: nobody).
uint16_t rig_frame(uint8_t frame[HL_FRAME_MAX], unsigned server, const char *text);

// Send a text, and the answer's text; NULL: there was none. Asserts where the answer goes.
const char *rig_send(struct rig *rig, unsigned server, const char *text);
const char *rig_register(struct rig *rig, unsigned server, const struct wish *wish);
const char *rig_options(struct rig *rig, unsigned server);
// The answer that a tick at now_ns sends; NULL: none.
const char *rig_tick(struct rig *rig);

int status_of(const char *answer); // 0: there was none

// With the credentials for the challenge in `answer`. NULL password: "secret".
const char *rig_authorise(struct rig *rig, unsigned server, const struct wish *wish,
			  const char *answer, const char *password);

uint64_t rig_count(const _Atomic uint64_t *counter);
#define COUNTER(RIG, SERVER, NAME) rig_count(&hl_registrar_counters((RIG)->r, SERVER)->NAME)
