// SPDX-License-Identifier: BSD-3-Clause
// heartline keys: lists all keys of a configuration and the classes of status codes, in three
// formats.

#include "commands/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <heartline/code.h>
#include <heartline/config.h>

#include "commands/listing.h"
#include "commands/options.h"

struct key_list {
	const char *title, *intro;
	bool (*key)(uint32_t index, struct hl_key *key);
};

static const struct key_list lists[] = {
	{ "Keys of a profile", "They stand below the name of a profile.", hl_profile_key },
	{ "Keys of the run", "They stand at the top of the file.", hl_run_key },
	{ "Expectations",
	  "They stand below expect, at the top of the file, as in registered: 100%; see EXPECT.",
	  hl_measure_key },
};

#define N_LISTS (sizeof(lists) / sizeof(*lists))

struct form {
	void (*list)(const struct key_list *list);
	void (*key)(const struct hl_key *key);
	void (*class)(enum hl_code_class class, const char *ranges); // NULL ranges: the heading
	void (*code)(unsigned status); // NULL: a class is not split into its codes
};

#define CODES_TITLE "What an answer to a REGISTER means"
#define CODES_INTRO \
	"Any final answer to a probe is a sign of life, except those in down_codes, and with alive_codes\n" \
	"all that are not in it."

// Why a key cannot be set in a profile like the others; "" when it can.
static const char *stage_text(const struct hl_key *key)
{
	switch (key->stage) {
	case HL_KEY_LATER:
		return "Not in this version: refused unless it is the default";
	case HL_KEY_OF_LINE:
		return "Not in a profile: set in lines";
	default:
		return "";
	}
}

// "2000 ms", "on", "empty"
static void default_text(const struct hl_key *key, char *out, size_t room)
{
	const char *fallback = *key->fallback ? key->fallback : "empty";

	snprintf(out, room, "%s%s%s", fallback, *key->unit && strcmp(fallback, "0") ? " " : "",
		 *key->unit && strcmp(fallback, "0") ? key->unit : "");
}

static void text_list(const struct key_list *list)
{
	printf("%s%s: default, what is allowed\n", list == lists ? "" : "\n", list->title);
}

static void text_key(const struct hl_key *key)
{
	char fallback[64];

	default_text(key, fallback, sizeof(fallback));
	printf("\n  %-28s %-10s %s\n      %s\n", key->name, fallback, key->allowed, key->meaning);
	if (*stage_text(key))
		printf("      (%s)\n", stage_text(key));
}

static void text_class(enum hl_code_class class, const char *ranges)
{
	if (!ranges)
		printf("\n%s\n%s\n", CODES_TITLE, CODES_INTRO);
	else
		printf("\n  %s: %s\n      %s\n", hl_code_class_name(class), ranges,
		       hl_code_class_meaning(class));
}

static void text_code(unsigned status)
{
	printf("      %u %s\n", status, hl_code_phrase(status));
}

static void scd_list(const struct key_list *list)
{
	printf("%s## %s\n\n%s\n", list == lists ? "" : "\n", list->title, list->intro);
}

static void scd_key(const struct hl_key *key)
{
	char fallback[64];

	default_text(key, fallback, sizeof(fallback));
	printf("\n*");
	scd_text(key->name);
	printf("*\n\t");
	scd_text(key->meaning);
	printf(".++\nDefault: ");
	scd_text(fallback);
	printf(". Allowed: ");
	scd_text(key->allowed);
	printf(".");
	if (*stage_text(key)) {
		printf("++\n");
		scd_text(stage_text(key));
		printf(".");
	}
	printf("\n");
}

static void scd_class(enum hl_code_class class, const char *ranges)
{
	if (!ranges) {
		printf("\n## %s\n\n", CODES_TITLE);
		scd_text(CODES_INTRO);
		printf("\n");
		return;
	}
	printf("\n*");
	scd_text(hl_code_class_name(class));
	printf("*: %s\n\t", ranges);
	scd_text(hl_code_class_meaning(class));
	printf(".\n");
}

static void md_list(const struct key_list *list)
{
	printf("%s### %s\n\n%s\n\n| key | default | allowed | meaning |\n|---|---|---|---|\n",
	       list == lists ? "" : "\n", list->title, list->intro);
}

static void md_key(const struct hl_key *key)
{
	char fallback[64];

	default_text(key, fallback, sizeof(fallback));
	printf("| `%s` | %s | %s | %s%s%s |\n", key->name, fallback, key->allowed, key->meaning,
	       *stage_text(key) ? "; " : "", stage_text(key));
}

static void md_class(enum hl_code_class class, const char *ranges)
{
	if (!ranges)
		printf("\n### %s\n\n%s\n\n| class | answers to a REGISTER | what the line does "
		       "|\n|---|---|---|\n",
		       CODES_TITLE, CODES_INTRO);
	else
		printf("| %s | %s | %s |\n", hl_code_class_name(class), ranges,
		       hl_code_class_meaning(class));
}

static const struct form forms[LISTING_FORMATS] = {
	[LISTING_TEXT] = { text_list, text_key, text_class, text_code },
	[LISTING_SCD] = { scd_list, scd_key, scd_class, NULL },
	[LISTING_MD] = { md_list, md_key, md_class, NULL },
};

// Returns how many keys were printed. A list without keys is left out.
static unsigned list_print(const struct key_list *list, const struct form *form,
			   const struct arguments *args)
{
	struct hl_key key;
	unsigned n = 0;

	for (uint32_t i = 0; list->key(i, &key); i++) {
		if (!listing_wants(args, key.name))
			continue;
		if (n++ == 0)
			form->list(list);
		form->key(&key);
	}
	return n;
}

// A code is listed when its number, a word of its phrase or its class was asked for.
static bool is_code_wanted(unsigned status, const struct arguments *args)
{
	char number[12];

	snprintf(number, sizeof(number), "%u", status);
	for (int i = 0; i < args->n_names; i++)
		if (!strcmp(number, args->names[i]) ||
		    strcasestr(hl_code_phrase(status), args->names[i]) ||
		    !strcmp(hl_code_class_name(hl_code_class(status)), args->names[i]))
			return true;
	return args->n_names == 0;
}

// Returns how many codes of the class were asked for.
static unsigned class_print(enum hl_code_class class, const struct form *form,
			    const struct arguments *args, bool first)
{
	char ranges[HL_CODE_RANGES_ROOM];
	unsigned n = 0;

	hl_code_class_ranges(class, ranges);
	for (unsigned status = HL_CODE_FIRST; status <= HL_CODE_LAST; status++) {
		if (!hl_code_registered(status) || hl_code_class(status) != class ||
		    !is_code_wanted(status, args))
			continue;
		if (n++ == 0) {
			if (first)
				form->class(class, NULL);
			form->class(class, ranges);
		}
		if (form->code)
			form->code(status);
	}
	return n;
}

static unsigned codes_print(const struct form *form, const struct arguments *args)
{
	unsigned n = 0;

	for (enum hl_code_class class = 0; class < HL_CODE_CLASSES; class ++)
		n += class_print(class, form, args, n == 0);
	return n;
}

static int keys_print(enum listing_format format, const struct arguments *args,
		      struct hl_error *err)
{
	const struct form *form = &forms[format];
	unsigned n = 0;

	for (unsigned i = 0; i < N_LISTS; i++)
		n += list_print(&lists[i], form, args);
	n += codes_print(form, args);
	if (n == 0)
		return hl_fail(err, EINVAL, "%s: no key has that in its name, and no status code",
			       args->names[0]);
	return 0;
}

int keys_command(int argc, char **argv)
{
	static const struct listing listing = {
		.usage = "usage: heartline keys [WORD...] [--format text|scd|md]\n\n"
			 "Lists the keys of a configuration: default, what is allowed, meaning;\n"
			 "and what each answer to a REGISTER means.\n"
			 "With words only the keys that have one of them in their name, and the\n"
			 "status codes of that number, phrase or class.\n",
		.print = keys_print,
	};

	return listing_command(&listing, argc, argv);
}
