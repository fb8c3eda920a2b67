// SPDX-License-Identifier: BSD-3-Clause
// What a run can no longer do once it has started, whoever may have got hold of it: a seccomp filter.
#pragma once

#include <stdbool.h>

#include <heartline/error.h>

// Close it, for every thread of the process, those to come and its children. What a run never needs then
// fails with EPERM: to start programs (unless some are to be started), to trace or read other processes, to
// mount, to load modules, to change users, namespaces, clocks or files' owners and modes, and sockets of other
// families than IP, packet, netlink and UNIX.
// @return 0; -ENOSYS and the like with a message: this kernel does not do it
int sandbox_close(bool starts_programs, struct hl_error *err);
