// SPDX-License-Identifier: BSD-3-Clause
// One change of a line's state, as it goes into the history.
#pragma once

#include <stdint.h>

#define HISTORY_TEXT_MAX 255 // of each text, in bytes; what is longer is cut

// Texts are not terminated. A length of 0: there is none.
struct history_change {
	uint64_t at_ms;   // UTC, since 1970
	uint32_t line;    // its slot: where its row of the file was found the last time
	uint32_t profile; // by its place in the configuration
	uint16_t code;    // a status, or enum hl_local_code
	uint8_t from, to; // enum hl_line_state
	uint8_t server;   // enum hl_server after the change
	uint8_t number_len, domain_len, cause_len;
	const char *number, *domain, *cause;
};
