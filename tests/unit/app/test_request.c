// SPDX-License-Identifier: BSD-3-Clause
// Requests of the control socket: what is read, and what is refused with one message.

#include "surface/request.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

static void refuses(const char *line, size_t len, const char *why)
{
	struct request request;
	struct hl_error err = { 0 };

	cr_assert_lt(request_read(&request, line, len, &err), 0, "%.60s", line);
	cr_expect_neq(strstr(err.text, why), NULL, "%.60s: %s", line, err.text);
	cr_expect_eq(strchr(err.text, '\n'), NULL, "one line: %s", err.text);
	cr_expect_eq(request.object, NULL);
}

Test(request, a_command_is_read)
{
	static const char line[] = " {\"command\": \"status\"} ";
	struct request request;
	struct hl_error err = { 0 };

	cr_assert_eq(request_read(&request, line, strlen(line), &err), 0, "%s", err.text);
	cr_expect_str_eq(request.command->name, "status");
	request_free(&request);
}

Test(request, what_is_no_request_is_refused_with_one_message)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{ "", "no JSON" },
		{ "status", "no JSON" },
		{ "{\"command\": \"sta", "no JSON" },
		{ "{\"command\": \"status\"} {}", "no JSON" },
		{ "{\"command\": \"status\", \"command\": \"drain\"}", "no JSON" },
		{ "{\"command\": \"st\\u0000atus\"}", "no JSON" },
		{ "{\"command\": \"\xff\"}", "no JSON" },
		{ "[1]", "no object" },
		{ "{}", "command is missing" },
		{ "{\"command\": 5}", "command is missing" },
		{ "{\"command\": \"sing\"}", "no command \"sing\"; allowed: status" },
		{ "{\"command\": \"status\", \"loud\": true}", "status: no argument \"loud\"" },
		{ "[[[[[[[[[[[[", "nested deeper" },
		{ "{\"command\": {\"a\": {\"b\": {\"c\": {\"d\": 1}}}}}", "nested deeper" },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refuses(bad[i].line, strlen(bad[i].line), bad[i].why);
	refuses("{\"command\": \"status\"}\0{", 23, "no JSON");
}

Test(request, brackets_in_texts_are_no_depth)
{
	static const char line[] = "{\"command\": \"[[[[[[[[ \\\" [[[[\"}";

	refuses(line, strlen(line), "no command");
}

Test(request, one_that_is_too_long_is_refused)
{
	size_t len = REQUEST_BYTES_MAX + 1;
	char *line = malloc(len);

	cr_assert(line);
	memset(line, ' ', len);
	refuses(line, len, "longer than 65536 bytes");
	free(line);
}

// Every line that is one good request with some bytes changed ends in a message or a request.
Test(request, no_bytes_do_harm)
{
	static const char good[] = "{\"command\": \"status\"}";
	struct hl_error err;
	uint32_t x = 1;

	for (int round = 0; round < 20000; round++) {
		struct request request;
		char *line = malloc(sizeof(good) - 1); // no zero behind it: asan sees who reads on
		size_t len = sizeof(good) - 1;

		memcpy(line, good, len);
		for (int k = 0; k < 3; k++) {
			x = x * 1664525u + 1013904223u;
			line[(x >> 8) % len] = (char)(x >> 24);
		}
		err.text[0] = 0;
		int rc = request_read(&request, line, len, &err);
		if (rc == 0)
			request_free(&request);
		else
			cr_assert(err.text[0]);
		free(line);
	}
}
