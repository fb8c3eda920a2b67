// SPDX-License-Identifier: BSD-3-Clause
// The control socket's file: its mode, who may replace it, what is left behind.

#include "surface/control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

static char folder[] = "/tmp/hl-control.XXXXXX", path[64];

static void folder_make(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s", folder);
}

static void folder_remove(void)
{
	unlink(path);
	rmdir(folder);
}

TestSuite(control_socket, .init = folder_make, .fini = folder_remove);

Test(control_socket, only_its_user_may_connect_and_the_end_removes_it)
{
	struct control_socket socket;
	struct hl_error err = { 0 };
	struct stat st;

	umask(0);
	cr_assert_eq(control_socket_open(&socket, path, &err), 0, "%s", err.text);
	cr_assert_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0600);
	cr_expect_eq(umask(0), 0, "the umask is as it was");
	int fd = control_socket_connect(path, NULL, &err);
	cr_assert_geq(fd, 0, "%s", err.text);
	cr_expect(control_socket_peer_allowed(fd));
	close(fd);
	control_socket_close(&socket);
	cr_expect_eq(access(path, F_OK), -1);
}

Test(control_socket, one_that_nobody_listens_on_is_replaced)
{
	struct control_socket dead, socket;
	struct hl_error err = { 0 };

	cr_assert_eq(control_socket_open(&dead, path, &err), 0);
	close(dead.fd); // as after a crash
	cr_assert_eq(control_socket_open(&socket, path, &err), 0, "%s", err.text);
	control_socket_close(&dead); // its late end leaves the new one alone
	cr_expect_eq(access(path, F_OK), 0);
	control_socket_close(&socket);
}

Test(control_socket, one_that_lives_is_not_replaced)
{
	struct control_socket first, second;
	struct hl_error err = { 0 };

	cr_assert_eq(control_socket_open(&first, path, &err), 0);
	cr_expect_eq(control_socket_open(&second, path, &err), -EADDRINUSE);
	cr_expect_neq(strstr(err.text, "another run listens there"), NULL, "%s", err.text);
	control_socket_close(&second);
	cr_expect_eq(access(path, F_OK), 0);
	control_socket_close(&first);
}

Test(control_socket, a_file_is_not_replaced)
{
	struct control_socket socket;
	struct hl_error err = { 0 };
	FILE *file = fopen(path, "w");

	cr_assert(file);
	fclose(file);
	cr_expect_eq(control_socket_open(&socket, path, &err), -EEXIST);
	cr_expect_neq(strstr(err.text, "is no socket"), NULL, "%s", err.text);
	cr_expect_eq(access(path, F_OK), 0);
}

Test(control_socket, off_is_none)
{
	struct control_socket socket;
	struct hl_error err = { 0 };

	cr_assert_eq(control_socket_open(&socket, "off", &err), 0);
	cr_expect_eq(socket.fd, -1);
	control_socket_close(&socket);
}

Test(control_socket, the_only_run_is_found_and_several_are_listed)
{
	struct control_socket first, second;
	struct hl_error err = { 0 };
	char other[64];

	setenv("RUNTIME_DIRECTORY", folder, 1);
	cr_expect_eq(control_socket_connect(NULL, NULL, &err), -ENOENT);
	snprintf(other, sizeof(other), "%s/17.sock", folder);
	cr_assert_eq(control_socket_open(&first, other, &err), 0);
	int fd = control_socket_connect(NULL, NULL, &err);
	cr_expect_geq(fd, 0, "%s", err.text);
	close(fd);
	cr_assert_eq(control_socket_open(&second, NULL, &err), 0); // by its process
	cr_expect_eq(control_socket_connect(NULL, NULL, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "2 runs are there: "), NULL, "%s", err.text);
	fd = control_socket_connect(NULL, "17", &err);
	cr_expect_geq(fd, 0, "%s", err.text);
	close(fd);
	control_socket_close(&second);
	control_socket_close(&first);
}
