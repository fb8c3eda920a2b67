// SPDX-License-Identifier: BSD-3-Clause
// One SIP text, read by every reader of SIP text.
#include <stdio.h>

#include "input.h"
#include "sip/auth.h"
#include "sip/parse.h"
#include "sip/scan.h"

static void within(const char *text, uint32_t len, struct slice s)
{
	MUST(s.len == 0 || !s.at || (s.at >= text && s.at + s.len <= text + len));
}

static void reply_use(const char *text, uint32_t len, const struct sip_reply *r)
{
	static const struct contact_own own = {
		.user = { "6000", 4 }, .host = { "10.99.1.1", 9 }, .port = 40000, .server = 'p'
	};
	struct auth_challenge challenge;

	MUST(r->status >= 100 && r->status <= 699);
	MUST(r->n_contacts <= SIP_CONTACTS_MAX && r->n_challenges <= SIP_CHALLENGES_MAX);
	within(text, len, r->branch);
	within(text, len, r->to);
	for (unsigned i = 0; i < r->n_contacts; i++)
		within(text, len, r->contacts[i]);
	scan_contact_expires(r, &own, 3600);
	for (unsigned i = 0; i < r->n_challenges; i++) {
		within(text, len, r->challenges[i]);
		auth_challenge_read(r->challenges[i].at, r->challenges[i].len, &challenge);
	}
}

static void request_use(const char *text, uint32_t len, const struct sip_request *r)
{
	struct auth_credentials credentials;

	MUST(r->n_vias <= SIP_VIAS_MAX && r->n_contacts <= SIP_CONTACTS_MAX);
	for (unsigned i = 0; i < SIP_REQUEST_SINGLE_PIECES; i++)
		within(text, len, r->pieces[i]);
	if (r->authorization.at)
		auth_credentials_read(r->authorization.at, r->authorization.len, &credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct parsed_reply parsed;
	static bool ready;
	struct input in = { bytes, size };
	uint16_t len;
	char *text = (char *)input_rest(&in, 4096, &len);
	struct sip_reply reply;
	struct sip_request request;

	if (!ready)
		parse_init();
	ready = true;
	if (scan_reply(text, len, &reply) == SCAN_OK)
		reply_use(text, len, &reply);
	if (parse_reply(text, len, &parsed) == 0)
		reply_use(parsed.store, sizeof(parsed.store), &parsed.reply);
	if (scan_request(text, len, &request) == SCAN_OK)
		request_use(text, len, &request);
	free(text);
	return 0;
}
