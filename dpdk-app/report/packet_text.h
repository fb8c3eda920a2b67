// SPDX-License-Identifier: BSD-3-Clause
// Turns what came from the network into text for people.
#pragma once

#include <heartline/worker.h>

// The first bytes of an example, with "." for each that cannot be printed.
const char *example_bytes(const struct hl_example *example, char out[HL_EXAMPLE_BYTES + 1]);

#define SOURCE_ROOM HL_ENDPOINT_TEXT
// "10.99.0.7:5060"; "" when the source is not known.
const char *example_source(const struct hl_example *example, char out[SOURCE_ROOM]);
