// SPDX-License-Identifier: BSD-3-Clause
// Reads the lines before the rows of a CSV. The first line may be SEQUENTIAL, RANDOM or USER, which SIPp
// requires; after it there may be a line that names the columns. The separator is ";" if the first line with
// fields contains one, and "," otherwise.
#include <string.h>

#include "base/text.h"
#include "control/csv_reader.h"

#define COLUMNS_ALLOWED "allowed: phone_number, account, password, display_name, domain, pool"

static bool record_is(const struct csv *c, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(c->text.stop - c->text.at) == len && memcmp(c->text.at, word, len) == 0;
}

// Upper and lower case are the same, and spaces around the name are ignored.
static int holds_of_name(const struct csv_field *field)
{
	const char *at = field->at, *end = at + field->len;

	while (at < end && *at == ' ')
		at++;
	while (end > at && end[-1] == ' ')
		end--;
	for (uint8_t i = 0; i < COLUMNS; i++)
		if (text_equal_nocase(at, (uint32_t)(end - at), column_name(i),
				      (uint32_t)strlen(column_name(i))))
			return i;
	return -1;
}

static int header_read(struct csv *c)
{
	const char *at = c->text.at;
	struct csv_field field;
	uint8_t seen = 0;
	int rc;

	c->columns = 0;
	while ((rc = csv_field_read(c, &at, &field)) > 0) {
		int holds = holds_of_name(&field);

		if (field.len == 0 && at > c->text.stop && c->columns > 0)
			break; // SIPp ends its lines with a separator
		if (holds < 0 || (seen & 1 << holds) != 0) {
			fault_say(&c->fault, "column \"%.*s\" %s",
				  (int)(field.len < 40 ? field.len : 40), field.at,
				  holds < 0 ? "is not known" : "stands twice");
			fault_hint(&c->fault, COLUMNS_ALLOWED);
			return csv_fail(c, field.at);
		}
		seen |= (uint8_t)(1 << holds);
		c->holds[c->columns++] = (uint8_t)holds;
	}
	if (rc < 0)
		return rc;
	c->least = c->columns;
	c->has_domain = (seen & 1 << COLUMN_DOMAIN) != 0;
	c->has_pool = (seen & 1 << COLUMN_POOL) != 0;
	if ((seen & 1 << IDENTITY_NUMBER) != 0)
		return 0;
	fault_say(&c->fault, "there is no column phone_number");
	fault_hint(&c->fault, COLUMNS_ALLOWED);
	return csv_fail(c, c->text.at);
}

// A ";" outside of quotes makes it the separator.
static void separator_find(struct csv *c)
{
	bool quoted = false;

	for (const char *p = c->text.at; p < c->text.stop; p++) {
		quoted ^= *p == '"';
		if (*p == ';' && !quoted)
			c->text.separator = ';';
	}
}

// Is the first line with fields a header? If it names no column that we know and contains no digit, it is more
// likely the header of another program than a phone line, so it is refused.
static int header_look(struct csv *c, bool *header)
{
	struct csv_text start = c->text; // its fields are read again later
	const char *at = c->text.at;
	struct csv_field field;
	bool digits = false, known = false;
	int rc;

	*header = false;
	for (uint32_t n = 0; (rc = csv_field_read(c, &at, &field)) > 0; n++) {
		bool is_name = holds_of_name(&field) >= 0;

		known |= is_name;
		*header |= n == 0 && is_name;
		for (uint32_t i = 0; i < field.len; i++)
			digits |= (uint8_t)(field.at[i] - '0') <= 9;
	}
	c->text = start;
	if (rc < 0)
		return rc;
	*header |= known && !digits;
	if (*header || digits)
		return 0;
	fault_say(&c->fault, "the first line has no digits and names no column");
	fault_hint(&c->fault,
		   COLUMNS_ALLOWED "; if it is a phone line, put a line with the names of "
				   "its columns in front");
	return csv_fail(c, c->text.at);
}

int csv_head_read(struct csv *c, bool *more)
{
	int rc;

	*more = csv_record_next(&c->text);
	// In SIPp this selects the order in which lines are used. Here all lines are used at once.
	if (*more && (record_is(c, "SEQUENTIAL") || record_is(c, "RANDOM") || record_is(c, "USER")))
		*more = csv_record_next(&c->text);
	if (!*more)
		return 0;
	separator_find(c);
	rc = header_look(c, &c->has_header);
	if (rc != 0 || !c->has_header)
		return rc;
	rc = header_read(c);
	if (rc == 0)
		*more = csv_record_next(&c->text);
	return rc;
}
