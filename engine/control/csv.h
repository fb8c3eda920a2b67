// SPDX-License-Identifier: BSD-3-Clause
// CSV files of lines in the format that SIPp reads: phone_number;account;password;display_name. A header line
// may select other columns, for example domain.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"

struct csv_source {
	const struct hl_config *config; // whose pools the rows may name; NULL: there are none
	struct hl_lines *lines; // its csv is the path, its pool that of rows which name none
};

// Read the file lines->csv into lines->rows, ->n_rows, ->domains, ->row_pools, ->pool_rows and ->texts. The
// caller frees the pointers with free(). Returns 0, or -errno with a message in `err`. If the file itself cannot be read, the
// message is in `fault` instead, because its place is where the configuration names the file.
int csv_read(const struct csv_source *source, struct fault *fault, struct hl_error *err);

// Report a fault in a row that was read earlier, in the column fault->key. The file is read again to find the
// place.
int csv_fail_row(const struct hl_lines *lines, uint32_t row, const struct fault *fault,
		 struct hl_error *err);
