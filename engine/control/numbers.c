// SPDX-License-Identifier: BSD-3-Clause
// Reads and compares phone numbers and ranges of them.
#include <heartline/numbers.h>

#include <errno.h>
#include <string.h>

#include <heartline/config.h>

#include "base/text.h"

static const char digits[] = "0123456789";

static int compare(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

static uint32_t digits_at(const char *text, uint32_t len)
{
	uint32_t n = 0;

	while (n < len && strchr(digits, text[n]) != NULL && text[n] != '\0')
		n++;
	return n;
}

int hl_numbers_parse(const char *text, uint32_t len, struct hl_numbers *numbers)
{
	uint32_t n = digits_at(text, len), behind = n + 1;
	bool range = n > 0 && behind < len && text[n] == '-' &&
		     digits_at(text + behind, len - behind) == len - behind;

	if (len == 0)
		return -EINVAL;
	*numbers = (struct hl_numbers){
		.first = text,
		.first_len = range ? n : len,
		.last = range ? text + behind : text,
		.last_len = range ? len - behind : len,
	};
	return compare(numbers->first, numbers->first_len, numbers->last, numbers->last_len) > 0
		       ? -ERANGE
		       : 0;
}

bool hl_numbers_hold(const struct hl_numbers *n, const char *number, uint32_t len)
{
	return compare(number, len, n->first, n->first_len) >= 0 &&
	       compare(number, len, n->last, n->last_len) <= 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int share_parse(const char *text, uint32_t len, struct hl_traced *traced)
{
	uint32_t n;

	if (len > 10 || !text_get_number(text, len, &n))
		return digits_at(text, len) == len && len > 0 ? -ERANGE : -EINVAL;
	traced->one_in = n;
	return n == 0 || n > HL_LINES_MAX ? -ERANGE : 0;
}

static int item_parse(const char *text, uint32_t len, struct hl_traced *traced)
{
	for (uint32_t k = 0; k < len; k++)
		if (is_blank(text[k]) || text[k] == '/') // what was meant is not sure
			return -EINVAL;
	if (traced->n == HL_TRACED_MAX)
		return -E2BIG;
	return hl_numbers_parse(text, len, &traced->numbers[traced->n++]);
}

int hl_traced_parse(const char *text, struct hl_traced *traced, const char **wrong,
		    uint32_t *wrong_len)
{
	int rc = 0;

	*traced = (struct hl_traced){ 0 };
	*wrong = text;
	*wrong_len = (uint32_t)strlen(text);
	if (strcmp(text, "all") == 0) {
		traced->one_in = 1;
		return 0;
	}
	if (strncmp(text, "1/", 2) == 0)
		return share_parse(text + 2, *wrong_len - 2, traced);
	for (bool more = true; rc == 0 && more; text++) {
		uint32_t len = (uint32_t)strcspn(text, ",");

		more = text[len] == ',';
		*wrong = text;
		*wrong_len = len;
		text += len;
		for (; *wrong_len > 0 && is_blank(**wrong); (*wrong_len)--)
			(*wrong)++;
		while (*wrong_len > 0 && is_blank((*wrong)[*wrong_len - 1]))
			(*wrong_len)--;
		rc = item_parse(*wrong, *wrong_len, traced);
	}
	return rc;
}

bool hl_traced_holds(const struct hl_traced *traced, uint32_t slot, const char *number,
		     uint32_t len)
{
	if (traced->one_in > 0)
		return slot % traced->one_in == 0;
	for (uint32_t k = 0; k < traced->n; k++)
		if (len > 0 && hl_numbers_hold(&traced->numbers[k], number, len))
			return true;
	return false;
}
