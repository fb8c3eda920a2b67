// SPDX-License-Identifier: BSD-3-Clause
// State that survives: its folder, its files, and a worker's lines through both.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/timebase.h"
#include "survive/folder.h"
#include "survive/state_file.h"
#include "survive/survive.h"

static char base[64], path[128];

static void setup(void)
{
	snprintf(base, sizeof(base), "/tmp/hl-survive-XXXXXX");
	cr_assert_not_null(mkdtemp(base));
	snprintf(path, sizeof(path), "%s/state", base);
}

static void teardown(void)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -rf %s", base);
	cr_assert_eq(system(command), 0);
}

TestSuite(survive, .init = setup, .fini = teardown, .timeout = 60);

static struct state_folder opened(void)
{
	struct state_folder folder;
	struct hl_error err = { 0 };

	cr_assert_eq(state_folder_open(&folder, path, &err), 0, "%s", err.text);
	return folder;
}

static void refused(int code, const char *words)
{
	struct state_folder folder;
	struct hl_error err = { 0 };

	cr_expect_eq(state_folder_open(&folder, path, &err), code, "%s", err.text);
	cr_expect(strncmp(err.text, "state_dir: ", 11) == 0 && strstr(err.text, words), "%s",
		  err.text);
	state_folder_close(&folder);
}

// Of what is in the folder, beside its lock.
static unsigned files(const char *name)
{
	DIR *dir = opendir(path);
	unsigned n = 0;

	for (const struct dirent *entry; (entry = readdir(dir));)
		n += name ? !strcmp(entry->d_name, name)
			  : entry->d_name[0] != '.' && strcmp(entry->d_name, "lock") != 0;
	closedir(dir);
	return n;
}

static void put(struct state_folder *folder, unsigned worker, const char *text)
{
	struct state_file file;

	cr_assert_eq(state_file_begin(&file, folder, worker), 0);
	cr_assert_eq(state_file_add(&file, text, strlen(text)), 0);
	cr_assert_eq(state_file_commit(&file), 0);
}

Test(survive, a_folder_is_made_for_one_run_at_a_time)
{
	struct state_folder folder = opened();
	struct stat st;
	char who[48];

	cr_assert_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0700);
	snprintf(who, sizeof(who), "process %ld runs with it", (long)getpid());
	refused(-EBUSY, who);
	state_folder_close(&folder);
	folder = opened();
	state_folder_close(&folder);
}

Test(survive, what_is_no_folder_is_said)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	close(fd);
	refused(-ENOTDIR, "name a folder");
	strcat(path, "/not/there");
	refused(-ENOTDIR, "Not a directory");
	snprintf(path, sizeof(path), "%s/a/b", base);
	refused(-ENOENT, "make the folder above it");
}

Test(survive, each_run_has_a_number_above_all_before_it)
{
	struct state_folder folder = opened();
	char name[STATE_NAME_ROOM];

	cr_expect_eq(folder.run, 1);
	put(&folder, 3, "x");
	state_folder_close(&folder);
	folder = opened();
	cr_expect_eq(folder.run, 2);
	state_folder_name(&folder, 3, name);
	cr_expect_str_eq(name, "run-2-worker-3.state");
	state_folder_close(&folder);
}

Test(survive, a_file_has_its_name_when_it_is_whole)
{
	struct state_folder folder = opened();
	struct state_file file;
	uint8_t *bytes;
	size_t len;

	put(&folder, 0, "old");
	cr_assert_eq(state_file_begin(&file, &folder, 0), 0);
	cr_assert_eq(state_file_add(&file, "new", 3), 0);
	cr_assert_eq(state_file_read(&folder, "run-1-worker-0.state", &bytes, &len), 0);
	cr_expect(len == 3 && !memcmp(bytes, "old", 3));
	free(bytes);
	state_file_drop(&file);
	cr_expect_eq(files(NULL), 1, "what was dropped is gone");
	put(&folder, 0, "newer");
	cr_assert_eq(state_file_read(&folder, "run-1-worker-0.state", &bytes, &len), 0);
	cr_expect(len == 5 && !memcmp(bytes, "newer", 5));
	free(bytes);
	state_folder_close(&folder);
}

Test(survive, what_is_cleared_is_state_of_other_runs)
{
	static const char *const names[] = { "run-1-worker-0.state", "run-9-worker-0.state.tmp",
					     "notes.txt", "run-1-worker-0.state.old" };
	struct state_folder folder = opened();

	for (unsigned k = 0; k < 4; k++)
		close(openat(folder.fd, names[k], O_CREAT | O_WRONLY, 0600));
	state_folder_close(&folder);
	folder = opened();
	cr_expect_eq(folder.run, 10, "no number comes twice, not even of what was not finished");
	cr_expect_not(folder.is_ours);
	put(&folder, 0, "x");
	state_folder_clear(&folder, false);
	cr_expect_eq(files(NULL), 3);
	cr_expect(files("notes.txt") && files("run-1-worker-0.state.old") &&
		  files("run-10-worker-0.state"));
	state_folder_clear(&folder, true);
	cr_expect_eq(files(NULL), 2);
	state_folder_close(&folder);
}

// A worker with lines of a configuration, as in a run.
struct bench {
	struct hl_config config;
	struct hl_plan *plan;
	struct hl_worker *workers[3];
	unsigned n_workers;
	struct survive *survive;
	struct survive_counts counts;
	struct control_loop *loop;
	uint64_t until_written, until_failed, until_failing;
};

void __real_hl_worker_tick(struct hl_worker *worker, struct hl_burst *tx, uint64_t now_ns);

static void bench_open_with(struct bench *b, unsigned lines, unsigned n_workers)
{
	struct hl_error err = { 0 };
	char yaml[1024];

	snprintf(
		yaml, sizeof(yaml),
		"ports:\n  - device: x\n    addresses: 10.99.1.1/16\nprofiles:\n  a:\n"
		"    outbound_server: 10.99.0.1\n    password: secret\n    use_random_sip_port: on\n"
		"lines:\n  - {profile: a, range: 6000-%u}\nstate_dir: %s\nstate_interval: 100ms\n",
		5999 + lines, path);
	memset(b, 0, sizeof(*b));
	b->n_workers = n_workers;
	timebase_start();
	timebase_calibrate();
	cr_assert_eq(hl_config_parse(&b->config, "x", yaml, &err), 0, "%s", err.text);
	cr_assert_eq(survive_open(&b->survive, &b->config, &err), 0, "%s", err.text);
	const struct hl_plan_options plan = { .n_workers = n_workers,
					      .boot_key = { 1, (uint64_t)getpid() },
					      .saved = survive_saved(b->survive) };
	cr_assert_eq(hl_plan_new(&b->plan, &b->config, &plan, &err), 0, "%s", err.text);
	for (unsigned i = 0; i < n_workers; i++) {
		const struct hl_worker_options worker = { .index = i,
							  .start_ns = timebase_ns(),
							  .seed = 1 };
		cr_assert_eq(hl_worker_new(&b->workers[i], b->plan, &worker, &err), 0, "%s",
			     err.text);
	}
	survive_take_up(b->survive, b->workers, n_workers, 1000);
	survive_count(b->survive, &b->counts);
}

static void bench_open(struct bench *b, unsigned lines)
{
	bench_open_with(b, lines, 1);
}

static void bench_close(struct bench *b)
{
	survive_close(b->survive);
	if (b->loop)
		control_loop_free(b->loop);
	for (unsigned i = 0; i < b->n_workers; i++)
		hl_worker_free(b->workers[i]);
	hl_plan_free(b->plan);
	hl_config_free(&b->config);
}

Test(survive, a_run_finds_the_lines_of_the_one_before)
{
	static struct bench b;
	struct hl_endpoint places[3];

	bench_open(&b, 3);
	cr_expect_not(b.counts.found);
	cr_expect_eq(b.counts.taken[HL_TAKEN_UNKNOWN], 3);
	cr_expect_eq(files("run-1-worker-0.state"), 1, "written before anything is sent");
	for (unsigned i = 0; i < 3; i++)
		places[i] = hl_plan_place(b.plan, i);
	bench_close(&b);
	bench_open(&b, 2);
	cr_expect(b.counts.found && b.counts.age_known && b.counts.age_ms < 30000);
	cr_expect_eq(b.counts.taken[HL_TAKEN_NONE], 2);
	cr_expect_eq(b.counts.gone, 1);
	for (unsigned i = 0; i < 2; i++)
		cr_expect_eq(places[i].port, hl_plan_place(b.plan, i).port);
	cr_expect(files(NULL) == 1 && files("run-2-worker-0.state"), "the old ones are gone");
	survive_end(b.survive, 1);
	cr_expect_eq(files(NULL), 1, "a binding may be left");
	survive_end(b.survive, 0);
	cr_expect_eq(files(NULL), 0, "none is");
	bench_close(&b);
}

Test(survive, workers_may_be_more_or_fewer)
{
	static const unsigned workers[] = { 1, 3, 2, 1 };
	static struct bench b;

	for (unsigned k = 0; k < sizeof(workers) / sizeof(*workers); k++) {
		bench_open_with(&b, 10, workers[k]);
		cr_expect_eq(b.counts.taken[HL_TAKEN_NONE], k == 0 ? 0 : 10);
		cr_expect_eq(files(NULL), workers[k], "one each, and none of the run before");
		bench_close(&b);
	}
}

// Killed between two of its first files, which no sleep can be relied on to hit: what is there then is the
// files of the run before and some of its own.
Test(survive, files_of_two_runs_have_every_line_once)
{
	static struct bench b;
	char command[512];

	bench_open_with(&b, 10, 1);
	bench_close(&b);
	snprintf(command, sizeof(command), "cp %s/run-1-worker-0.state %s/kept", path, base);
	cr_assert_eq(system(command), 0);
	bench_open_with(&b, 10, 3);
	bench_close(&b);
	snprintf(command, sizeof(command),
		 "rm %s/run-2-worker-1.state; cp %s/kept %s/run-1-worker-0.state", path, base,
		 path);
	cr_assert_eq(system(command), 0);
	bench_open_with(&b, 10, 2);
	cr_expect_eq(b.counts.taken[HL_TAKEN_NONE], 10);
	cr_expect_eq(b.counts.gone, 0);
	bench_close(&b);
}

Test(survive, a_file_that_is_damaged_is_refused_and_the_run_begins)
{
	static struct bench b;
	char name[192];

	bench_open(&b, 3);
	bench_close(&b);
	snprintf(name, sizeof(name), "%s/run-1-worker-0.state", path);
	cr_assert_eq(truncate(name, 100), 0);
	bench_open(&b, 3);
	cr_expect_eq(b.counts.refused, 1);
	cr_expect_eq(b.counts.taken[HL_TAKEN_UNKNOWN], 3);
	bench_close(&b);
}

// The worker's lcore, and the end of the loop.
static void bench_due(void *context)
{
	struct bench *b = context;
	struct hl_packet pkts[8];
	static uint8_t bytes[8][2048];
	struct hl_burst tx = { .pkts = pkts, .cap = 8 };

	for (unsigned i = 0; i < 8; i++)
		pkts[i] = (struct hl_packet){ .data = bytes[i] };
	__real_hl_worker_tick(b->workers[0], &tx, timebase_ns());
	survive_count(b->survive, &b->counts);
	if (b->counts.written >= b->until_written && b->counts.failed >= b->until_failed &&
	    b->counts.failing == b->until_failing)
		control_loop_stop(b->loop);
}

static void run_until(struct bench *b, uint64_t written, uint64_t failed, uint64_t failing)
{
	b->until_written = written;
	b->until_failed = failed;
	b->until_failing = failing;
	control_loop_run(b->loop);
}

Test(survive, it_is_written_while_workers_run_and_a_full_disk_is_counted_and_over_once)
{
	static struct bench b;
	struct rlimit before, none = { 64, RLIM_INFINITY };
	struct hl_error err;

	bench_open(&b, 300); // several blocks
	cr_assert_eq(control_loop_new(&b.loop, &err), 0);
	int timer = control_loop_add_timer(b.loop, bench_due, &b, &err);
	control_loop_set_timer(b.loop, timer, 1000000, 1000000);
	cr_assert_eq(survive_start(b.survive, b.loop, &err), 0);
	run_until(&b, 4, 0, 0);
	cr_expect_eq(b.counts.failed, 0);

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	none.rlim_max = before.rlim_max;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	run_until(&b, 0, 2, 1);
	cr_expect_str_eq(b.counts.error, strerror(EFBIG));
	cr_expect_eq(files("run-1-worker-0.state"), 1, "the last whole one is kept");
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	run_until(&b, b.counts.written + 1, 0, 0);

	survive_end(b.survive, 1);
	bench_close(&b);
	bench_open(&b, 300);
	cr_expect_eq(b.counts.taken[HL_TAKEN_NONE], 300);
	cr_expect_eq(b.counts.refused, 0);
	bench_close(&b);
}

Test(survive, the_line_of_text_says_what_became_of_all)
{
	struct survive_counts c = { 0 };
	char text[SURVIVE_TEXT_ROOM];

	c.taken[HL_TAKEN_UNKNOWN] = 10;
	cr_expect_str_eq(survive_text(&c, text), "0 of 10 lines taken up: there was none");
	c.found = c.age_known = true;
	c.age_ms = 2340;
	c.taken[HL_TAKEN_UNKNOWN] = 0;
	c.taken[HL_TAKEN_UP] = 10;
	cr_expect_str_eq(survive_text(&c, text), "10 of 10 lines taken up, written 2.3 s before");
	c.taken[HL_TAKEN_UNKNOWN] = 3;
	c.taken[HL_TAKEN_EXPIRED] = 7;
	c.gone = 5;
	c.refused = 1;
	cr_expect_str_eq(
		survive_text(&c, text),
		"10 of 20 lines taken up, written 2.3 s before; 10 register anew: 3 not in "
		"it, 7 expired meanwhile; 5 in it are not configured any more; 1 of its files "
		"refused");
}
