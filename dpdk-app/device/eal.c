// SPDX-License-Identifier: BSD-3-Clause
// Arguments of rte_eal_init(): the user's, completed by what this machine can do.

#include "device/eal.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "device/eal_log.h"
#include "device/host.h"
#include "device/runtime_dir.h"

#define ARGS_MAX 96
#define ARGS_TEXT 4096
#define MEMORY_SLACK_BYTES (64u << 20) // for queues, rings and EAL itself

struct eal_args {
	int n;
	char *argv[ARGS_MAX + 1];
	char text[ARGS_TEXT]; // of the arguments that are added here
	size_t used;
};

static void args_add(struct eal_args *args, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void args_add(struct eal_args *args, const char *format, ...)
{
	va_list values;
	char *at = args->text + args->used;

	if (args->n == ARGS_MAX)
		return;
	va_start(values, format);
	int len = vsnprintf(at, ARGS_TEXT - args->used, format, values);
	va_end(values);
	if (len < 0 || (size_t)len >= ARGS_TEXT - args->used)
		return;
	args->used += (size_t)len + 1;
	args->argv[args->n++] = at;
}

// Did the user give one of these options? The names have no dashes and are separated by blanks.
static bool user_gave(const struct eal_request *request, const char *names)
{
	for (int i = 0; i < request->user->argc; i++) {
		const char *arg = request->user->argv[i];
		if (arg[0] != '-')
			continue;
		bool is_long = arg[1] == '-';
		arg += 1 + is_long;
		size_t len = is_long ? strcspn(arg, "=") : 1;
		for (const char *at = names; *at; at += strspn(at, " ")) {
			size_t n = strcspn(at, " ");
			if (n == len && !strncmp(at, arg, n) && is_long == (n > 1))
				return true;
			at += n;
		}
	}
	return false;
}

bool eal_lcores_given(const struct eal_arguments *user)
{
	const struct eal_request request = { .user = user };

	return user_gave(&request, "l c lcores s S");
}

static void memory_choose(const struct eal_request *request, struct eal_args *args)
{
	uint64_t need = request->memory_bytes + MEMORY_SLACK_BYTES;
	unsigned mib = (unsigned)((need + (1 << 20) - 1) >> 20);

	if (user_gave(request, "no-huge")) {
		// Without -m EAL takes a fixed 64 MB, whatever is needed.
		if (!user_gave(request, "m socket-mem"))
			args_add(args, "-m"), args_add(args, "%u", mib);
		return;
	}
	if (user_gave(request, "in-memory huge-dir socket-mem socket-limit legacy-mem "
			       "single-file-segments huge-unlink huge-worker-stack"))
		return;
	// Huge pages are used when there are enough of them and the user may lock them for a
	// device.
	if (geteuid() == 0 && host_free_huge_bytes() >= need) {
		args_add(args, "--in-memory");
		return;
	}
	args_add(args, "--no-huge");
	if (!user_gave(request, "m"))
		args_add(args, "-m"), args_add(args, "%u", mib);
	if (request->devices)
		fprintf(stderr,
			"heartline: memory: no free huge pages, so --no-huge -m %u (enough for "
			"software devices; a NIC is faster with huge pages)\n",
			mib);
}

static void lcores_choose(const struct eal_request *request, struct eal_args *args)
{
	char cpus[1024], text[ARGS_TEXT / 2];
	size_t len = 0;

	if (eal_lcores_given(request->user))
		return;
	// Let every lcore float over all processors that this process may use: that works with a
	// single processor, and keeps two processes from ending up on the same one.
	host_processors(cpus, sizeof(cpus));
	text[0] = 0;
	for (unsigned i = 0; i <= request->n_loops && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u@(%s)", i ? "," : "",
					i, cpus);
	if (len < sizeof(text)) {
		args_add(args, "--lcores=%s", text);
		return;
	}
	// With very many processors the list is too long to repeat for each lcore: one lcore a
	// processor.
	args_add(args, "--lcores=0-%u", request->n_loops);
}

static void rest_choose(const struct eal_request *request, struct eal_args *args)
{
	// Nothing is shared with another process: no files are left behind, and several runs at the
	// same time need no names of their own.
	if (!user_gave(request, "file-prefix proc-type in-memory no-shconf"))
		args_add(args, "--no-shconf");
	if (!user_gave(request, "no-telemetry telemetry"))
		args_add(args, "--no-telemetry");
	if (user_gave(request, "no-pci a allow b block"))
		return;
	bool any = false;
	for (unsigned i = 0; i < request->n_devices; i++) {
		const struct device *device = &request->devices[i];

		if (device->kind != DEVICE_PCI)
			continue;
		args_add(args, "-a"), args_add(args, "%s", device->args);
		any = true;
	}
	if (!any)
		args_add(args, "--no-pci");
}

// On a bad option EAL prints all its options on stdout; the log says which one was bad.
static int init_quietly(int argc, char **argv)
{
	fflush(stdout);
	int saved = dup(STDOUT_FILENO);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	opterr = 1; // let getopt name a bad option, which options_read() had switched off
	int rc = rte_eal_init(argc, argv);
	fflush(stdout);
	if (saved >= 0)
		dup2(saved, STDOUT_FILENO);
	close(saved);
	close(null);
	return rc;
}

int eal_start(const struct eal_request *request, struct hl_error *err)
{
	static struct eal_args args; // EAL keeps pointers into it

	if (user_gave(request, "no-huge") && user_gave(request, "in-memory"))
		return hl_fail(err, EINVAL,
			       "--no-huge and --in-memory exclude each other in DPDK: give one");
	if (request->user->argc > ARGS_MAX / 2)
		return hl_fail(err, EINVAL, "more than %d arguments after \"--\"", ARGS_MAX / 2);
	args_add(&args, "heartline");
	memory_choose(request, &args);
	lcores_choose(request, &args);
	rest_choose(request, &args);
	for (int i = 0; i < request->user->argc; i++)
		args.argv[args.n++] = request->user->argv[i];
	args.argv[args.n] = NULL;
	int rc = runtime_dir_choose(err);
	if (rc < 0)
		return rc;

	eal_log_keep();
	if (init_quietly(args.n, args.argv) < 0) {
		int code = rte_errno ? rte_errno : EINVAL;
		fflush(NULL);
		eal_log_show();
		if (code != ENOMEM)
			return hl_fail(err, code,
				       "DPDK did not start (its own messages are above)");
		return hl_fail(err, code,
			       "DPDK did not start (its own messages are above); needed: %" PRIu64
			       " MB of memory",
			       (request->memory_bytes + MEMORY_SLACK_BYTES) >> 20);
	}
	return 0;
}

void eal_stop(void)
{
	rte_eal_cleanup();
}
