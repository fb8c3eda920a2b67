// SPDX-License-Identifier: BSD-3-Clause
// Tells webhooks and commands of alerts, on a thread of its own and one after the other. The control thread
// never waits for any of them.
#pragma once

#include <stdint.h>

#include <heartline/config.h>
#include <heartline/error.h>

struct delivery;

struct delivery_counts {
	uint64_t delivered, failed; // webhooks and commands by themselves
};

int delivery_start(struct delivery **delivery, struct hl_error *err);

// Send a text of JSON, which is copied, where the alert says. Without room it counts as failed.
void delivery_put(struct delivery *delivery, const struct hl_alert *alert, const char *json);

void delivery_count(const struct delivery *delivery, struct delivery_counts *counts);

// Give what waits a last chance, for DELIVERY_END_MS at most. delivery may be NULL.
#define DELIVERY_END_MS 3000
void delivery_stop(struct delivery *delivery, struct delivery_counts *counts);
