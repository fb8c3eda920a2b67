// SPDX-License-Identifier: BSD-3-Clause
// The plots of a report as files, for tickets and documents: each as SVG, and as PNG.
#pragma once

#include "html_report/result.h"

// Into a folder, which is made when it is not there. -errno with a message.
int pictures_write(const char *folder, const struct result results[], unsigned n,
		   struct hl_error *err);
