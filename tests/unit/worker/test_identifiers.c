// SPDX-License-Identifier: BSD-3-Clause
// What a line gives out (tags, Call-IDs, cnonces) is not valid as the branch of any line, and gives no
// key away.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "line/branch.h"
#include "rig.h"
#include "worker/plan.h"

#define LINES 3000
#define EXTRA \
	"    register_subscribe: on\n    primary_detect_interval: 1\n    register_timeout: 500\n" \
	"    options_timeout: 500\n    max_detect_fail_count: 1\n"
#define CHALLENGE "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n\", qop=\"auth\"\r\n"

// A hash as far as a text shows it, and the line whose it is.
struct shown {
	uint64_t value;
	unsigned bits;
	uint32_t line;
	char what[16];
};

static struct shown seen[8 * RIG_FRAMES];
static uint32_t n_seen;

static void see(const char *what, uint32_t line, uint64_t value, unsigned bits)
{
	struct shown *s = &seen[n_seen++];

	cr_assert_lt(n_seen, sizeof(seen) / sizeof(seen[0]));
	*s = (struct shown){ .value = value, .bits = bits, .line = line };
	snprintf(s->what, sizeof(s->what), "%s", what);
}

static void see_hex(const char *what, uint32_t line, const char *text)
{
	see(what, line, strtoull(text, NULL, 16), 4 * (unsigned)strspn(text, "0123456789abcdef"));
}

static void see_cnonce(uint32_t line, const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint64_t value = 0;
	unsigned n = (unsigned)strcspn(text, "\"");

	for (unsigned i = 0; i < n; i++)
		value = value << 6 | (uint64_t)(strchr(digits, text[i]) - digits);
	see("cnonce", line, value, 6 * n);
}

static uint32_t line_of(const struct rig *rig, const struct frame *f)
{
	return (uint32_t)plan_line_find(rig->plan, 0, &f->src);
}

// All that the caught frames show.
static void collect(const struct rig *rig)
{
	for (uint32_t k = 0; k < rig->n; k++) {
		uint32_t line = line_of(rig, &rig->sent[k].frame);
		bool answer = strncmp(rig->sent[k].text, "SIP/2.0", 7) == 0;
		const char *tag = strstr(rig_header(rig, k, answer ? "To" : "From"), ";tag=");
		const char *cnonce = strstr(rig->sent[k].text, "cnonce=\"");

		cr_assert_not_null(tag, "%s", rig->sent[k].text);
		see_hex(answer ? "To tag" : "From tag", line, tag + 5);
		if (!answer)
			see_hex("Call-ID", line, rig_header(rig, k, "Call-ID"));
		if (cnonce)
			see_cnonce(line, cnonce + 8);
	}
}

// Registers with digest at one server or the other, subscribes, probes, answers strangers.
static struct rig *busy(void)
{
	struct rig *rig = rig_new(EXTRA, LINES);
	char text[HL_FRAME_MAX];

	n_seen = 0;
	for (uint32_t line = 0; line < LINES; line += LINES / 20 - 1) {
		const struct hl_command enable = { .type = HL_COMMAND_ENABLE,
						   .first = line,
						   .n = 1 };
		const struct plan_line *l = &rig->plan->table.lines[line];

		hl_worker_command(rig->worker, &enable);
		rig_pass(rig, MS);
		if (line % 2) // P says nothing: B
			rig_pass(rig, SEC);
		rig_answer(rig, rig->n - 1, 401, CHALLENGE);
		rig_answer(rig, rig->n - 1, 200, "Expires: 1000\r\n");
		rig_pass(rig, 2 * SEC);
		snprintf(
			text, sizeof(text),
			"MESSAGE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.99.0.1;branch=z9hG4bKx;rport\r\n"
			"From: <sip:s@10.99.0.1>;tag=1\r\nTo: <sip:x>\r\nCall-ID: c\r\n"
			"CSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n");
		rig_datagram(rig, "10.99.0.1", 5060, &rig->plan->table.addresses[l->addr].addr,
			     l->port, text);
		collect(rig);
		rig_clear(rig);
	}
	return rig;
}

// Numbers that a hash may have been made of.
#define INPUTS 10
static void inputs_of(uint32_t line, uint64_t out[INPUTS])
{
	const uint64_t n = line;
	const uint64_t all[INPUTS] = {
		n,       n << 1,      n << 1 | 1,
		n << 8,  n << 17,     n << 17 | 1 << 16,
		n << 32, n << 32 | 1, 1ull << 62 | n << 17 | 1,
		n / 64,
	};

	memcpy(out, all, sizeof(all));
}

Test(identifiers, none_is_the_mac_of_a_branch_of_any_line)
{
	struct rig *rig = busy();
	const struct plan_line *l = &rig->plan->table.lines[0];
	uint32_t forged = 0, kinds = 0;

	cr_assert_gt(n_seen, 150);
	for (uint32_t k = 0; k < n_seen; k++) {
		uint64_t inputs[INPUTS], mac = seen[k].value << (64 - seen[k].bits) >> 16;

		kinds |= seen[k].what[0] == 'T'   ? 1
			 : seen[k].what[0] == 'F' ? 2
			 : seen[k].what[0] == 'C' ? 4
						  : 8;
		inputs_of(seen[k].line, inputs);
		for (unsigned i = 0; i < INPUTS; i++) {
			char text[HL_FRAME_MAX];

			snprintf(
				text, sizeof(text),
				"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK%016llx%012llx\r\n"
				"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\n"
				"CSeq: 1000000001 REGISTER\r\nContent-Length: 0\r\n\r\n",
				(unsigned long long)inputs[i], (unsigned long long)mac);
			rig_datagram(rig, "10.99.0.1", 5060,
				     &rig->plan->table.addresses[l->addr].addr, l->port, text);
			forged++;
			cr_assert(eq(u64,
				     rig_count(&rig_counters(rig)->drops[HL_DROP_UNKNOWN_BRANCH]),
				     forged),
				  "the %s of line %u is the MAC of %016llx", seen[k].what,
				  seen[k].line, (unsigned long long)inputs[i]);
		}
	}
	cr_assert(eq(u32, kinds, 15), "tags of both, Call-IDs and cnonces were tried");
	rig_free(rig);
}

// Under the boot key, or that of another purpose.
Test(identifiers, each_is_made_by_the_key_of_its_purpose_alone)
{
	struct rig *rig = busy();
	uint64_t keys[PLAN_KEYS + 1][2];

	memcpy(keys, rig->plan->keys, sizeof(rig->plan->keys));
	memcpy(keys[PLAN_KEYS], rig_boot_key, sizeof(rig_boot_key));
	cr_assert(eq(u64, rig->plan->options.boot_key[0] | rig->plan->options.boot_key[1], 0));
	for (uint32_t k = 0; k < n_seen; k++) {
		uint64_t inputs[INPUTS];

		inputs_of(seen[k].line, inputs);
		for (int key = 0; key <= PLAN_KEYS; key++)
			for (unsigned i = 0; i < INPUTS; i++) {
				uint64_t hash = siphash_u64(keys[key], inputs[i]);
				bool own = (key == PLAN_KEY_TO_TAG && seen[k].what[0] == 'T') ||
					   (key == PLAN_KEY_DIALOG && seen[k].what[0] == 'C') ||
					   (key == PLAN_KEY_CNONCE && seen[k].what[0] == 'c');

				cr_assert(own || hash >> (64 - seen[k].bits) != seen[k].value,
					  "%s of line %u by key %d", seen[k].what, seen[k].line,
					  key);
			}
	}
	for (int a = 0; a <= PLAN_KEYS; a++)
		for (int b = 0; b < a; b++)
			cr_assert(keys[a][0] != keys[b][0] && keys[a][1] != keys[b][1]);
	rig_free(rig);
}

// The inverse of the last step that makes a Call-ID, which anybody can take.
static uint64_t unmix(uint64_t x)
{
	x = (x ^ x >> 33) * 0x9cb4b2f8129337db;
	x = (x ^ x >> 33) * 0x4f74430c22a54005;
	return x ^ x >> 33;
}

Test(identifiers, a_call_id_tells_no_bit_of_a_key)
{
	struct rig *rig = busy();
	uint64_t first = 0;
	uint32_t n = 0, same = 0;

	for (uint32_t k = 0; k < n_seen; k++) {
		if (seen[k].what[0] != 'C')
			continue;
		for (uint32_t server = 0; server < 2; server++) {
			uint64_t left = unmix(seen[k].value) ^
					((uint64_t)seen[k].line << 1 | server);

			for (int half = 0; half < 2; half++) {
				cr_assert_neq(left, rig_boot_key[half], "line %u", seen[k].line);
				for (int key = 0; key < PLAN_KEYS; key++)
					cr_assert_neq(left, rig->plan->keys[key][half]);
			}
			first = n == 0 ? left : first;
			same += left == first;
			n++;
		}
	}
	cr_assert_lt(same, n / 4, "what is left is another for lines far apart");
	rig_free(rig);
}

Test(identifiers, no_two_lines_or_servers_share_a_call_id)
{
	struct rig *rig = busy();

	for (uint32_t a = 0; a < n_seen; a++)
		for (uint32_t b = 0; b < a; b++)
			cr_assert(seen[a].what[0] != 'C' || seen[b].what[0] != 'C' ||
				  seen[a].line == seen[b].line || seen[a].value != seen[b].value);
	rig_free(rig);
}
