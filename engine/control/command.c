// SPDX-License-Identifier: BSD-3-Clause
// Lists of words that end with NULL.
#include "control/command.h"

#include <stdlib.h>
#include <string.h>

#define WORD_MAX 4095

static int memory_fault(struct fault *fault)
{
	fault_say(fault, "out of memory");
	fault->code = ENOMEM;
	return -ENOMEM;
}

int words_add(char ***words, const char *word, struct fault *fault)
{
	size_t n = 0;

	while (*words != NULL && (*words)[n] != NULL)
		n++;
	if (n == COMMAND_WORDS_MAX) {
		fault_say(fault, "the command has too many words");
		return fault_hint(fault, "allowed: %d", COMMAND_WORDS_MAX);
	}
	char **more = realloc(*words, (n + 2) * sizeof(*more));
	if (more == NULL)
		return memory_fault(fault);
	*words = more;
	more[n] = strdup(word);
	more[n + 1] = NULL;
	return more[n] != NULL ? 0 : memory_fault(fault);
}

int command_add(char ***command, const char *word, struct fault *fault)
{
	if (word == NULL || strlen(word) > WORD_MAX) {
		fault_say(fault,
			  word ? "this is too long" : "a program, or a list of words, is needed");
		return fault_hint(fault,
				  "as in [/usr/local/bin/page, --now], each word of at most %d "
				  "characters",
				  WORD_MAX);
	}
	if (*command == NULL && word[0] != '/') {
		fault_say(fault, "\"%.80s\" is no absolute path", word);
		return fault_hint(fault,
				  "as in /usr/local/bin/page; a shell is used only when it is "
				  "named: [/bin/sh, -c, ...]");
	}
	return words_add(command, word, fault);
}

void words_free(char **words)
{
	for (size_t k = 0; words != NULL && words[k] != NULL; k++)
		free(words[k]);
	free(words);
}

bool words_equal(char *const *a, char *const *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0) {
		a++;
		b++;
	}
	return *a == NULL && *b == NULL;
}
