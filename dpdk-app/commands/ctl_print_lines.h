// SPDX-License-Identifier: BSD-3-Clause
// Lines and servers for people.
#pragma once

#include <jansson.h>

void lines_print(const json_t *reply);
void line_print(const json_t *reply);
void servers_print(const json_t *reply);
void profiles_print(const json_t *reply);
void changes_print(const json_t *reply);
