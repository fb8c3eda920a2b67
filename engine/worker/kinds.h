// SPDX-License-Identifier: BSD-3-Clause
// The list of the kinds of requests that lines send.
#pragma once

#include "worker/request.h"

// All kinds of requests, by enum request_kind, in the order in which they are sent.
extern const struct request_ops *const request_kinds[REQUEST_KINDS];
