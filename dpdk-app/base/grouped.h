// SPDX-License-Identifier: BSD-3-Clause
// Large numbers for people.
#pragma once

#include <stdint.h>

#define GROUPED_ROOM 32

// 12345678 -> "12,345,678"
const char *grouped_text(uint64_t value, char out[GROUPED_ROOM]);
