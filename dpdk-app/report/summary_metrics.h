// SPDX-License-Identifier: BSD-3-Clause
// The tables of metrics as JSON.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <heartline/metrics.h>
#include <heartline/registrar.h>
#include <heartline/snapshot.h>

// Snapshots count to 2^64, JSON as jansson writes it to 2^63.
json_t *whole(uint64_t value);
// With one decimal; null when nothing was measured.
json_t *tenths(double value);

// The metric at a place of the summary, or an object of all that lie below that place.
json_t *metrics_at(const char *place, const struct hl_snapshot *snapshot);

// All that have a place: an object, with objects below it where places say so.
json_t *metrics_object(const struct hl_snapshot *snapshot);

// Each histogram that has a place: {place: [[edge, samples], ...]}. An edge is the largest whole microsecond
// that a bucket counts; buckets without samples are left out. Those of several results can be added.
json_t *distributions_object(const struct hl_snapshot *snapshot);

// What each server of a registrar counted; null: there is no registrar in this process.
json_t *registrar_value(const struct hl_registrar *registrar);
