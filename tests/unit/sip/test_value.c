// SPDX-License-Identifier: BSD-3-Clause
// Short URIs take a path of their own: it must find what the one for any length finds.
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "sip/value.h"

#include "../guard.h"

#define PADDING ";xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static bool slices_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

// A further parameter changes nothing but the parameters, and makes the URI a long one.
static void compare(const char *text, uint32_t len)
{
	char padded[256];
	struct address_uri shorter, longer;
	char *guarded = guard_copy(text, len);

	memcpy(padded, text, len);
	strcpy(padded + len, PADDING);
	bool is_uri = address_uri_read((struct slice){ guarded, len }, &shorter);
	bool is_long_uri = address_uri_read((struct slice){ padded, (uint32_t)strlen(padded) },
					    &longer);
	cr_assert_eq(is_uri, is_long_uri, "%.*s", (int)len, text);
	if (is_uri) {
		bool headers = longer.params.len == shorter.params.len;

		cr_expect(slices_equal(shorter.user, longer.user), "user of %.*s", (int)len, text);
		cr_expect(slices_equal(shorter.host, longer.host), "host of %.*s", (int)len, text);
		cr_expect_eq(shorter.port, longer.port, "port of %.*s", (int)len, text);
		cr_expect_eq(shorter.sip, longer.sip);
		cr_expect(headers || longer.params.len == shorter.params.len + strlen(PADDING),
			  "parameters of %.*s", (int)len, text);
		longer.params.len = shorter.params.len;
		cr_expect(slices_equal(shorter.params, longer.params), "parameters of %.*s",
			  (int)len, text);
	}
	guard_free(guarded, len);
}

Test(value, a_short_uri_is_read_as_a_long_one)
{
	static const char *const uris[] = {
		"sip:10.99.0.1",
		"SIP:6000@10.99.0.1:5060",
		"sip:6000:secret@pbx.example.com;transport=udp?subject=x",
		"sip:6000@[2001:db8::1]:5070;lr",
		"sip:6000@host:0",
		"sip:6000@:5060",
		"sip:@host",
		"sip:a;b?c@host:1?d=e;f",
		"sip:6000@host:65536",
		"sips:6000@host",
		"tel:+15551234",
	};

	for (uint32_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++)
		compare(uris[i], (uint32_t)strlen(uris[i]));
}

Test(value, any_short_text_is_read_as_a_long_one)
{
	static const char letters[] = "aaaa11111..::@@?;;=?[]< \"\t";
	struct rng rng;
	char text[64] = "sip:";

	rng_seed(&rng, 1);
	for (uint32_t round = 0; round < 20000; round++) {
		uint32_t len = 5 + (uint32_t)rng_below(&rng, 59);
		// mostly good ones: what makes a URI bad is at the end of the letters
		uint32_t kinds = round % 4 == 0 ? sizeof(letters) - 1 : sizeof(letters) - 4;

		for (uint32_t i = 4; i < len; i++)
			text[i] = letters[rng_below(&rng, kinds)];
		compare(text, len);
	}
}
