// SPDX-License-Identifier: BSD-3-Clause
// What a result was measured with: versions, system, processor.
#pragma once

#define ENVIRONMENT_ROOM 192

struct environment {
	char heartline[32], dpdk[64];
	char os[ENVIRONMENT_ROOM];        // "Linux 6.1.0 x86_64"
	char processor[ENVIRONMENT_ROOM]; // as /proc/cpuinfo names it
	char processors[16];              // how many are online
};

void environment_take(struct environment *environment);
