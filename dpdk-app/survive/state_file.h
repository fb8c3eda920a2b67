// SPDX-License-Identifier: BSD-3-Clause
// One file of state: written so that its name always stands for a whole one; read in one piece.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "survive/folder.h"

struct state_file {
	const struct state_folder *folder;
	int fd; // -1: it is not being written
	char name[STATE_NAME_ROOM], temporary[STATE_NAME_ROOM + 4];
};

// All return 0 or -errno. What was begun is committed or dropped.
int state_file_begin(struct state_file *file, const struct state_folder *folder, unsigned worker);
int state_file_add(struct state_file *file, const void *bytes, size_t len);
int state_file_commit(struct state_file *file);
void state_file_drop(struct state_file *file);

// All of it, to be freed.
int state_file_read(const struct state_folder *folder, const char *name, uint8_t **bytes,
		    size_t *len);
