// SPDX-License-Identifier: BSD-3-Clause
// The file of all changes: what is in it, what is refused, and disks, locks and damage that it outlives.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include <criterion/criterion.h>

#include <heartline/state.h>

#include "history/file.h"
#include "history/queue.h"
#include "history/writer.h"

#define QUEUE_BYTES (1u << 20)
#define PATIENCE_MS 30000
#define T0_MS 1790000000000ull

static char folder[] = "/tmp/hl-history-XXXXXX", path[64];
static const char *const profiles[] = { "lab", "office" };

static void folder_make(void)
{
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/h.db", folder);
}

static void folder_remove(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(history, .init = folder_make, .fini = folder_remove, .timeout = 60);

static int opens(struct history **h, struct history_limits limits, struct hl_error *err)
{
	const struct history_options options = {
		.path = path,
		.limits = limits,
		.queue_bytes = QUEUE_BYTES,
		.version = "7.8",
		.config = "lab.yaml",
		.profiles = profiles,
		.n_profiles = 2,
	};

	*err = (struct hl_error){ 0 };
	return history_open(h, &options, err);
}

static struct history *opened_with(struct history_limits limits)
{
	struct history *h;
	struct hl_error err;

	cr_assert_eq(opens(&h, limits, &err), 0, "%s", err.text);
	return h;
}

static struct history *opened(void)
{
	return opened_with((struct history_limits){ 0 });
}

static struct history *started(void)
{
	struct history *h = opened();
	struct hl_error err;

	cr_assert_eq(history_start(h, &err), 0, "%s", err.text);
	return h;
}

// Line k of profile lab loses its primary.
static void put_at(struct history *h, uint32_t k, uint64_t at_ms)
{
	char number[16];
	const struct history_change c = {
		.at_ms = at_ms,
		.line = k,
		.code = HL_CODE_TIMEOUT,
		.from = HL_ON_P,
		.to = HL_SW_B,
		.server = HL_SERVER_NONE,
		.number_len = (uint8_t)snprintf(number, sizeof(number), "%u", 6000 + k),
		.cause_len = 8,
		.number = number,
		.cause = "time-out",
	};

	history_put(h, &c);
}

static void put(struct history *h, uint32_t k)
{
	put_at(h, k, T0_MS + k);
}

static int64_t asked(const char *sql)
{
	sqlite3 *db;
	struct hl_error err;
	sqlite3_stmt *s;
	int64_t n = -1;

	cr_assert_eq(history_file_read(&db, path, &err), 0, "%s", err.text);
	cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK, "%s",
		     sqlite3_errmsg(db));
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

static struct history_counts now(const struct history *h)
{
	struct history_counts c;

	history_count(h, &c);
	return c;
}

static void pause_ms(unsigned ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = (long)ms * 1000000 }, NULL);
}

static void wait_written(const struct history *h, uint64_t n)
{
	for (unsigned ms = 0; now(h).written < n && ms < PATIENCE_MS; ms += 10)
		pause_ms(10);
	cr_assert_eq(now(h).written, n);
}

static void wait_failing(const struct history *h, uint64_t failing)
{
	for (unsigned ms = 0; now(h).failing != failing && ms < PATIENCE_MS; ms += 10)
		pause_ms(10);
	cr_assert_eq(now(h).failing, failing);
}

static void run(sqlite3 *db, const char *sql)
{
	char *error = NULL;

	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &error), SQLITE_OK, "%s: %s", sql, error);
}

static sqlite3 *other_process(void)
{
	sqlite3 *db;

	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, PATIENCE_MS);
	return db;
}

static void refused_expect(int code, const char *words)
{
	struct history *h;
	struct hl_error err;

	cr_expect_eq(opens(&h, (struct history_limits){ 0 }, &err), code, "%s", err.text);
	cr_expect_null(h);
	cr_expect(strncmp(err.text, "history: ", 9) == 0 && strstr(err.text, path), "%s", err.text);
	cr_expect_not_null(strstr(err.text, words), "%s", err.text);
}

Test(history, a_change_says_when_who_from_where_to_where_and_why)
{
	struct history *h = started();
	struct history_counts counts;
	const struct history_change c = {
		.at_ms = T0_MS + 1,
		.line = 9,
		.profile = 1,
		.code = 503,
		.from = HL_ON_B,
		.to = HL_REG_P,
		.server = HL_SERVER_P,
		.number_len = 4,
		.domain_len = 9,
		.cause_len = 23,
		.number = "7000!",
		.domain = "a.example:5070",
		.cause = "503 Service Unavailable, not more",
	};

	put(h, 4);
	history_put(h, &c);
	history_close(h, &counts);
	cr_expect_eq(counts.written, 2);
	cr_expect_eq(counts.lost, 0);
	cr_expect_str_eq(counts.error, "");
	cr_expect_eq(asked("SELECT count(*) FROM history"), 2);
	cr_expect_eq(
		asked("SELECT count(*) FROM history WHERE time = '2026-09-21T14:13:20.004Z' AND "
		      "number = '6004' AND domain = '' AND profile = 'lab' AND "
		      "from_state = 'ON_P' AND to_state = 'SW_B' AND server IS NULL AND "
		      "code = 1 AND cause = 'time-out'"),
		1);
	cr_expect_eq(
		asked("SELECT count(*) FROM history WHERE time = '2026-09-21T14:13:20.001Z' AND "
		      "number = '7000' AND domain = 'a.example' AND profile = 'office' AND "
		      "from_state = 'ON_B' AND to_state = 'REG_P' AND server = 'primary' AND "
		      "code = 503 AND cause = '503 Service Unavailable'"),
		1);
	cr_expect_eq(
		asked("SELECT count(*) FROM runs WHERE version = '7.8' AND config = 'lab.yaml' "
		      "AND end_ms >= start_ms"),
		1);
}

Test(history, another_run_goes_on_in_the_same_file)
{
	for (unsigned k = 0; k < 3; k++) {
		struct history *h = started();

		put(h, 1);
		put(h, 1); // the same line at the same moment
		history_close(h, NULL);
	}
	cr_expect_eq(asked("SELECT count(*) FROM changes"), 6);
	cr_expect_eq(asked("SELECT count(DISTINCT run) FROM changes"), 3);
	cr_expect_eq(asked("SELECT count(*) FROM lines"), 1);
	cr_expect_eq(asked("SELECT count(*) FROM causes"), 1);
}

// A place that was one line's is another one's later.
Test(history, a_place_that_is_reused_is_another_line)
{
	struct history *h = started();
	struct history_change c = {
		.line = 3, .number = "6003", .number_len = 4, .server = HL_SERVER_P
	};

	for (unsigned k = 0; k < 4; k++) {
		c.at_ms = T0_MS + k;
		c.number = k % 2 ? "6003" : "9003";
		history_put(h, &c);
	}
	c.number_len = 3; // "600", of which the number before begins
	history_put(h, &c);
	history_close(h, NULL);
	cr_expect_eq(asked("SELECT count(*) FROM history WHERE number = '6003'"), 2);
	cr_expect_eq(asked("SELECT count(*) FROM history WHERE number = '9003'"), 2);
	cr_expect_eq(asked("SELECT count(*) FROM history WHERE number = '600'"), 1);
}

Test(history, the_database_of_another_program_is_refused_and_left_alone)
{
	sqlite3 *db = other_process();
	struct stat before, after;

	run(db, "CREATE TABLE accounts(name TEXT); INSERT INTO accounts VALUES ('bob')");
	sqlite3_close(db);
	stat(path, &before);
	refused_expect(-EINVAL, "it is the database of another program, and stays as it is");
	stat(path, &after);
	cr_expect_eq(before.st_size, after.st_size);
	cr_expect_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

Test(history, a_file_of_another_version_is_refused)
{
	history_close(opened(), NULL);
	sqlite3 *db = other_process();
	run(db, "PRAGMA user_version = 9");
	sqlite3_close(db);
	refused_expect(-EINVAL, "another version of heartline (its schema is 9, this one knows 1)");
}

Test(history, what_is_no_database_is_refused)
{
	FILE *file = fopen(path, "w");

	for (unsigned k = 0; k < 1000; k++)
		fprintf(file, "line %u of a log\n", k);
	fclose(file);
	refused_expect(-EIO, "it is no SQLite database");
	unlink(path);
	mkdir(path, 0700);
	refused_expect(-EISDIR, "a folder");
	rmdir(path);
	mkfifo(path, 0600);
	refused_expect(-EINVAL, "no regular file");
	unlink(path);
	rmdir(folder);
	refused_expect(-ENOENT, "No such file or directory");
	mkdir(folder, 0700);
}

Test(history, a_file_that_must_not_be_written_is_refused)
{
	history_close(opened(), NULL);
	chmod(folder, 0755);
	chmod(path, 0444);
	if (geteuid() == 0) // whom no mode stops
		cr_assert_eq(seteuid(65534), 0);
	refused_expect(-EACCES, "it must not be written");
	cr_expect_eq(asked("SELECT count(*) FROM changes"), 0, "but it can be read");
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
}

Test(history, a_file_that_another_process_has_locked_at_the_start_is_refused)
{
	history_close(opened(), NULL);
	sqlite3 *db = other_process();
	run(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM changes");
	refused_expect(-EBUSY, "another process has it locked");
	sqlite3_close(db);
}

// The queue fills, what has no room is lost, and the one who puts never waits.
Test(history, a_lock_makes_changes_wait_and_then_be_counted_and_nobody_else_wait)
{
	struct history *h = started();
	sqlite3 *db = other_process();
	unsigned n = 0;

	run(db, "BEGIN IMMEDIATE");
	put(h, 0);
	wait_failing(h, 1);
	while (now(h).lost < 500)
		put(h, ++n % 100);
	uint64_t lost = now(h).lost;
	cr_expect_eq(now(h).written, 0);
	cr_expect_gt(n + 1 - lost, 1000, "so many wait");
	run(db, "COMMIT");
	wait_failing(h, 0);
	wait_written(h, n + 1 - lost);
	put(h, 5);
	wait_written(h, n + 2 - lost);
	struct history_counts counts;
	history_close(h, &counts);
	cr_expect_eq(counts.lost, lost);
	cr_expect_str_eq(counts.error, "another process has it locked");
	cr_expect_eq((uint64_t)asked("SELECT count(*) FROM changes"), n + 2 - lost);
	cr_expect_eq(asked("SELECT count(*) FROM runs"), 1);
	sqlite3_close(db);
}

Test(history, a_lock_at_the_end_is_waited_for_a_bounded_time)
{
	struct history *h = started();
	sqlite3 *db = other_process();
	struct history_counts counts;
	struct timespec begin, end;

	run(db, "BEGIN IMMEDIATE");
	put(h, 0);
	put(h, 1);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	history_close(h, &counts);
	clock_gettime(CLOCK_MONOTONIC, &end);
	cr_expect_geq(end.tv_sec - begin.tv_sec, HISTORY_END_MS / 1000 - 1, "it has tried");
	cr_expect_leq(end.tv_sec - begin.tv_sec, 30);
	cr_expect_eq(counts.written, 0);
	cr_expect_eq(counts.lost, 2);
	sqlite3_close(db);
}

Test(history, a_file_that_is_full_is_told_and_written_again_when_there_is_room)
{
	struct history *h = opened();
	struct hl_error err;
	struct history_counts counts;
	unsigned n = 0;

	run(h->db, "PRAGMA max_page_count = 1000");
	cr_assert_eq(history_start(h, &err), 0);
	for (; now(h).failing == 0 && n < 1000000; n++) {
		put(h, n % 100000);
		if (n % 20 == 0)
			pause_ms(1);
	}
	cr_assert_eq(now(h).failing, 1);
	sqlite3 *db = other_process();
	run(db, "DELETE FROM changes");
	sqlite3_close(db);
	wait_failing(h, 0);
	history_close(h, &counts);
	cr_expect_str_eq(counts.error, "the disk, or the file, is full");
	cr_expect_gt(asked("SELECT count(*) FROM changes"), 0);
	cr_expect_leq((uint64_t)asked("SELECT count(*) FROM changes"), counts.written);
	cr_expect_eq(asked("SELECT count(*) FROM changes WHERE line NOT IN (SELECT id FROM lines)"),
		     0, "the lines of a batch that was rolled back are in a later one");
}

static void overwrite(const char *name, off_t from)
{
	char junk[4096];
	int fd = open(name, O_WRONLY);
	struct stat st;

	cr_assert_geq(fd, 0, "%s", name);
	memset(junk, 0x5a, sizeof(junk));
	fstat(fd, &st);
	for (off_t at = from; at < st.st_size; at += (off_t)sizeof(junk))
		cr_assert_eq(pwrite(fd, junk, sizeof(junk), at), (ssize_t)sizeof(junk));
	close(fd);
}

Test(history, a_damaged_file_is_told_and_stops_nothing)
{
	struct history *h = started();
	struct history_counts counts;

	for (uint32_t k = 0; k < 500; k++)
		put(h, k);
	wait_written(h, 500);
	history_close(h, NULL); // so that all is in the file itself
	h = opened();
	overwrite(path, 4096);
	struct hl_error err;
	cr_assert_eq(history_start(h, &err), 0);
	put(h, 1);
	wait_failing(h, 1);
	for (uint32_t k = 0; k < 100; k++)
		put(h, k);
	history_close(h, &counts);
	cr_expect_eq(counts.written, 0);
	cr_expect_eq(counts.lost, 101);
	cr_expect_str_eq(counts.error, "it is damaged");
}

// As whoever turns logs over does it.
Test(history, a_file_that_is_moved_away_is_made_anew)
{
	struct history *h = started();
	char other[80];

	put(h, 1);
	put(h, 2);
	wait_written(h, 2);
	snprintf(other, sizeof(other), "%s.1", path);
	cr_assert_eq(rename(path, other), 0);
	put(h, 3);
	wait_written(h, 3);
	history_close(h, NULL);
	cr_expect_eq(asked("SELECT count(*) FROM history WHERE number = '6003'"), 1);
	cr_expect_eq(asked("SELECT count(*) FROM runs"), 1);
	cr_expect_eq(asked("SELECT count(*) FROM changes"), 1);
}

// An error closes the file; the run that is found in it is the same.
Test(history, a_run_that_opens_its_file_again_stays_one_run)
{
	struct history *h = opened();
	struct hl_error err;

	cr_assert_eq(history_start(h, &err), 0);
	put(h, 1);
	wait_written(h, 1);
	sqlite3 *db = other_process();
	run(db, "ALTER TABLE changes RENAME TO away");
	put(h, 2);
	wait_failing(h, 1);
	run(db, "ALTER TABLE away RENAME TO changes");
	wait_failing(h, 0);
	wait_written(h, 2);
	history_close(h, NULL);
	sqlite3_close(db);
	cr_expect_eq(asked("SELECT count(*) FROM runs"), 1);
	cr_expect_eq(asked("SELECT count(DISTINCT run) FROM changes"), 1);
}

static void retained(struct history *h)
{
	bool more = true;

	for (unsigned k = 0; more && k < 1000; k++)
		cr_assert_eq(history_retain(h->db, &h->limits, (int64_t)T0_MS, &more), SQLITE_OK);
	cr_assert_not(more);
}

static void filled(struct history *h, unsigned n)
{
	struct hl_error err;

	cr_assert_eq(history_start(h, &err), 0);
	for (unsigned k = 1; k <= n; k++) {
		put_at(h, k % 1000, T0_MS - 1000ull * k);
		if (k % 10000 == 0)
			wait_written(h, k);
	}
	wait_written(h, n);
}

Test(history, changes_leave_at_their_age)
{
	history_close(opened(), NULL);
	struct history *h = opened();
	filled(h, 10000); // one each second
	history_close(h, NULL);
	h = opened_with((struct history_limits){ .age_ms = 4000 * 1000 });
	retained(h);
	cr_expect_eq(asked("SELECT count(*) FROM changes"), 4000);
	cr_expect_eq(asked("SELECT min(id >> 20) FROM changes"), (int64_t)T0_MS - 4000 * 1000);
	history_close(h, NULL);
}

Test(history, the_oldest_changes_make_room_and_the_file_shrinks)
{
	struct history *h = opened();
	struct stat before, after;

	filled(h, 60000);
	history_close(h, NULL);
	stat(path, &before);
	cr_assert_gt(before.st_size, 2 << 20);
	h = opened_with((struct history_limits){ .bytes = 1 << 20 });
	retained(h);
	history_close(h, NULL);
	stat(path, &after);
	cr_expect_leq(after.st_size, 1 << 20);
	int64_t n = asked("SELECT count(*) FROM changes");
	cr_expect(n > 0 && n < 60000, "%d", (int)n);
	cr_expect_eq(asked("SELECT max(id >> 20) FROM changes"), (int64_t)T0_MS - 1000,
		     "the latest is there");
}

// The ring of bytes comes around many times, at other places each time.
Test(history, the_queue_gives_back_what_was_put_in_order_and_says_when_it_is_full)
{
	struct byte_ring *q = byte_ring_new(4096);
	struct history_change c = { .number = "6000600060006000", .domain = "example.net" }, got;
	uint32_t in = 0, out = 0;
	uint64_t cursor;

	for (unsigned round = 0; round < 2000; round++) {
		for (;; in++) {
			c.line = in;
			c.number_len = (uint8_t)(in % 17);
			c.domain_len = (uint8_t)(in % 12);
			if (!history_queue_put(q, &c))
				break;
		}
		cursor = byte_ring_cursor(q);
		for (unsigned k = 0; k < 1 + round % 40 && history_queue_next(q, &cursor, &got);
		     k++) {
			cr_assert_eq(got.line, out);
			cr_assert_eq(got.number_len, out % 17);
			cr_assert_eq(memcmp(got.number, c.number, got.number_len), 0);
			cr_assert_eq(memcmp(got.domain, c.domain, got.domain_len), 0);
			out++;
		}
		byte_ring_release(q, cursor);
	}
	cursor = byte_ring_cursor(q);
	while (history_queue_next(q, &cursor, &got))
		cr_assert_eq(got.line, out++);
	byte_ring_release(q, cursor);
	cr_expect_eq(in, out);
	cr_expect(byte_ring_empty(q));
	byte_ring_free(q);
}
