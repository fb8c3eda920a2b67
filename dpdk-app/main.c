// SPDX-License-Identifier: BSD-3-Clause
// heartline: keeps thousands to millions of SIP lines registered over a kernel-bypassed NIC.

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <ares.h>
#include <curl/curl.h>
#include <microhttpd.h>
#include <rte_version.h>
#include <sqlite3.h>

#include "base/exit_code.h"
#include "commands/commands.h"

#ifndef HEARTLINE_VERSION
#define HEARTLINE_VERSION "unknown"
#endif

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "demo", demo_command, "10,000 lines and two servers in one process: see it work" },
	{ "run", run_command, "lines against real servers, from a file or from flags" },
	{ "ctl", ctl_command, "see and steer a run on this machine, by its control socket" },
	{ "line", line_command, "one line of a run on this machine: line trace follows it" },
	{ "top", top_command, "a live screen of a run on this machine, with SIPp's keys" },
	{ "history", history_command, "past changes and outages, from the file that runs wrote" },
	{ "doctor", doctor_command, "why it does not work, or is slower than asked" },
	{ "report", report_command, "results of runs as one HTML file, side by side" },
	{ "check", check_command, "check a configuration without starting anything" },
	{ "keys", keys_command, "every key of a configuration: default, range, meaning" },
	{ "metrics", metrics_command, "every metric: type, unit, meaning, place in the summary" },
	{ "registrar", registrar_command,
	  "the answering side: a registrar, with faults on command" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

static void usage_print(FILE *to)
{
	fprintf(to, "usage: heartline COMMAND [OPTION...] [-- EAL-OPTION...]\n\n");
	for (unsigned i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(to, "  %-10s %s\n  %-10s %s\n\nheartline COMMAND --help tells more.\n", "version",
		"versions of heartline and DPDK", "help", "this text");
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
	return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

// A build for a newer processor would sooner or later end in an illegal instruction.
static bool processor_suits(void)
{
#if defined(__AVX512BW__)
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#elif defined(__AVX2__)
	return __builtin_cpu_supports("avx2");
#else
	return __builtin_cpu_supports("sse4.2");
#endif
}

// The first line is for people, and stays what it is; the others are for those who report a fault.
static void version_print(void)
{
	printf("heartline %s, %s\n", HEARTLINE_VERSION, rte_version());
	printf("built for %s by %s\n", HEARTLINE_MARCH, __VERSION__);
	printf("SIP over UDP and IPv4; digest MD5, SHA-256, SHA-512-256\n");
	printf("c-ares %s, libmicrohttpd %s, libcurl %s, SQLite %s\n", ares_version(NULL),
	       MHD_get_version(), curl_version_info(CURLVERSION_NOW)->version,
	       sqlite3_libversion());
}

int main(int argc, char **argv)
{
	if (!processor_suits()) {
		fprintf(stderr,
			"heartline: error: built for " HEARTLINE_MARCH
			", which this processor is not; build it here, or for older ones with "
			"meson setup --reconfigure -Dmarch=x86-64-v2 BUILD-FOLDER\n");
		return EXIT_USAGE;
	}
	if (argc < 2) {
		usage_print(stderr);
		return EXIT_USAGE;
	}
	const char *name = argv[1];
	if (is_one_of(name, "help", "--help", "-h")) {
		usage_print(stdout);
		return EXIT_ALL_WELL;
	}
	if (is_one_of(name, "version", "--version", "-V")) {
		version_print();
		return EXIT_ALL_WELL;
	}
	for (unsigned i = 0; i < N_COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "heartline: error: unknown command: %s; allowed: ", name);
	for (unsigned i = 0; i < N_COMMANDS; i++)
		fprintf(stderr, "%s, ", commands[i].name);
	fputs("version, help\n", stderr);
	return EXIT_USAGE;
}
