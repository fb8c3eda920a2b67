// SPDX-License-Identifier: BSD-3-Clause
// Programs with their arguments, as a configuration names them.
#pragma once

#include <stdbool.h>

#include "control/fault.h"

#define COMMAND_WORDS_MAX 32

// Add a word to a list that ends with NULL, and is NULL at first; a NULL word is no single value.
// 0; -EINVAL with fault->what.
int words_add(char ***words, const char *word, struct fault *fault);

// The same for a program with its arguments: the first word must be an absolute path.
int command_add(char ***command, const char *word, struct fault *fault);

void words_free(char **words);
bool words_equal(char *const *a, char *const *b);
