// SPDX-License-Identifier: BSD-3-Clause
// CSV files of lines, as SIPp injects them: phone_number;account;password;display_name. A header may
// choose other columns, domain among them.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"

// Fill lines->rows, ->n_rows, ->domains and ->texts from lines->csv; all but the number are freed with
// free(). 0; -errno with a message; when the file itself cannot be read, only
// fault->what is filled and fault->code is set, since the place is that of the file's name.
int csv_read(struct hl_lines *lines, struct fault *fault, struct hl_error *err);

// Fail at a row that was read before, in the column of fault->key: looks for its place again.
int csv_fail_row(const struct hl_lines *lines, uint32_t row, const struct fault *fault,
		 struct hl_error *err);
