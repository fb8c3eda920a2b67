// SPDX-License-Identifier: BSD-3-Clause
// DPDK's messages during the start are kept, and shown only when something goes wrong.
#pragma once

// Keep DPDK's log from now on instead of printing it.
void eal_log_keep(void);

// Print the last lines that were kept on stderr, indented.
void eal_log_show(void);

// Print errors on stderr from now on, drop the rest.
void eal_log_release(void);
