// SPDX-License-Identifier: BSD-3-Clause
// One line in detail, as its worker tells it: bindings, nonces, what is due when.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/worker.h>

enum hl_due_what {
	HL_DUE_SEND,           // as soon as there is room and a token of the rate
	HL_DUE_NEXT,           // the next request of its kind
	HL_DUE_REFRESH,        // of the registration that is held
	HL_DUE_RETRANSMISSION, // of what is out and unanswered
	HL_DUE_GIVE_UP,        // of the same
	HL_DUE_RETURN,         // to the primary: the end of the return delay
	HL_DUE_RETURN_END,     // a return that has not succeeded by then has failed
	HL_DUE_WHATS,
};

/** "next", "refresh" and so on. */
const char *hl_due_name(enum hl_due_what what);

struct hl_due {
	enum hl_due_what what;
	const char *of; // "REGISTER", "PROBE" and so on: a kind of request; never freed
	uint64_t in_ms;
};

#define HL_DUES_MAX 20

// What one server has of a line.
struct hl_binding {
	bool bound;                // it has confirmed a binding, which has not run out
	bool maybe;                // it may have one: a REGISTER was given up unanswered
	struct hl_endpoint server; // where it is spoken to; family HL_FAMILY_NONE: not known yet
	uint32_t granted_s;        // by the latest 2xx; 0: there was none
	uint32_t asked_s;          // what a REGISTER asks for
	uint64_t left_ms;          // until the binding runs out; of `maybe` at the latest
	bool has_nonce;
	uint64_t nonce_age_ms; // since it came
	uint32_t nonce_uses;   // requests that were signed with it
};

struct hl_line_detail {
	bool is_line; // false: its slot has none by now, and the rest says nothing
	struct hl_binding bindings[HL_SERVERS];
	uint32_t n_dues;
	struct hl_due dues[HL_DUES_MAX]; // the earliest first
};

#define HL_ASKS 16 // questions to one worker at a time

/**
 * Ask the worker of a line. It answers when it takes commands, and never waits for the answer to be taken.
 * Control thread.
 * @param line  global number, of this worker
 * @return where the answer will be, 0..HL_ASKS - 1; -EAGAIN: too much is asked already; -EINVAL
 */
int hl_worker_ask(struct hl_worker *worker, uint32_t line);

/** Take the answer; with it the place is given back. Control thread. @return false: it has not come yet */
bool hl_worker_answer(struct hl_worker *worker, int place, struct hl_line_detail *detail);

/** Nobody waits for it any more. Control thread. */
void hl_worker_forget_ask(struct hl_worker *worker, int place);
