// SPDX-License-Identifier: BSD-3-Clause
// The program's exit codes: the same as SIPp's wherever SIPp has one.
#pragma once

enum exit_code {
	EXIT_ALL_WELL = 0,
	EXIT_SOME_FAILED = 1,
	EXIT_USAGE = 2, // wrong usage or configuration, or a device that cannot be used
	EXIT_TIMED_OUT = 97,
	EXIT_NOTHING = 99, // no server answered anything
};
