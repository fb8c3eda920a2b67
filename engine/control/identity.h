// SPDX-License-Identifier: BSD-3-Clause
// What a phone number, an account, a password, a display name and a SIP domain may be.
#pragma once

#include <stdint.h>

#include "control/fault.h"

#define PHONE_NUMBER_MAX 64
#define IDENTITY_TEXT_MAX 127 // account, password, display name, domain

enum identity_part {
	IDENTITY_NUMBER,
	IDENTITY_ACCOUNT,
	IDENTITY_PASSWORD,
	IDENTITY_DISPLAY,
	IDENTITY_PARTS
};

// Their names as keys and columns.
extern const char *const identity_names[IDENTITY_PARTS];

// 0; -EINVAL with fault->what and ->hint; *at: index of the byte that is wrong.
int identity_check(enum identity_part part, const char *text, uint32_t len, uint32_t *at,
		   struct fault *fault);

// The same for a host name or an address without a port.
int domain_check(const char *text, uint32_t len, uint32_t *at, struct fault *fault);
