// SPDX-License-Identifier: BSD-3-Clause
// Two ports joined back to back by rings: both ends of a link in one process, without any device.
#pragma once

#include "device/port.h"

int pair_open(struct port ports[2], struct rte_mempool *pool, struct hl_error *err);
