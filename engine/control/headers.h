// SPDX-License-Identifier: BSD-3-Clause
// Header lines that a profile adds to its requests.
#pragma once

#include "control/fault.h"

#define HEADER_NAME_MAX 64
#define HEADER_VALUE_MAX 256
#define HEADERS_MAX 1024 // of a profile, names, values and line ends

// Check the value of a header. 0; -EINVAL with what and hint.
int header_value_check(const char *value, struct fault *fault);

// Append "NAME: VALUE\r\n" to *headers (NULL: none yet). 0; -EINVAL, -ENOMEM.
int header_add(char **headers, const char *name, const char *value, struct fault *fault);

// The same for a text of lines "NAME: VALUE"; *headers is new, NULL for an empty text.
int headers_parse(const char *text, char **headers, struct fault *fault);
