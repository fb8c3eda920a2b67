// SPDX-License-Identifier: BSD-3-Clause
// What can only be seen over the whole configuration; hl_config_check() without the text.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"

#define ADDRESSES_MAX (1u << 22)
#define SLOTS_MAX (1ull << 30) // (address, port) pairs that lines may get

// 0; -errno with a fault that names the entry.
int check_config(const struct hl_config *config, struct fault *fault);

// Is addr in the subnet of the port's lines?
bool port_on_link(const struct hl_port *port, const struct hl_addr *addr);

// Mask of the port's subnet.
uint32_t port_mask(const struct hl_port *port);
