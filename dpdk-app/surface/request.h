// SPDX-License-Identifier: BSD-3-Clause
// A request of the control socket: one JSON object, read and checked against the table of commands.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "surface/command_table.h"

#define REQUEST_BYTES_MAX 65536 // of a line, without its newline

struct request {
	const struct ctl_command *command;
	json_t *object; // owns the texts
};

// Read one line. What it does not know is refused with one message, whatever the bytes are.
// request_free() after a success only.
int request_read(struct request *request, const char *line, size_t len, struct hl_error *err);
// The same from an object that was read before; it is taken, whatever comes of it.
int request_take(struct request *request, json_t *object, struct hl_error *err);
// One object of plain values from a text, which may be anybody's.
int request_object(json_t **object, const char *text, size_t len, struct hl_error *err);
void request_free(struct request *request);

// NULL: it was not given.
const char *request_text(const struct request *request, const char *name);
bool request_flag(const struct request *request, const char *name);
uint64_t request_count(const struct request *request, const char *name, uint64_t fallback);
// [ms]
uint64_t request_time(const struct request *request, const char *name, uint64_t fallback_ms);
// The index of the choice; -1: it was not given.
int request_choice(const struct request *request, const char *name);
