// SPDX-License-Identifier: BSD-3-Clause
// What a result must tell of itself so that another person can believe it: where it ran, and with what.
#pragma once

#include <jansson.h>

#include <heartline/config.h>

// Versions, machine, device. Texts that cannot be read are null.
json_t *environment_object(const struct hl_config *config);

// {source, run, ports, profiles}: the values that are not the default, and those that are; no secrets. Of
// each profile also the times that its own keys set. null for NULL.
json_t *configuration_object(const struct hl_config *config, const char *source);
