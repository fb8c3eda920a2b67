// SPDX-License-Identifier: BSD-3-Clause
// Part of ctl_print().
#pragma once

#include <jansson.h>

void port_print(const json_t *reply);
