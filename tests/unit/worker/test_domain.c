// SPDX-License-Identifier: BSD-3-Clause
// Lines of one profile in several SIP domains: what each sends, and what they still have in common.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "sip/auth.h"
#include "sip/digest.h"

static struct slice slice_of(const char *text)
{
	return (struct slice){ text, (uint32_t)strlen(text) };
}

// The response of the kth request to a challenge of realm "lab", for a REGISTER to this URI.
static bool response_right(const struct rig *rig, uint32_t k, const char *uri)
{
	const char *value = rig_header(rig, k, "Authorization");
	char ha2[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];
	struct digest *d = digest_new();
	uint8_t ha1[DIGEST_RAW_MAX];
	struct auth_credentials c;

	cr_assert(eq(int, auth_credentials_read(value, (uint32_t)strlen(value), &c), 0));
	cr_expect(c.uri.len == strlen(uri) && memcmp(c.uri.at, uri, c.uri.len) == 0, "%.*s",
		  (int)c.uri.len, c.uri.at);
	digest_ha1(d, c.algorithm, c.user, slice_of("lab"), slice_of("secret"), ha1);
	digest_ha2(d, c.algorithm, slice_of("REGISTER"), slice_of(uri), false, ha2);
	digest_response(d,
			&(struct digest_input){ .algorithm = c.algorithm,
						.ha1 = ha1,
						.nonce = c.nonce,
						.qop = c.qop,
						.nc = c.nc.at,
						.cnonce = c.cnonce,
						.ha2_hex = ha2 },
			response);
	digest_free(d);
	return memcmp(c.response.at, response, c.response.len) == 0;
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
		cr_expect(k < 3 || response_right(rig, k, uri), "%s", uri);
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
