// SPDX-License-Identifier: BSD-3-Clause
// CSV files of lines: forms that are read, rows that are refused with their place, duplicates.
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
	csv_expect("6001;u1;p1;d1\n6002;u2;p2;d2;x\n",
		   "phones.csv:2:15: error: too many fields: a row has at most 4\n"
		   "    2 | 6002;u2;p2;d2;x\n"
		   "      |               ^~ allowed: phone_number;account;password;display_name");
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
		"RANDOM\n6001;u;p\n",
		"phones.csv:1:1: error: this way of SIPp is not known: lines are taken as they stand\n"
		"    1 | RANDOM\n"
		"      | ^~ allowed: SEQUENTIAL");
	csv_expect(
		"phone_number;colour\n6001;red\n",
		"phones.csv:1:14: error: column \"colour\" is not known\n"
		"    1 | phone_number;colour\n"
		"      |              ^~ allowed: phone_number, account, password, display_name");
	csv_expect("account;account\n",
		   "phones.csv:1:9: error: column \"account\" stands twice\n"
		   "    1 | account;account\n"
		   "      |         ^~ allowed: phone_number, account, password, "
		   "display_name");
	csv_expect("account;password\nu;p\n",
		   "phones.csv:1:1: error: there is no column phone_number\n"
		   "    1 | account;password\n"
		   "      | ^~ allowed: phone_number, account, password, display_name");
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
		   "phones.csv:5:1: error: phone_number: 6001 stands twice in the profile\n"
		   "    5 | 6001;v;q\n"
		   "      | ^~ the first one is row 1");
	file_write("more.csv", "phone_number\n7000\n6002\n");
	file_write("phones.csv", "6001;u;p\n6002;u;p\n");
	message_expect(CSV_CONFIG "  - {profile: lab, csv: more.csv}\n",
		       "more.csv:3:1: error: phone_number: 6002 stands twice in the profile\n"
		       "    3 | 6002\n"
		       "      | ^~ the first one is row 2 of phones.csv");
	message_expect(CSV_CONFIG "  - {profile: lab, range: 6002-6005}\n",
		       "phones.csv:2:1: error: phone_number: 6002 stands twice in the profile\n"
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
