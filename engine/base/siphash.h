// SPDX-License-Identifier: BSD-3-Clause
// SipHash-2-4 (Aumasson, Bernstein): keyed hash for branches, Call-IDs, nonces and tables.
#pragma once

#include <stdint.h>

uint64_t siphash(const uint64_t key[2], const void *bytes, uint32_t len);
uint64_t siphash_u64(const uint64_t key[2], uint64_t value); // of its 8 bytes, little-endian
