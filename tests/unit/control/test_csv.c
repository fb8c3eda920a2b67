// SPDX-License-Identifier: BSD-3-Clause
// CSV files of lines: forms that are read, rows that are refused with their place, duplicates.
#include "base/rng.h"
#include "control/identity.h"

#include "config_text.h"

#define CSV_CONFIG \
	PORTS PROFILES "    use_random_sip_port: on\n" \
		       "lines:\n" \
		       "  - {profile: lab, csv: phones.csv}\n"

static void csv_read_ok(struct hl_config *config, const char *text)
{
	file_write("phones.csv", text);
	config_read(config, CSV_CONFIG);
}

static void csv_expect(const char *text, const char *want)
{
	file_write("phones.csv", text);
	message_expect(CSV_CONFIG, want);
}

static void row_expect(const struct hl_config *config, uint32_t row, const char *number,
		       const char *account, const char *password, const char *display)
{
	const struct hl_csv_row *r;
	const char *want[4] = { number, account, password, display };

	cr_assert_lt(row, config->lines[0].n_rows);
	r = &config->lines[0].rows[row];
	for (int i = 0; i < 4; i++) {
		const char *got[4] = { r->phone_number, r->account, r->password, r->display_name };

		if (want[i] == NULL)
			cr_expect_null(got[i], "row %u, field %d", row, i);
		else
			cr_expect_str_eq(got[i], want[i], "row %u, field %d", row, i);
	}
}

Test(csv, a_file_of_sipp_is_read)
{
	struct hl_config config;

	csv_read_ok(&config, "SEQUENTIAL\n"
			     "# room 1\n"
			     "6001;u1;p,1;Ann;\n"
			     "\n"
			     "6002;u2;p2;\n"
			     "+49.30-1;u3;p3\n");
	cr_expect_eq(config.total, 3);
	row_expect(&config, 0, "6001", "u1", "p,1", "Ann");
	row_expect(&config, 1, "6002", "u2", "p2", NULL);
	row_expect(&config, 2, "+49.30-1", "u3", "p3", NULL);
	hl_config_free(&config);
}

Test(csv, a_header_names_the_columns)
{
	struct hl_config config;

	csv_read_ok(&config, "password,phone_number\r\nx,6001\r\ny,6002");
	cr_expect_eq(config.total, 2);
	row_expect(&config, 0, "6001", NULL, "x", NULL);
	row_expect(&config, 1, "6002", NULL, "y", NULL);
	hl_config_free(&config);
}

Test(csv, quotes_are_taken_off_and_doubled_ones_are_one)
{
	struct hl_config config;

	csv_read_ok(&config, "6000,6000,\"secret\",Bob\n"
			     "6001,\"u,1\",\"say \"\"a\"\"\",\"Smith, Ann\"\r\n"
			     "6002,u,p\"2,\n"
			     "6003,u,\"\"\"\",\"\"\n"
			     "\"+49;30\",u,\"p\"");
	cr_expect_eq(config.total, 5);
	row_expect(&config, 0, "6000", "6000", "secret", "Bob");
	row_expect(&config, 1, "6001", "u,1", "say \"a\"", "Smith, Ann");
	row_expect(&config, 2, "6002", "u", "p\"2", NULL);
	row_expect(&config, 3, "6003", "u", "\"", NULL);
	row_expect(&config, 4, "+49;30", "u", "p", NULL);
	hl_config_free(&config);
}

Test(csv, a_quoted_field_that_is_wrong_is_refused_where_it_is)
{
	csv_expect("6000,u,p\n6001,u,\"p\n6002,u,p\n",
		   "phones.csv:2:8: error: the quoted field does not end\n"
		   "    2 | 6001,u,\"p\n"
		   "      |        ^~ a quote inside of quotes is written twice");
	csv_expect("6001,u,\"p\"q\n",
		   "phones.csv:1:11: error: text stands behind the closing quote\n"
		   "    1 | 6001,u,\"p\"q\n"
		   "      |           ^~ a quote inside of quotes is written twice");
	csv_expect("6001,u, \"p\"\n",
		   "phones.csv:1:8: error: a space stands in front of the quote\n"
		   "    1 | 6001,u, \"p\"\n"
		   "      |        ^~ quotes count directly behind a separator only");
	csv_expect("6001,u,\"a\"\"b\nc\"\n",
		   "phones.csv:1:13: error: password: a control character (10) is not allowed\n"
		   "    1 | 6001,u,\"a\"\"b\n"
		   "      |             ^~ allowed: all but control characters");
	// the lines that a field takes are counted
	csv_expect(
		"phone_number,password,account\n6001,p,u\n6002,p,\"v\n\"\n",
		"phones.csv:3:10: error: account: a control character (10) is not allowed\n"
		"    3 | 6002,p,\"v\n"
		"      |          ^~ allowed: all but quotes, backslashes and control characters");
	csv_expect(
		"\"phone_number\",\"x\ny\"\n",
		"phones.csv:1:17: error: column \"x\ny\" is not known\n"
		"    1 | \"phone_number\",\"x\n"
		"      |                 ^~ allowed: phone_number, account, password, display_name, domain, pool");
}

Test(csv, names_of_columns_in_any_case_and_order_choose_them)
{
	struct hl_config config;

	csv_read_ok(&config, "\xef\xbb\xbfRANDOM\r\n\"Display_Name\", PASSWORD ,Phone_Number\r\n"
			     "\"A, B\",p,alice\r\n"
			     ",q,bob\r\n");
	cr_expect_eq(config.total, 2);
	row_expect(&config, 0, "alice", NULL, "p", "A, B");
	row_expect(&config, 1, "bob", NULL, "q", NULL);
	hl_config_free(&config);
}

Test(csv, every_way_of_sipp_to_choose_lines_is_one_to_us)
{
	static const char *const ways[] = { "SEQUENTIAL", "RANDOM", "USER" };

	for (size_t i = 0; i < 3; i++) {
		struct hl_config config;
		char text[64];

		snprintf(text, sizeof(text), "%s\n6001;u;p\n6002;v;q\n", ways[i]);
		csv_read_ok(&config, text);
		cr_expect_eq(config.total, 2);
		hl_config_free(&config);
	}
}

// A field as RFC 4180 writes it.
static char *field_write(struct rng *rng, char *at, const char *text, bool first)
{
	bool quoted = rng_below(rng, 4) == 0 || strpbrk(text, ",;\"\n\r") != NULL ||
		      text[0] == ' ' || (first && text[0] == '#');

	if (!quoted)
		return stpcpy(at, text);
	*at++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"')
			*at++ = '"';
		*at++ = *text;
	}
	*at++ = '"';
	*at = '\0';
	return at;
}

static void text_make(struct rng *rng, enum identity_part part, uint32_t n, char *out)
{
	static const char *const letters[IDENTITY_PARTS] = {
		[IDENTITY_NUMBER] = "0123456789+-_.~*'()&=$,;?/ab",
		[IDENTITY_ACCOUNT] = "abc01 ,;:#@<>'\xc3\xa4",
		[IDENTITY_PASSWORD] = "abc01 ,;:#\"\"\"\\@<>'",
		[IDENTITY_DISPLAY] = "ABc01 ,;:#@<>'",
	};
	uint32_t len = 1 + rng_below(rng, 12), at = 0;

	if (part == IDENTITY_NUMBER) // unique, and told from a header by a digit
		at = (uint32_t)sprintf(out, "%u", n);
	for (; len > 0; len--)
		out[at++] = letters[part][rng_below(rng, (uint32_t)strlen(letters[part]))];
	out[at] = '\0';
}

Test(csv, whatever_rfc_4180_writes_is_read_back)
{
	enum { TABLES = 300, ROWS_MAX = 20 };
	static char text[ROWS_MAX * 256], field[ROWS_MAX][IDENTITY_PARTS][64];
	struct rng rng;

	rng_seed(&rng, 4180);
	for (int table = 0; table < TABLES; table++) {
		enum identity_part order[IDENTITY_PARTS] = { 0, 1, 2, 3 };
		char separator = rng_below(&rng, 2) ? ',' : ';', *at = text;
		const char *end = rng_below(&rng, 2) ? "\r\n" : "\n";
		uint32_t rows = 1 + rng_below(&rng, ROWS_MAX);
		bool header = rng_below(&rng, 2);
		struct hl_config config;

		at = stpcpy(at, rng_below(&rng, 2) ? "\xef\xbb\xbf" : "");
		for (int i = IDENTITY_PARTS - 1; header && i > 0; i--) {
			uint32_t k = rng_below(&rng, (uint32_t)i + 1);
			enum identity_part part = order[i];

			order[i] = order[k];
			order[k] = part;
		}
		for (uint32_t r = header ? 0 : 1; r <= rows; r++) {
			for (int i = 0; i < IDENTITY_PARTS; i++) {
				char name[32];
				const char *value = name;

				strcpy(name, identity_names[order[i]]);
				for (char *c = name; *c != '\0'; c++)
					*c ^= *c != '_' && rng_below(&rng, 2) ? 0x20 : 0;
				if (r > 0) {
					value = field[r - 1][order[i]];
					text_make(&rng, order[i], 1000 + r, field[r - 1][order[i]]);
				}
				if (i > 0)
					*at++ = separator;
				at = field_write(&rng, at, value, i == 0);
			}
			at = stpcpy(at, r < rows || rng_below(&rng, 2) ? end : "");
		}
		csv_read_ok(&config, text);
		cr_assert_eq(config.total, rows, "%s", text);
		for (uint32_t r = 0; r < rows; r++)
			row_expect(&config, r, field[r][IDENTITY_NUMBER],
				   field[r][IDENTITY_ACCOUNT], field[r][IDENTITY_PASSWORD],
				   field[r][IDENTITY_DISPLAY]);
		hl_config_free(&config);
	}
}

Test(csv, any_bytes_give_rows_or_one_message_with_a_place)
{
	enum { TEXTS = 20000 };
	static const char bytes[] = { '"', '"', ',', ';', '\r', '\n',   '\n',
				      '#', '6', 'a', ' ', '\0', '\xff', '\xef' };
	static const char *const pieces[] = { "phone_number", "\"password\"", "6001,u,p",
					      "\"\"",         "SEQUENTIAL\n", "\"a\"\"b\"",
					      "\xef\xbb\xbf", "domain,",      "a.example" };
	uint32_t good = 0, bad = 0;
	struct rng rng;

	file_write("phones.csv", ""); // makes the folder
	rng_seed(&rng, 7);
	for (int i = 0; i < TEXTS; i++) {
		struct hl_lines lines = { 0 };
		struct hl_error err = { 0 };
		char text[256];
		uint32_t n = 0, line, column;
		FILE *file = fopen("any.csv", "wb");

		for (uint32_t k = rng_below(&rng, 12); k > 0; k--) {
			const char *piece = pieces[rng_below(&rng, 9)];

			if (rng_below(&rng, 3) == 0)
				n += (uint32_t)sprintf(text + n, "%s", piece);
			else
				text[n++] = bytes[rng_below(&rng, sizeof(bytes))];
		}
		fwrite(text, 1, n, file);
		fclose(file);
		int rc = hl_lines_set_csv(&lines, "any.csv", NULL, &err);
		good += rc == 0;
		bad += rc != 0;
		if (rc == 0)
			cr_assert_gt(lines.n_rows, 0);
		else
			cr_assert_eq(sscanf(err.text, "any.csv:%u:%u: error: ", &line, &column), 2,
				     "%s", err.text);
		free(lines.rows);
		free(lines.domains);
		free(lines.texts);
		free(lines.csv);
	}
	cr_expect_gt(good, TEXTS / 200, "%u", good);
	cr_expect_gt(bad, TEXTS / 2, "%u", bad);
}

Test(csv, one_column_is_enough)
{
	struct hl_config config;

	csv_read_ok(&config, "\xef\xbb\xbfphone_number\n6001\n6002\n");
	cr_expect_eq(config.total, 2);
	row_expect(&config, 1, "6002", NULL, NULL, NULL);
	hl_config_free(&config);
}

Test(csv, a_path_starts_at_the_folder_of_the_file)
{
	struct hl_error err = { 0 };
	struct hl_config config;

	file_write("phones.csv", "6001;a;b\n");
	file_write("lab.yaml", CSV_CONFIG);
	cr_assert_eq(mkdir("below", 0700), 0);
	cr_assert_eq(chdir("below"), 0);
	cr_assert_eq(hl_config_load(&config, "../lab.yaml", &err), 0, "%s", err.text);
	cr_expect_str_eq(config.lines[0].csv, "../phones.csv");
	cr_expect_eq(config.total, 1);
	hl_config_free(&config);
}

Test(csv, a_bad_row_is_refused_where_it_is)
{
	csv_expect("6001;u1;p1;d1\n6002;u2\n",
		   "phones.csv:2:8: error: password is missing: the row has 2 of 4 fields\n"
		   "    2 | 6002;u2\n"
		   "      |        ^~ allowed: phone_number;account;password;display_name");
	csv_expect("phone_number,password\n6001\n",
		   "phones.csv:2:5: error: password is missing: the row has 1 of 2 fields\n"
		   "    2 | 6001\n"
		   "      |     ^~ allowed: phone_number,password");
	csv_expect(
		"6001;u1;p1;d1\n6002;u2;p2;d2;x\n",
		"phones.csv:2:15: error: too many fields: a row has at most 4\n"
		"    2 | 6002;u2;p2;d2;x\n"
		"      |               ^~ allowed: phone_number;account;password;display_name; other "
		"columns need a header");
	csv_expect(
		"SEQUENTIAL\n6001;;p1\n",
		"phones.csv:2:6: error: account: the field is empty\n"
		"    2 | 6001;;p1\n"
		"      |      ^~ to take the profile's, leave the column out; the first line then "
		"names the columns");
	csv_expect("6001;u;p\n;u;p\n", "phones.csv:2:1: error: phone_number: the field is empty\n"
				       "    2 | ;u;p\n"
				       "      | ^~");
	csv_expect("6001;u;\n",
		   "phones.csv:1:8: error: password: the field is empty\n"
		   "    1 | 6001;u;\n"
		   "      |        ^~ to take the profile's, leave the column out; the first "
		   "line then names the columns");
	csv_expect("60 01;u;p\n",
		   "phones.csv:1:3: error: phone_number: a space is not allowed in it\n"
		   "    1 | 60 01;u;p\n"
		   "      |   ^~ allowed: letters, digits and -_.!~*'()&=+$,;?/");
	csv_expect("6001;\xc3\xb6\xc3\xb6\";p\n",
		   "phones.csv:1:8: error: account: \" is not allowed in it\n"
		   "    1 | 6001;\xc3\xb6\xc3\xb6\";p\n"
		   "      |        ^~ allowed: all but quotes, backslashes and control characters");
	csv_expect("00000000001111111111222222222233333333334444444444555555555566666;u;p\n",
		   "phones.csv:1:1: error: phone_number: 65 characters are too many\n"
		   "    1 | 00000000001111111111222222222233333333334444444444555555555566666;u;p\n"
		   "      | ^~ longest accepted: 64");
}

Test(csv, a_bad_head_is_refused)
{
	csv_expect(
		"name,secret,label\n6001,p,Ann\n",
		"phones.csv:1:1: error: the first line has no digits and names no column\n"
		"    1 | name,secret,label\n"
		"      | ^~ allowed: phone_number, account, password, display_name, domain, pool; if it is a "
		"phone line, put a line with the names of its columns in front");
	csv_expect(
		"label,Password,Phone_number\nAnn,p,6001\n",
		"phones.csv:1:1: error: column \"label\" is not known\n"
		"    1 | label,Password,Phone_number\n"
		"      | ^~ allowed: phone_number, account, password, display_name, domain, pool");
	csv_expect("\xff\xfe"
		   "6\n",
		   "phones.csv:1:1: error: the file is written in UTF-16\n"
		   "    1 | ??6\n"
		   "      | ^~ allowed: ASCII and UTF-8; spreadsheets call it \"CSV UTF-8\"");
	csv_expect(
		"phone_number;colour\n6001;red\n",
		"phones.csv:1:14: error: column \"colour\" is not known\n"
		"    1 | phone_number;colour\n"
		"      |              ^~ allowed: phone_number, account, password, display_name, domain, pool");
	csv_expect("account;account\n",
		   "phones.csv:1:9: error: column \"account\" stands twice\n"
		   "    1 | account;account\n"
		   "      |         ^~ allowed: phone_number, account, password, display_name, "
		   "domain, pool");
	csv_expect(
		"account;password\nu;p\n",
		"phones.csv:1:1: error: there is no column phone_number\n"
		"    1 | account;password\n"
		"      | ^~ allowed: phone_number, account, password, display_name, domain, pool");
	csv_expect("SEQUENTIAL\n", "phones.csv:1:1: error: there are no rows\n"
				   "    1 | SEQUENTIAL\n"
				   "      | ^~ needed: phone_number;account;password;display_name");
	csv_expect("", "phones.csv:1:1: error: there are no rows\n"
		       "    1 | \n"
		       "      | ^~ needed: phone_number;account;password;display_name");
}

Test(csv, a_file_that_is_not_there_is_shown_in_the_configuration)
{
	file_write("other.csv", "x");
	message_expect(
		CSV_CONFIG,
		"lab.yaml:9:25: error: csv: cannot read phones.csv: No such file or directory\n"
		"    9 |   - {profile: lab, csv: phones.csv}\n"
		"      |                         ^~");
}

Test(csv, numbers_are_unique_in_a_profile)
{
	csv_expect("SEQUENTIAL\n6001;u;p\n# comment\n6002;u;p\n6001;v;q\n",
		   "phones.csv:5:1: error: phone_number: 6001 appears twice in the profile\n"
		   "    5 | 6001;v;q\n"
		   "      | ^~ the first one is row 1");
	file_write("more.csv", "phone_number\n7000\n6002\n");
	file_write("phones.csv", "6001;u;p\n6002;u;p\n");
	message_expect(CSV_CONFIG "  - {profile: lab, csv: more.csv}\n",
		       "more.csv:3:1: error: phone_number: 6002 appears twice in the profile\n"
		       "    3 | 6002\n"
		       "      | ^~ the first one is row 2 of phones.csv");
	message_expect(CSV_CONFIG "  - {profile: lab, range: 6002-6005}\n",
		       "phones.csv:2:1: error: phone_number: 6002 appears twice in the profile\n"
		       "    2 | 6002;u;p\n"
		       "      | ^~ the first one is in the range 6002-6005");
}

Test(csv, a_number_written_otherwise_is_another_one)
{
	struct hl_config config;

	file_write("phones.csv", "06002;u;p\n+6002;u;p\n");
	config_read(&config, CSV_CONFIG "  - {profile: lab, range: 6002-6005}\n");
	cr_expect_eq(config.total, 6);
	hl_config_free(&config);
}

Test(csv, many_rows_are_kept_apart)
{
	enum { ROWS = 20000 };
	struct hl_config config;
	char *text = malloc(ROWS * 32), *at = text;

	for (int i = 0; i < ROWS; i++)
		at += sprintf(at, "%d;u%d;p%d\n", 1000 + i, i, i * 7);
	csv_read_ok(&config, text);
	cr_assert_eq(config.total, ROWS);
	for (uint32_t i = 0; i < ROWS; i += 997) {
		char number[16], account[16], password[16];

		snprintf(number, sizeof(number), "%u", 1000 + i);
		snprintf(account, sizeof(account), "u%u", i);
		snprintf(password, sizeof(password), "p%u", i * 7);
		row_expect(&config, i, number, account, password, NULL);
	}
	hl_config_free(&config);
	free(text);
}
