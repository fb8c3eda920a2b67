// SPDX-License-Identifier: BSD-3-Clause
// The failover machine of FAILOVER.md section 3: (state, event) -> (state, actions). Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/state.h>

struct failover_policy {
	uint8_t fail_max; // failed probes of P in a row that switch (fail_compare is in it already)
	uint8_t recover_count; // answered probes in a row that call P recovered
	bool has_backup;
	bool probes; // primary_detect_interval is not 0
	bool prefer_primary;
	bool auto_return; // return_mode
	bool remove_last; // remove_last_registration
};

enum failover_event {
	FO_ENABLE,
	FO_REGISTERED, // 2xx from the server of the latest REGISTER
	FO_FAILED,     // FAIL or TEMP (FAILOVER.md section 2)
	FO_REJECTED,   // REJ
	FO_REFRESH,    // the refresh is due
	FO_PROBE_OK,   // P answered a probe
	FO_PROBE_LOST, // P did not
	FO_PROBE_B_OK, // B answered a probe (only sent in DOWN)
	FO_TIMER,      // the state's own timer: return delay, end of a return, backoff, park
	FO_FORCE_P,
	FO_FORCE_B,
	FO_LOCK,
	FO_UNLOCK,
	FO_DISABLE,
	FAILOVER_EVENTS,
};

// The machine's memory. Bits by enum hl_server.
struct failover {
	uint8_t state;      // enum hl_line_state
	uint8_t active;     // enum hl_server that holds the registration; HL_SERVER_NONE
	uint8_t fails, oks; // of P, consecutive, saturate at FAILOVER_FAILS_MAX and _OKS_MAX
	uint8_t tried;      // servers tried in this cycle
	uint8_t lock;       // 0: free; else 1 + enum hl_server that the line must stay on
};

enum failover_action {
	ACT_REGISTER_P = 1 << 0, // a new REGISTER; one that is unanswered is abandoned
	ACT_REGISTER_B = 1 << 1,
	ACT_ABANDON = 1 << 2,     // stop what is unanswered or armed for registration
	ACT_REFRESH = 1 << 3,     // arm the refresh at half of the grant
	ACT_RESUME = 1 << 4,      // arm the refresh of the registration that is still held
	ACT_BACKOFF = 1 << 5,     // arm the backoff, one longer
	ACT_PARK = 1 << 6,        // arm the park time
	ACT_HOLD = 1 << 7,        // arm the return delay
	ACT_HOLD_CANCEL = 1 << 8, // neither that nor the end of a return
	ACT_COOL = 1 << 9,        // hold P for the cool-down, doubled at each failed return
	ACT_PROBE = 1 << 10,      // probes on, if they are not
	ACT_PROBE_STOP = 1 << 11,
	ACT_LEAVE_P = 1 << 12, // remove the old binding at P, best effort
	ACT_LEAVE_B = 1 << 13,
	ACT_LEAVE_ALL = 1 << 14,    // disabled: unregister wherever there may be a binding
	ACT_SETTLED = 1 << 15,      // registered: forget backoff and, on P, cool-down
	ACT_FAILOVER = 1 << 16,     // counted: the line moved to B
	ACT_RETURN = 1 << 17,       // counted: the line came back to P
	ACT_RETURN_LIMIT = 1 << 18, // arm the end of the return: B must be refreshed in time
};

// What the state word has room for: six and seven bits.
#define FAILOVER_FAILS_MAX 63
#define FAILOVER_OKS_MAX 127

// P answered a probe of a line that stands on it, what most lines hear most of the time: the machine would
// count it, and nothing would follow (tests/unit/failover/test_walk.c holds this against it).
static inline bool failover_only_counts(enum hl_line_state state, enum failover_event event)
{
	return state == HL_ON_P && event == FO_PROBE_OK;
}

// One step. held: servers that may not be used now (Retry-After, cool-down). Returns actions.
uint32_t failover_step(const struct failover_policy *policy, struct failover *fo,
		       enum failover_event event, uint8_t held);
