// SPDX-License-Identifier: BSD-3-Clause
// Files of state as bytes: torn, damaged, of another format; and how old they are.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include <heartline/saved.h>
#include "worker/saved_line.h"

static struct hl_save block;

struct file {
	uint8_t bytes[4096];
	size_t len;
};

static const struct hl_saved_head head = {
	.run = 7,
	.worker = 1,
	.n_workers = 2,
	.at = { .wall_ms = 1000, .boot_ms = 500, .boot_id = { 9 } },
};

static const struct saved_line example = {
	.identity = { 1, 2 },
	.call_id = 3,
	.place = { { HL_FAMILY_IPV4, { 10, 99, 1, 1 } }, 50000 },
	.saved_ms = 10,
	.refresh_ms = 30000,
	.number = 77,
	.epochs = { 1, 2 },
	.code = 200,
	.state = HL_ON_P,
	.bound = 1,
	.n_challenges = 2,
	.servers = { { 60000, 0, 60, 0, { { HL_FAMILY_IPV6, { 0x20, 1 } }, 5060 } } },
	.challenges = { { 0, 0, 0, 1, 5, { "lab", 3 }, { "", 0 }, { NULL, 0 } },
			{ 0, 1, 2, 0, 6, { "edge", 4 }, { "nonce", 5 }, { "", 0 } } },
};

static void add(struct file *f, const void *bytes, size_t len)
{
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static struct file make(unsigned lines)
{
	struct file f = { .len = 0 };
	uint8_t first[HL_SAVED_HEAD_BYTES], last[HL_SAVED_END_BYTES];
	struct hl_saved_sum sum;

	hl_saved_begin(&sum, &head, first);
	add(&f, first, sizeof(first));
	block.len = 8;
	block.n_lines = 0;
	for (; block.n_lines < lines; block.n_lines++) {
		struct saved_line line = example;

		line.identity[0] += block.n_lines;
		block.len += saved_line_write(&line, block.block + block.len, 1024);
	}
	add(&f, block.block, hl_saved_block(&sum, &block));
	hl_saved_end(&sum, last);
	add(&f, last, sizeof(last));
	return f;
}

static int reads(const struct file *f, size_t len, uint64_t *lines)
{
	struct hl_saved *saved = hl_saved_new();
	struct hl_saved_head read;
	struct hl_error err = { 0 };
	int rc = hl_saved_read(saved, f->bytes, len, &head.at, &read, &err);

	*lines = hl_saved_lines(saved);
	if (rc == 0)
		cr_expect(read.run == 7 && read.worker == 1 && read.n_workers == 2);
	else
		cr_expect_gt(strlen(err.text), 10);
	hl_saved_free(saved);
	return rc;
}

Test(saved, a_line_comes_back_as_it_was)
{
	uint8_t bytes[1024];
	struct saved_line back;
	uint32_t len = saved_line_write(&example, bytes, sizeof(bytes));

	cr_assert(eq(u32, saved_line_read(&back, bytes, sizeof(bytes)), len));
	cr_expect(memcmp(&back.place, &example.place, sizeof(back.place)) == 0);
	cr_expect(memcmp(back.servers, example.servers, sizeof(back.servers)) == 0);
	cr_expect(back.number == 77 && back.epochs[1] == 2 && back.state == HL_ON_P &&
		  back.refresh_ms == 30000 && back.n_challenges == 2);
	cr_expect(back.challenges[0].opaque.at == NULL && back.challenges[0].nc == 5);
	cr_expect(back.challenges[1].opaque.at != NULL && back.challenges[1].opaque.len == 0);
	cr_expect(memcmp(back.challenges[1].nonce.at, "nonce", 5) == 0);
	for (uint32_t room = 0; room < len; room++) {
		cr_expect(eq(u32, saved_line_write(&example, bytes, room), 0));
		cr_expect(eq(u32, saved_line_read(&back, bytes, room), 0));
	}
}

Test(saved, a_file_that_is_cut_short_anywhere_is_refused)
{
	struct file f = make(3);
	uint64_t lines;

	cr_assert(eq(int, reads(&f, f.len, &lines), 0));
	cr_assert(eq(u64, lines, 3));
	for (size_t len = 0; len < f.len; len++) {
		cr_expect(eq(int, reads(&f, len, &lines), -EBADMSG), "%zu bytes", len);
		cr_expect(eq(u64, lines, 0));
	}
	f.bytes[f.len] = 0;
	cr_expect(eq(int, reads(&f, f.len + 1, &lines), -EBADMSG), "too long");
}

Test(saved, a_byte_that_changed_anywhere_is_found_out)
{
	struct file f = make(2);
	uint64_t lines;

	for (size_t at = 0; at < f.len; at++) {
		f.bytes[at] ^= 0x10;
		int rc = reads(&f, f.len, &lines);
		cr_expect(rc == -EBADMSG || (rc == -EPROTONOSUPPORT && at >= 8 && at < 12),
			  "byte %zu: %d", at, rc);
		cr_expect(eq(u64, lines, 0));
		f.bytes[at] ^= 0x10;
	}
}

Test(saved, another_format_is_said)
{
	struct file f = make(1);
	struct hl_saved *saved = hl_saved_new();
	struct hl_saved_head read;
	struct hl_error err;

	f.bytes[8] = HL_SAVED_FORMAT - 1;
	cr_assert(eq(int, hl_saved_read(saved, f.bytes, f.len, &head.at, &read, &err),
		     -EPROTONOSUPPORT));
	cr_expect(strstr(err.text, "format 0") && strstr(err.text, "reads format 1"), "%s",
		  err.text);
	hl_saved_free(saved);
}

Test(saved, a_file_of_no_lines_is_one)
{
	struct file f = make(0);
	uint64_t lines;

	cr_assert(eq(int, reads(&f, f.len, &lines), 0));
	cr_expect(eq(u64, lines, 0));
}

Test(saved, more_lines_than_the_table_began_with)
{
	struct hl_saved *saved = hl_saved_new();
	static struct file files[40];
	struct hl_saved_head read;
	struct hl_error err;

	for (unsigned k = 0; k < 40; k++) {
		files[k] = make(9);
		cr_assert(eq(
			int,
			hl_saved_read(saved, files[k].bytes, files[k].len, &head.at, &read, &err),
			0));
	}
	cr_expect(eq(u64, hl_saved_lines(saved), 9), "the same nine, all of one run");
	hl_saved_free(saved);
}

Test(saved, the_age_is_by_the_clock_of_the_machine_while_it_runs)
{
	const struct hl_moment then = { .wall_ms = 5000, .boot_ms = 100, .boot_id = { 1 } };
	struct hl_moment now = { .wall_ms = 4000, .boot_ms = 2100, .boot_id = { 1 } };
	uint64_t age_ms;

	cr_expect(hl_moment_age(&then, &now, &age_ms) && age_ms == 2000, "the wall was set back");
	now.wall_ms = 5000000;
	cr_expect(hl_moment_age(&then, &now, &age_ms) && age_ms == 2000, "and forward");
	now.boot_ms = 99;
	cr_expect_not(hl_moment_age(&then, &now, &age_ms));
}

Test(saved, else_by_the_wall_and_never_backward)
{
	struct hl_moment then = { .wall_ms = 5000, .boot_ms = 100, .boot_id = { 1 } };
	struct hl_moment now = { .wall_ms = 9000, .boot_ms = 50, .boot_id = { 2 } };
	uint64_t age_ms;

	cr_expect(hl_moment_age(&then, &now, &age_ms) && age_ms == 4000);
	now.wall_ms = 4999;
	cr_expect_not(hl_moment_age(&then, &now, &age_ms));
	then.boot_id[0] = now.boot_id[0] = 0; // neither is known: they may differ
	now.boot_ms = 200;
	cr_expect_not(hl_moment_age(&then, &now, &age_ms));
	now.wall_ms = 5001;
	cr_expect(hl_moment_age(&then, &now, &age_ms) && age_ms == 1);
}
