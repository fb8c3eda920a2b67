// SPDX-License-Identifier: BSD-3-Clause
// Prints a script that knows the commands, their options, and the values that can be listed. It asks no run.

#include "commands/ctl_completion.h"

#include <stdio.h>
#include <string.h>

#include "surface/command_table.h"

static const char head[] =
	"# SPDX-License-Identifier: BSD-3-Clause\n"
	"# shellcheck shell=bash disable=SC2207\n"
	"# Completion of heartline for bash, as heartline ctl --list bash prints it.\n"
	"\n"
	"_heartline() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal words=() skip='' next='' options='' word\n"
	"\tCOMPREPLY=()\n"
	"\tif ((COMP_CWORD == 1)); then\n"
	"\t\tnext=$(\"${COMP_WORDS[0]}\" help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p')\n"
	"\t\tCOMPREPLY=($(compgen -W \"$next\" -- \"$cur\"))\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ ${COMP_WORDS[1]} == top && $cur == -* ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W '--socket --instance --rate-scale --help' -- \"$cur\"))\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ ${COMP_WORDS[1]} != ctl ]]; then\n"
	"\t\tif [[ $cur == -* && ${COMP_WORDS[1]} =~ ^[a-z]+$ ]]; then\n"
	"\t\t\toptions=$(\"${COMP_WORDS[0]}\" \"${COMP_WORDS[1]}\" --help 2>/dev/null |\n"
	"\t\t\t\tsed -n 's/^  [-, a-zA-Z]\\{4\\}\\(--[a-z-]*\\).*/\\1/p')\n"
	"\t\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t# The words of the command so far, without options and their values.\n"
	"\tfor word in \"${COMP_WORDS[@]:2:COMP_CWORD-2}\"; do\n"
	"\t\tif [[ -n $skip ]]; then\n"
	"\t\t\tskip=\n"
	"\t\t\tcontinue\n"
	"\t\tfi\n"
	"\t\tcase $word in\n";

static const char tail[] = "\t[[ $cur != -* ]] || next=$options\n"
			   "\tCOMPREPLY=($(compgen -W \"$next\" -- \"$cur\"))\n"
			   "}\n"
			   "complete -F _heartline heartline\n";

// The first word of a command; the second one, or NULL.
static size_t first_len(const char *name)
{
	return strcspn(name, " ");
}

static const char *second(const char *name)
{
	size_t len = first_len(name);

	return name[len] ? name + len + 1 : NULL;
}

static void flags_print(const struct option_spec specs[])
{
	printf("\t\t-h");
	for (; specs->name; specs++)
		if (specs->kind == OPTION_FLAG)
			printf(" | --%s", specs->name);
	printf(") ;;\n\t\t-*) skip=1 ;;\n\t\t*) words+=(\"$word\") ;;\n\t\tesac\n\tdone\n");
}

// An option has the same choices in every command that has it.
static const struct ctl_argument *choices_of(const char *option)
{
	for (unsigned i = 0; i < CTL_COMMANDS; i++) {
		const struct ctl_argument *a = ctl_argument_find(&ctl_commands[i], option);
		if (a && !a->is_word && a->choices)
			return a;
	}
	return NULL;
}

static void values_print(const struct option_spec specs[])
{
	printf("\tcase $prev in\n\t--socket)\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\t\treturn\n"
	       "\t\t;;\n");
	for (; specs->name; specs++) {
		const struct ctl_argument *a = choices_of(specs->name);
		if (a)
			printf("\t--%s)\n\t\tCOMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n"
			       "\t\treturn\n\t\t;;\n",
			       a->name, a->choices);
	}
	printf("\tesac\n");
}

static bool is_first_of_its_word(unsigned i)
{
	size_t len = first_len(ctl_commands[i].name);

	for (unsigned k = 0; k < i; k++)
		if (first_len(ctl_commands[k].name) == len &&
		    !strncmp(ctl_commands[k].name, ctl_commands[i].name, len))
			return false;
	return true;
}

static void first_words_print(void)
{
	printf("\tcase \"${words[*]}\" in\n\t'') next='");
	for (unsigned i = 0, n = 0; i < CTL_COMMANDS; i++)
		if (is_first_of_its_word(i))
			printf("%s%.*s", n++ ? " " : "", (int)first_len(ctl_commands[i].name),
			       ctl_commands[i].name);
	printf("' ;;\n");
}

static void second_words_print(void)
{
	for (unsigned i = 0; i < CTL_COMMANDS; i++) {
		size_t len = first_len(ctl_commands[i].name);
		if (!second(ctl_commands[i].name) || !is_first_of_its_word(i))
			continue;
		printf("\t%.*s) next='", (int)len, ctl_commands[i].name);
		for (unsigned k = i, n = 0; k < CTL_COMMANDS; k++)
			if (!strncmp(ctl_commands[k].name, ctl_commands[i].name, len + 1))
				printf("%s%s", n++ ? " " : "", second(ctl_commands[k].name));
		printf("' ;;\n");
	}
}

static void arguments_print(void)
{
	for (unsigned i = 0; i < CTL_COMMANDS; i++) {
		const struct ctl_argument *a = ctl_commands[i].arguments;
		if (a->name && a->is_word && a->choices)
			printf("\t'%s') next='%s' ;;\n", ctl_commands[i].name, a->choices);
	}
	for (unsigned i = 0; i < CTL_COMMANDS; i++) {
		const struct ctl_argument *a = ctl_commands[i].arguments;
		if (a->name && (a->kind == CTL_PATH || a->kind == CTL_SOURCE))
			printf("\t'%s')\n\t\t[[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- "
			       "\"$cur\")) && return; }\n\t\t;;\n",
			       ctl_commands[i].name);
	}
	printf("\tesac\n");
}

static void options_print(const struct option_spec specs[])
{
	printf("\toptions='");
	for (unsigned n = 0;
	     specs[n].name && !choices_of(specs[n].name) && strcmp(specs[n].name, "help") != 0; n++)
		printf("--%s ", specs[n].name);
	printf("--help'\n\tcase \"${words[*]} \" in\n");
	for (unsigned i = 0; i < CTL_COMMANDS; i++) {
		bool any = false;
		for (const struct ctl_argument *a = ctl_commands[i].arguments; a->name; a++) {
			if (a->is_word)
				continue;
			if (!any)
				printf("\t'%s '*) options+='", ctl_commands[i].name);
			printf(" --%s", a->name);
			any = true;
		}
		if (any)
			printf("' ;;\n");
	}
	printf("\tesac\n");
}

void ctl_completion_print(const struct option_spec specs[])
{
	printf("%s", head);
	flags_print(specs);
	values_print(specs);
	first_words_print();
	second_words_print();
	arguments_print();
	options_print(specs);
	printf("%s", tail);
}
