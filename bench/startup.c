// SPDX-License-Identifier: BSD-3-Clause
// The real program from its start, EAL included, until its first REGISTER has left: YAML and CSV.
#include "startup.h"

#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define LOOK_NS 2000000
#define PATIENCE_NS 120000000000ull
#define QUIT_NS 20000000 // between the two signals that make it quit at once

// By the program's own summary.
static const char *const steps[] = { "configuration", "device", "plan", "workers", "next_hops" };
#define STEPS (sizeof(steps) / sizeof(steps[0]))

struct start {
	double seconds; // to the first REGISTER
	double first_frame_s;
	double cpu_s; // of the process until it was stopped, whatever else the machine did
	double step_ms[STEPS];
};

static uint64_t wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void rest(uint64_t ns)
{
	const struct timespec t = { .tv_nsec = (long)ns };

	nanosleep(&t, NULL);
}

// Beside the bench in the build folder.
static void program_path(char *out, size_t size)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n < 0 ? 0 : n] = '\0';
	snprintf(out, size, "%s/../dpdk-app/heartline", dirname(self));
}

static pid_t launch(const struct startup_files *files, const char *program)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		execl(program, program, "run", "-c", files->yaml, "-q", "--summary", files->summary,
		      NULL);
		perror(program);
		_exit(127);
	}
	return pid;
}

// Wait for the first REGISTER. False: the program ended before, or nothing came.
static bool wait_sent(const struct startup_files *files, pid_t pid, uint64_t *frame_ns,
		      uint64_t *sip_ns)
{
	uint64_t end_ns = bench_now_ns() + PATIENCE_NS;

	while (bench_now_ns() < end_ns) {
		if (startup_sent(files, frame_ns, sip_ns))
			return true;
		siginfo_t ended = { 0 };
		if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    ended.si_pid == pid)
			return false;
		rest(LOOK_NS);
	}
	return false;
}

static void steps_read(const struct startup_files *files, double ms[STEPS])
{
	json_t *summary = json_load_file(files->summary, 0, NULL);
	const json_t *startup = json_object_get(summary, "startup_ms");

	for (unsigned i = 0; i < STEPS; i++)
		ms[i] = json_number_value(json_object_get(startup, steps[i]));
	json_decref(summary);
}

static bool start_once(const struct startup_files *files, const char *program, struct start *start)
{
	uint64_t from_ns, frame_ns, sip_ns;
	struct rusage usage;

	unlink(files->sent);
	from_ns = wall_ns();
	pid_t pid = launch(files, program);
	bool sent = wait_sent(files, pid, &frame_ns, &sip_ns);
	kill(pid, SIGINT);
	rest(QUIT_NS);
	kill(pid, SIGINT);
	wait4(pid, NULL, 0, &usage);
	if (!sent)
		return false;
	start->seconds = (double)(sip_ns - from_ns) / 1e9;
	start->first_frame_s = (double)(frame_ns - from_ns) / 1e9;
	start->cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	steps_read(files, start->step_ms);
	return true;
}

// Median of one member over all starts.
static double median_of(const struct start starts[], unsigned n, size_t offset)
{
	double *values = calloc(n, sizeof(*values)), median;

	if (!values)
		abort();
	for (unsigned i = 0; i < n; i++)
		memcpy(&values[i], (const char *)&starts[i] + offset, sizeof(*values));
	median = bench_median(values, n);
	free(values);
	return median;
}
#define MEDIAN(member) median_of(starts, n, offsetof(struct start, member))

static void print_starts(const struct bench_options *o, uint64_t lines, const struct start starts[],
			 unsigned n)
{
	double seconds = MEDIAN(seconds), frame_s = MEDIAN(first_frame_s), cpu_s = MEDIAN(cpu_s);
	double rest_ms = seconds * 1e3, ms[STEPS];

	for (unsigned i = 0; i < STEPS; i++)
		rest_ms -= ms[i] = MEDIAN(step_ms[i]);
	rest_ms = rest_ms > 0 ? rest_ms : 0;
	if (!o->json) {
		printf("startup %9llu lines  %.3f s to the first REGISTER (first frame %.3f s, "
		       "CPU until stopped %.3f s)\n",
		       (unsigned long long)lines, seconds, frame_s, cpu_s);
		for (unsigned i = 0; i < STEPS; i++)
			printf("  %-24s %8.1f ms\n", steps[i], ms[i]);
		printf("  %-24s %8.1f ms\n", "loading, first REGISTER", rest_ms);
		return;
	}
	bench_json_open("startup");
	printf(", \"lines\": %llu, \"seconds\": %.3f, \"first_frame_seconds\": %.3f, "
	       "\"cpu_seconds\": %.3f, \"steps_ms\": {",
	       (unsigned long long)lines, seconds, frame_s, cpu_s);
	for (unsigned i = 0; i < STEPS; i++)
		printf("\"%s\": %.1f, ", steps[i], ms[i]);
	printf("\"loading_and_first\": %.1f}", rest_ms);
	bench_json_close();
}

static int run(const struct bench_options *o)
{
	uint64_t lines = o->lines ? o->lines : o->smoke ? 10000 : 1000000;
	struct start *starts = calloc(o->repetitions, sizeof(*starts));
	struct startup_files files;
	char program[4200];
	unsigned n = 0;

	if (!starts)
		abort();
	program_path(program, sizeof(program));
	startup_files_make(&files, lines);
	while (n < o->repetitions && start_once(&files, program, &starts[n]))
		n++;
	startup_files_remove(&files);
	if (n == o->repetitions)
		print_starts(o, lines, starts, n);
	else
		fprintf(stderr, "bench: startup: the program sent no REGISTER\n");
	free(starts);
	return n == o->repetitions ? 0 : 1;
}

const struct bench bench_startup = { "startup",
				     "the program, from YAML and CSV to its first REGISTER", run };
