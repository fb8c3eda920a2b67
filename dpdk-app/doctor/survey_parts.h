// SPDX-License-Identifier: BSD-3-Clause
// Internal to the survey.
#pragma once

#include "doctor/survey.h"

// Learn from a frame that came.
void survey_hear(struct survey *survey, const struct hl_packet *packet, uint64_t now_ns);

void survey_addr_text(uint32_t ip, char out[HL_ADDR_TEXT]);
