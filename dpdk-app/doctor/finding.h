// SPDX-License-Identifier: BSD-3-Clause
// What the doctor finds: how bad it is, what shows it, what it means, and a command that fixes it.
#pragma once

#include <stddef.h>

// The most serious first; what could not be looked at is never counted as well.
enum severity {
	SEVERITY_ERROR,   // lines will not register, or figures will be wrong
	SEVERITY_WARNING, // it works, though slower or less exactly than it could
	SEVERITY_NOTE,    // worth knowing
	SEVERITY_NOT_CHECKED,
	SEVERITY_OK,
	SEVERITIES,
};

#define FINDING_ROOM 400
#define FINDINGS_MAX 96

struct finding {
	const char *check; // one word or two: "memory", "next hop"
	enum severity severity;
	char found[FINDING_ROOM]; // not checked: why
	char proof[FINDING_ROOM]; // the file and its value, or the packet that was seen; "": none
	char means[FINDING_ROOM]; // "": found says it all
	char fix[FINDING_ROOM];   // a command to paste; "": there is nothing to do
};

struct findings {
	unsigned n;
	struct finding list[FINDINGS_MAX];
};

// Add one, with empty texts. Never NULL: when the list is full, the last one is written over.
struct finding *finding_add(struct findings *findings, const char *check, enum severity severity);

// Write one of its texts; what is too long is cut.
void finding_say(char text[FINDING_ROOM], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

// Add "not checked", with the reason.
void finding_not_checked(struct findings *findings, const char *check, const char *why);

// Bring the most serious to the front; those of one severity keep their order, which is that of the
// rules: what may be the cause of what follows stands before it.
void findings_rank(struct findings *findings);

unsigned findings_count(const struct findings *findings, enum severity severity);

// "error", "not checked" and so on.
const char *severity_name(enum severity severity);
