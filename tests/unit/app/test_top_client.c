// SPDX-License-Identifier: BSD-3-Clause
// The live screen's connection, to a run that answers in pieces, too much, or not at all; and its snapshots.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "surface/control_server.h"
#include "top/client.h"
#include "top/save.h"

#define MESSAGE "{\"command\":\"status\"}\n"

static char folder[] = "/tmp/hl-top-XXXXXX";
static char path[64];
static int listener, run; // the side of the run
static struct top_client client = { .path = path, .fd = -1 };
static struct hl_error err;
static json_t *reply;

// Connected, and asked for the status.
static void client_make(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char got[64] = "";
	json_t *request = json_pack("{ss}", "command", "status");

	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/run.sock", folder);
	memcpy(address.sun_path, path, strlen(path) + 1);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	cr_assert_eq(bind(listener, (const void *)&address, sizeof(address)), 0);
	cr_assert_eq(listen(listener, 1), 0);
	cr_assert_eq(top_client_open(&client, &err), 0, "%s", err.text);
	run = accept(listener, NULL, NULL);
	cr_assert_eq(top_client_ask(&client, request, &err), 0, "%s", err.text);
	json_decref(request);
	cr_assert(client.waits);
	cr_assert_eq(read(run, got, sizeof(got)), sizeof(MESSAGE) - 1);
	cr_assert_str_eq(got, MESSAGE);
}

static void client_end(void)
{
	unlink(path);
	rmdir(folder);
}

static void say(const char *text)
{
	cr_assert_eq(write(run, text, strlen(text)), (ssize_t)strlen(text));
}

Test(top_client, an_answer_in_pieces_is_put_together, .fini = client_end)
{
	client_make();
	cr_expect_eq(top_client_read(&client, &reply, &err), 0);
	say("{\"ok\":true,");
	cr_expect_eq(top_client_read(&client, &reply, &err), 0);
	cr_expect(client.waits);
	say("\"rate\":7}\n");
	cr_assert_eq(top_client_read(&client, &reply, &err), 1);
	cr_expect(!client.waits);
	cr_expect_eq(json_integer_value(json_object_get(reply, "rate")), 7);
	json_decref(reply);
	top_client_close(&client);
}

Test(top_client, a_run_that_leaves_is_said_to_have_gone, .fini = client_end)
{
	client_make();
	say("{\"ok\":tr");
	close(run);
	cr_expect_lt(top_client_read(&client, &reply, &err), 0);
	cr_expect_str_eq(err.text, "the run has gone: it closed the connection");
	cr_expect_eq(client.fd, -1);
	cr_expect_eq(top_client_open(&client, &err), 0, "and may be asked again");
	top_client_close(&client);
}

Test(top_client, an_answer_that_is_no_object_ends_the_connection, .fini = client_end)
{
	client_make();
	say("[1, 2]\n");
	cr_expect_lt(top_client_read(&client, &reply, &err), 0);
	cr_expect_str_eq(err.text, "the run has gone: its answer is no JSON");
	cr_expect_eq(client.fd, -1);
}

Test(top_client, an_answer_without_an_end_takes_no_more_memory_than_the_longest_one,
     .fini = client_end)
{
	static char much[65536];
	size_t said = 0;
	int rc = 0;

	client_make();
	memset(much, 'x', sizeof(much));
	while (rc == 0 && said < 4ul * CONTROL_REPLY_MAX) {
		ssize_t n = send(run, much, sizeof(much), MSG_DONTWAIT);
		said += n > 0 ? (size_t)n : 0;
		rc = top_client_read(&client, &reply, &err);
	}
	cr_expect_lt(rc, 0);
	cr_expect_str_eq(err.text, "the run has gone: its answer is too long");
}

static const time_t then = 1796031000; // 2026-11-30 09:30:00 UTC

static struct viewer viewer_with_status(void)
{
	struct viewer v = { .page = TOP_SERVERS };

	v.status = json_pack("{sb si}", "ok", 1, "rate", 5);
	v.servers = json_pack("{sb}", "ok", 1);
	v.lines = json_pack("{sb}", "ok", 1); // of another page
	return v;
}

Test(top_save, a_file_is_named_by_the_time_and_never_written_over)
{
	struct viewer v = viewer_with_status();
	char name[TOP_FILE_ROOM], second[TOP_FILE_ROOM];
	json_error_t error;

	cr_assert(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(top_save(&v, then, name, &err), 0, "%s", err.text);
	cr_expect_str_eq(name, "heartline-top-20261130-093000.json");
	cr_assert_eq(top_save(&v, then, second, &err), 0, "%s", err.text);
	cr_expect_str_eq(second, "heartline-top-20261130-093000-2.json");
	json_t *saved = json_load_file(name, 0, &error),
	       *wanted = json_pack("{ss ss s{sb si} s{sb}}", "time", "2026-11-30T09:30:00Z", "page",
				   "servers", "status", "ok", 1, "rate", 5, "servers", "ok", 1);
	cr_expect(json_equal(saved, wanted), "%s", json_dumps(saved, 0));
	json_decref(saved);
	json_decref(wanted);
	unlink(name);
	unlink(second);
	rmdir(folder);
	viewer_free(&v);
}

Test(top_save, what_cannot_be_written_is_said_and_leaves_no_file)
{
	struct viewer v = viewer_with_status();
	char name[TOP_FILE_ROOM];

	cr_assert_eq(chdir("/proc"), 0);
	cr_expect_lt(top_save(&v, then, name, &err), 0);
	cr_expect(strstr(err.text, "heartline-top-20261130-093000.json: "), "%s", err.text);
	json_decref(v.status);
	v.status = NULL;
	cr_expect_lt(top_save(&v, then, name, &err), 0);
	cr_expect_str_eq(err.text, "nothing to save: the run has not answered yet");
	viewer_free(&v);
}
