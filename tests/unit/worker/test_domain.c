// SPDX-License-Identifier: BSD-3-Clause
// Lines of one profile in several SIP domains: what each sends, and what they still have in common.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "response_check.h"
#include "rig.h"

// The response of the kth request to a challenge of realm "lab", for a REGISTER to this URI.
static bool answers_for(const struct rig *rig, uint32_t k, const char *uri)
{
	const char *value = rig_header(rig, k, "Authorization");
	struct digest *d = digest_new();
	struct auth_credentials c;

	cr_assert(eq(int, auth_credentials_read(value, (uint32_t)strlen(value), &c), 0));
	cr_expect(c.uri.len == strlen(uri) && memcmp(c.uri.at, uri, c.uri.len) == 0, "%.*s",
		  (int)c.uri.len, c.uri.at);
	cr_expect(c.realm.len == 3 && memcmp(c.realm.at, "lab", 3) == 0);
	bool right = response_right(d, &c);

	digest_free(d);
	return right;
}

Test(domain, each_line_registers_with_the_domain_of_its_row_at_the_servers_of_its_profile)
{
	static const char *const domains[] = { "b.example", "10.99.0.1", "a.example.org" };

	rig_rows = "phone_number,domain\n+4930,b.example\n6001,\n+4930,a.example.org\n";
	struct rig *rig = rig_new("", 3);
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 100 * MS);
	cr_assert(eq(u32, rig->n, 3));
	for (uint32_t k = 0; k < 3; k++) {
		cr_assert_str_eq(rig_server(rig, k), "P");
		rig_answer(rig, k, 401,
			   "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n\", "
			   "qop=\"auth\"\r\n");
	}
	cr_assert(eq(u32, rig->n, 6));
	for (uint32_t k = 0; k < 6; k++) {
		const char *domain = domains[k % 3];
		char uri[64], line[96], aor[80];

		snprintf(uri, sizeof(uri), "sip:%s", domain);
		snprintf(line, sizeof(line), "REGISTER %s SIP/2.0\r\n", uri);
		snprintf(aor, sizeof(aor), "<sip:%s@%s>", k % 3 == 1 ? "6001" : "+4930", domain);
		cr_expect(strncmp(rig->sent[k].text, line, strlen(line)) == 0, "%s",
			  rig->sent[k].text);
		cr_expect(strstr(rig_header(rig, k, "To"), aor) != NULL);
		cr_expect(strstr(rig_header(rig, k, "From"), aor) != NULL);
		cr_expect(strstr(rig_header(rig, k, "Contact"), domain) == NULL);
		cr_expect(k < 3 || answers_for(rig, k, uri), "%s", uri);
		if (k >= 3)
			rig_answer(rig, k, 200, "Expires: 60\r\n");
	}
	for (uint32_t i = 0; i < 3; i++)
		cr_expect(eq(int, rig_state(rig, i).state, HL_ON_P));
	rig_free(rig);
}

// As a server sees it, they are one profile's lines.
Test(domain, lines_of_several_domains_share_the_rate_of_their_servers)
{
	enum { LINES = 60 };
	static char rows[64 * LINES];
	size_t n = (size_t)sprintf(rows, "phone_number,domain\n");

	for (int i = 0; i < LINES; i++)
		n += (size_t)sprintf(rows + n, "%d,d%d.example\n", 6000 + i, i);
	rig_rows = rows;
	struct rig *rig = rig_new("    server_rate: 10\n", LINES);
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 400 * MS); // no retransmission yet
	cr_expect(rig->n >= 4 && rig->n <= 5, "%u REGISTERs", rig->n);
	rig_free(rig);
}
