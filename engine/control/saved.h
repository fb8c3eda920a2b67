// SPDX-License-Identifier: BSD-3-Clause
// Lines that an earlier run has left, found by who they are.
#pragma once

#include <heartline/saved.h>
#include "worker/saved_line.h"

struct saved_entry {
	uint64_t identity[2];
	const uint8_t *bytes; // NULL: empty
	uint32_t len;
	uint32_t file;
	bool taken; // a line of the configuration was found for it
};

struct saved_file {
	struct hl_saved_head head;
	bool age_known;
	uint64_t age_ms;
};

struct hl_saved {
	struct saved_file *files;
	uint32_t n_files;
	struct saved_entry *table; // by a hash of the identity
	uint64_t mask;             // 0: no table yet
	uint64_t n, n_taken;
};

// NULL: it is not known. *line is read from its bytes.
struct saved_entry *saved_find(const struct hl_saved *saved, const uint64_t identity[2],
			       struct saved_line *line);
