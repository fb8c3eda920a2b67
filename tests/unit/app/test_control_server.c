// SPDX-License-Identifier: BSD-3-Clause
// The control socket's server: bounded whatever its clients send, or do not read.

#include "surface/control_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include <criterion/criterion.h>

#include "base/control.h"
#include "fake_dataplane.h"
#include "session/run.h"

static char folder[] = "/tmp/hl-server.XXXXXX", path[64];
static struct control control;
static struct control_socket listening;
static struct control_server server;
static struct dataplane dp;
static struct hl_config config;
static struct run run = { .dp = &dp, .config = &config };

static void server_make(void)
{
	struct hl_error err;

	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s", folder);
	run.view.run = &run;
	cr_assert_eq(control_open(&control, &err), 0);
	cr_assert_eq(control_socket_open(&listening, path, &err), 0);
	cr_assert_eq(control_server_start(&server, &listening, &run.view, control.loop, &err), 0);
}

static void server_end(void)
{
	control_server_stop(&server);
	control_socket_close(&listening);
	control_close(&control);
	rmdir(folder);
}

TestSuite(control_server, .init = server_make, .fini = server_end);

static int client_connect(void)
{
	struct hl_error err;
	int fd = control_socket_connect(path, NULL, &err);

	cr_assert_geq(fd, 0, "%s", err.text);
	return fd;
}

static void send_all(int fd, const char *text, size_t len)
{
	cr_assert_eq(send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT), (ssize_t)len);
}

// Let the loop run until this many bytes have come, or the other side has closed.
struct arrival {
	int fd;
	size_t len, wanted_lines;
	bool closed;
	char text[1 << 17];
};

static bool arrived(void *context)
{
	struct arrival *a = context;
	size_t lines = 0;
	ssize_t n = recv(a->fd, a->text + a->len, sizeof(a->text) - 1 - a->len, MSG_DONTWAIT);

	a->len += n > 0 ? (size_t)n : 0;
	a->closed = n == 0;
	a->text[a->len] = 0;
	for (size_t i = 0; i < a->len; i++)
		lines += a->text[i] == '\n';
	return lines >= a->wanted_lines || a->closed;
}

static void receive(struct arrival *a, int fd, size_t lines)
{
	const struct control_until until = {
		.reached = arrived,
		.context = a,
		.look_every_ns = 1000000,
		.timeout_ns = 20000000000ull,
		.stop_requests = 1,
	};

	*a = (struct arrival){ .fd = fd, .wanted_lines = lines };
	cr_assert_eq(control_wait(&control, &until), CONTROL_REACHED);
}

#define STATUS "{\"command\": \"status\"}\n"

Test(control_server, requests_are_answered_in_their_order)
{
	static struct arrival a;
	int fd = client_connect();

	fake_dataplane.end.lines = 10;
	send_all(fd, STATUS "nonsense\n" STATUS, strlen(STATUS) * 2 + 9);
	receive(&a, fd, 3);
	const char *second = strchr(a.text, '\n') + 1;
	cr_expect_eq(strncmp(a.text, "{\"ok\":true,", 11), 0);
	cr_expect_neq(strstr(a.text, "\"lines\":{\"total\":10,"), NULL);
	cr_expect_eq(strncmp(second, "{\"ok\":false,\"error\":\"no JSON", 28), 0);
	cr_expect_eq(strncmp(strchr(second, '\n') + 1, "{\"ok\":true,", 11), 0);
	close(fd);
}

Test(control_server, half_a_line_waits_for_its_rest)
{
	static struct arrival a;
	int fd = client_connect(), other = client_connect();

	send_all(fd, STATUS, 7);
	send_all(other, STATUS, strlen(STATUS)); // who does not wait for the first one
	receive(&a, other, 1);
	send_all(fd, &(STATUS)[7], strlen(STATUS) - 7);
	receive(&a, fd, 1);
	cr_expect_eq(strncmp(a.text, "{\"ok\":true,", 11), 0);
	close(fd);
	close(other);
}

Test(control_server, a_line_without_end_is_refused_once_and_its_sender_let_go)
{
	static struct arrival a;
	static char much[REQUEST_BYTES_MAX + 100];
	int fd = client_connect();

	memset(much, '[', sizeof(much));
	send_all(fd, much, sizeof(much));
	receive(&a, fd, 2); // ends when it is closed
	cr_expect(a.closed);
	cr_expect_neq(strstr(a.text, "longer than 65536 bytes"), NULL, "%s", a.text);
	cr_expect_eq(strchr(a.text, '\n'), a.text + a.len - 1, "one message");
	close(fd);
}

Test(control_server, what_is_cut_off_by_the_end_is_refused)
{
	static struct arrival a;
	int fd = client_connect();

	send_all(fd, STATUS, strlen(STATUS) - 1);
	shutdown(fd, SHUT_WR);
	receive(&a, fd, 2);
	cr_expect(a.closed);
	cr_expect_neq(strstr(a.text, "no newline at its end"), NULL, "%s", a.text);
	close(fd);
}

Test(control_server, the_seventeenth_is_turned_away)
{
	static struct arrival a;
	int fds[CONTROL_CLIENTS_MAX], fd;

	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		fds[i] = client_connect();
	send_all(fds[CONTROL_CLIENTS_MAX - 1], STATUS, strlen(STATUS));
	receive(&a, fds[CONTROL_CLIENTS_MAX - 1], 1);
	fd = client_connect();
	receive(&a, fd, 2);
	cr_expect(a.closed);
	cr_expect_neq(strstr(a.text, "16 others are connected"), NULL, "%s", a.text);
	close(fds[0]);
	close(fd);
	fd = client_connect();
	send_all(fd, STATUS, strlen(STATUS));
	receive(&a, fd, 1);
	cr_expect_eq(strncmp(a.text, "{\"ok\":true,", 11), 0, "one that left makes room: %s",
		     a.text);
	for (int i = 1; i < CONTROL_CLIENTS_MAX; i++)
		close(fds[i]);
	close(fd);
}

// It sends requests and never reads: its replies stay one, and others are served.
Test(control_server, who_does_not_read_stops_nobody_and_costs_one_reply)
{
	static struct arrival a;
	int deaf = client_connect(), fd = client_connect();
	ssize_t n = 0;

	for (int round = 0; round < 400; round++) {
		n = send(deaf, STATUS, strlen(STATUS), MSG_NOSIGNAL | MSG_DONTWAIT);
		send_all(fd, STATUS, strlen(STATUS));
		receive(&a, fd, 1);
		if (n < 0)
			break;
	}
	const struct control_client *c = server.clients;
	while (!c->out)
		c++;
	cr_expect(c->writes, "one reply waits for room");
	cr_expect_leq(c->n_in, REQUEST_BYTES_MAX + 1);
	close(deaf);
	close(fd);
}
