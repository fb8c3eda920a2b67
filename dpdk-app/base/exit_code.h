// SPDX-License-Identifier: BSD-3-Clause
// Exit codes of the program; those of SIPp where it has one.
#pragma once

enum exit_code {
	EXIT_ALL_WELL = 0,
	EXIT_SOME_FAILED = 1,
	EXIT_USAGE = 2, // usage, configuration, or a device that cannot be had
	EXIT_TIMED_OUT = 97,
	EXIT_NOTHING = 99, // not one answer came
};
