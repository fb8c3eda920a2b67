// SPDX-License-Identifier: BSD-3-Clause
// Digest arithmetic against published vectors, and against values that another library computed.
#include <criterion/criterion.h>
#include <string.h>

#include "base/hex.h"
#include "allocations.h"
#include "base/rng.h"
#include "response_check.h"

static struct digest *d;

static void setup(void)
{
	d = digest_new();
	cr_assert_not_null(d);
}

static void teardown(void)
{
	digest_free(d);
}

TestSuite(digest, .init = setup, .fini = teardown);

static void expect_hex(const char *got, const char *expected)
{
	cr_assert_arr_eq(got, expected, strlen(expected), "got %.*s, expected %s",
			 (int)strlen(expected), got, expected);
}

static void expect_raw(const uint8_t *got, const char *expected)
{
	char hex[DIGEST_HEX_MAX];

	text_put_hex(hex, got, (unsigned)strlen(expected) / 2);
	expect_hex(hex, expected);
}

struct vector {
	enum hl_digest_algorithm algorithm;
	const char *user, *realm, *password, *method, *uri, *nonce, *nc, *cnonce;
	enum digest_qop qop;
	const char *response;
};

static void check(const struct vector *v)
{
	uint8_t ha1[DIGEST_RAW_MAX];
	char ha2[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];

	digest_ha1(d, v->algorithm, slice_of(v->user), slice_of(v->realm), slice_of(v->password),
		   ha1);
	digest_ha2(d, v->algorithm, slice_of(v->method), slice_of(v->uri),
		   v->qop == DIGEST_AUTH_INT, ha2);
	digest_response(d,
			&(struct digest_input){ .algorithm = v->algorithm,
						.ha1 = ha1,
						.nonce = slice_of(v->nonce),
						.qop = v->qop,
						.nc = v->nc,
						.cnonce = slice_of(v->cnonce),
						.ha2_hex = ha2 },
			response);
	cr_assert_eq(strlen(v->response), digest_hex_len(v->algorithm));
	expect_hex(response, v->response);
}

#define RFC7616 \
	.user = "Mufasa", .realm = "http-auth@example.org", .password = "Circle of Life", \
	.method = "GET", .uri = "/dir/index.html", \
	.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", .nc = "00000001", \
	.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
#define RFC2617 \
	.user = "Mufasa", .realm = "testrealm@host.com", .password = "Circle Of Life", \
	.method = "GET", .uri = "/dir/index.html", .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093", \
	.nc = "00000001", .cnonce = "0a4f113b"

Test(digest, md5_example_of_rfc7616_3_9_1)
{
	check(&(struct vector){ HL_MD5, RFC7616, DIGEST_AUTH, "8ca523f5e9506fed4657c9700eebdbec" });
}

Test(digest, sha256_example_of_rfc7616_3_9_1)
{
	check(&(struct vector){
		HL_SHA256, RFC7616, DIGEST_AUTH,
		"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1" });
}

// The example of RFC 7616 3.9.2 was computed with SHA-512 cut to 256 bits, which is another hash
// (erratum 4897), so these values were made with Perl's Digest::SHA.
Test(digest, sha512_256_with_qop)
{
	check(&(struct vector){
		HL_SHA512_256, RFC7616, DIGEST_AUTH,
		"430d05014cecc49cab6fbe03176d41a1da86cbfe24a16580e22aaad928d960d0" });
}

Test(digest, sha512_256_without_qop)
{
	check(&(struct vector){
		HL_SHA512_256, RFC7616, DIGEST_NO_QOP,
		"93e9122020ea0624d2ca801426d5bfbeb93d10ff4cc24cb410af3920fa4730e7" });
}

Test(digest, sha512_256_auth_int_hashes_the_empty_body)
{
	check(&(struct vector){
		HL_SHA512_256, RFC7616, DIGEST_AUTH_INT,
		"38244c4d345d09bb0000b355be27d2a55003ee188df9821c54df70a63aa0c1ca" });
}

Test(digest, md5_example_of_rfc2617_3_5)
{
	check(&(struct vector){ HL_MD5, RFC2617, DIGEST_AUTH, "6629fae49393a05397450978507c4ef1" });
}

Test(digest, md5_without_qop_is_the_form_of_rfc2069)
{
	check(&(struct vector){ HL_MD5, RFC2617, DIGEST_NO_QOP,
				"670fd8c2df070c60b045671b8b24ff02" });
}

Test(digest, md5_auth_int_hashes_the_empty_body)
{
	check(&(struct vector){ HL_MD5, RFC2617, DIGEST_AUTH_INT,
				"5e6610ecf9ba3017a4870ad48e3ad30b" });
}

Test(digest, sess_forms_hash_ha1_as_hex)
{
	static const struct {
		enum hl_digest_algorithm algorithm;
		const char *expected;
	} cases[] = {
		{ HL_SHA256, "bca21f4c7d7e8bf70d96361085370c7d219947abc1b8cd628f710917b89bed5b" },
		{ HL_SHA512_256,
		  "7bda9d6d426c30b563dd560a3fcddd2be830ed2f46019752dcf95ea629c4e570" },
	};
	const struct vector v = { HL_MD5, RFC7616, DIGEST_AUTH, "" };
	uint8_t ha1[DIGEST_RAW_MAX], session[DIGEST_RAW_MAX];

	for (unsigned i = 0; i < 2; i++) {
		digest_ha1(d, cases[i].algorithm, slice_of(v.user), slice_of(v.realm),
			   slice_of(v.password), ha1);
		digest_ha1_sess(d, cases[i].algorithm, ha1, slice_of(v.nonce), slice_of(v.cnonce),
				session);
		expect_raw(session, cases[i].expected);
	}
	const struct vector m = { HL_MD5, RFC2617, DIGEST_AUTH, "" };
	digest_ha1(d, HL_MD5, slice_of(m.user), slice_of(m.realm), slice_of(m.password), ha1);
	digest_ha1_sess(d, HL_MD5, ha1, slice_of(m.nonce), slice_of(m.cnonce), session);
	expect_raw(session, "5edb191b66dce1584c16cb7e7346fcee");
}

// Parts are joined in a buffer of 512 bytes: lengths around its end, and far beyond.
Test(digest, long_parts_hash_like_short_ones)
{
	static const struct {
		uint32_t len;
		const char *expected;
	} cases[] = {
		{ 500, "83ab6fede35b2c5e6f4e5ab4feed47c7" },
		{ 503, "1303958248a431bbc7d81960563643d1" },
		{ 504, "25f8781ed1a8c0c5269a533157912368" },
		{ 505, "ce2a139cb6796351ba04d8c3d53a9980" },
		{ 506, "ecc070e43cf2ec26ab1eb07f29d8af6e" },
		{ 507, "1d9fca0ce936d3f362b8b60a225a6e77" },
		{ 508, "c47321fd4eb1da890470343e19e1451e" },
		{ 509, "f252575d70a9fbb39cb83a455847ec2b" },
		{ 510, "53830916f62f0db55b0199bcb6ce8f62" },
		{ 511, "006e116d09440a26f1f07aaf274faa97" },
		{ 512, "5c2d8c13b06e59fdc515306d9302da8d" },
		{ 513, "1d6d1452f6f73f02a375fea3105655de" },
		{ 1000, "2e52fe98ddbdc5aa839616a7a4e0c9f3" },
	};
	char realm[1000];
	uint8_t ha1[DIGEST_RAW_MAX];

	memset(realm, 'y', sizeof(realm));
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		digest_ha1(d, HL_MD5, slice_of("6000"), (struct slice){ realm, cases[i].len },
			   slice_of("pw"), ha1);
		expect_raw(ha1, cases[i].expected);
	}
}

Test(digest, names_are_read_in_any_case_and_with_sess)
{
	enum hl_digest_algorithm algorithm;
	bool sess;

	cr_assert(digest_from_name(slice_of("md5"), &algorithm, &sess));
	cr_assert(algorithm == HL_MD5 && !sess);
	cr_assert(digest_from_name(slice_of("SHA-256-SESS"), &algorithm, &sess));
	cr_assert(algorithm == HL_SHA256 && sess);
	cr_assert(digest_from_name(slice_of("SHA-512-256-sess"), &algorithm, &sess));
	cr_assert(algorithm == HL_SHA512_256 && sess);
	for (unsigned i = 0; i < HL_DIGEST_ALGORITHMS; i++) {
		cr_assert(digest_from_name(slice_of(digest_name((enum hl_digest_algorithm)i)),
					   &algorithm, &sess));
		cr_assert(algorithm == i && !sess);
	}
	cr_assert_not(digest_from_name(slice_of("SHA-512"), &algorithm, &sess));
	cr_assert_not(digest_from_name(slice_of("-sess"), &algorithm, &sess));
	cr_assert_not(digest_from_name(slice_of(""), &algorithm, &sess));
	cr_assert_not(digest_from_name(slice_of("MD5-"), &algorithm, &sess));
}

static void one_exchange(enum hl_digest_algorithm algorithm)
{
	static const struct vector v = { HL_MD5, RFC7616, DIGEST_AUTH, "" };
	uint8_t ha1[DIGEST_RAW_MAX];
	char ha2[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];

	digest_ha1(d, algorithm, slice_of(v.user), slice_of(v.realm), slice_of(v.password), ha1);
	digest_ha1_sess(d, algorithm, ha1, slice_of(v.nonce), slice_of(v.cnonce), ha1);
	digest_ha2(d, algorithm, slice_of(v.method), slice_of(v.uri), true, ha2);
	digest_response(d,
			&(struct digest_input){ .algorithm = algorithm,
						.ha1 = ha1,
						.nonce = slice_of(v.nonce),
						.qop = DIGEST_AUTH,
						.nc = v.nc,
						.cnonce = slice_of(v.cnonce),
						.ha2_hex = ha2 },
			response);
}

// A suite of its own: the engine's hooks must be there before the first context is.
Test(digest_memory, nothing_is_allocated_after_set_up)
{
	const struct hl_allocator hooks = { .zalloc = counting_zalloc, .free = hook_free };

	hl_set_allocator(&hooks);
	setup();
	cr_assert_gt(allocations, 0, "the engine's hooks are not in use");
	allocations = 0;
	OPENSSL_free(OPENSSL_malloc(1));
	cr_assert(hooks_set && allocations == 1, "OpenSSL does not use its hooks");

	for (unsigned a = 0; a < HL_DIGEST_ALGORITHMS; a++) {
		allocations = 0;
		for (unsigned i = 0; i < 1000; i++)
			one_exchange((enum hl_digest_algorithm)a);
		cr_assert_eq(allocations, 0, "%s: %u allocations in 1000 exchanges",
			     digest_name((enum hl_digest_algorithm)a), allocations);
	}
	teardown();
	hl_set_allocator(NULL);
}

Test(digest, what_was_begun_ends_as_in_one_go)
{
	struct digest *d = digest_new();
	struct rng rng;
	char nonce[128];

	rng_seed(&rng, 9);
	for (uint32_t len = 0; len <= sizeof(nonce); len++) {
		uint8_t ha1[DIGEST_RAW_MAX];
		char ha2[DIGEST_HEX_MAX], plain[DIGEST_HEX_MAX], begun[DIGEST_HEX_MAX];

		for (unsigned i = 0; i < sizeof(ha1); i++)
			ha1[i] = (uint8_t)rng_next(&rng);
		for (unsigned i = 0; i < sizeof(nonce); i++)
			nonce[i] = (char)('!' + rng_below(&rng, 90));
		memset(ha2, 'a' + (int)(len % 6), sizeof(ha2));
		const struct slice n = { nonce, len }, cnonce = { "0a4f113b", 8 };

		for (int qop = DIGEST_NO_QOP; qop <= DIGEST_AUTH_INT; qop++) {
			digest_response(d,
					&(struct digest_input){ .algorithm = HL_MD5,
								.ha1 = ha1,
								.nonce = n,
								.qop = (enum digest_qop)qop,
								.nc = "00000001",
								.cnonce = cnonce,
								.ha2_hex = ha2 },
					plain);
			bool fits = digest_begin(d, HL_MD5, ha1, n);

			cr_assert_eq(fits, len >= 31, "a block is HA1, a colon and 31 bytes");
			if (!fits)
				continue;
			digest_response(d,
					&(struct digest_input){ .algorithm = HL_MD5,
								.ha1 = ha1,
								.begun = true,
								.nonce = n,
								.qop = (enum digest_qop)qop,
								.nc = "00000001",
								.cnonce = cnonce,
								.ha2_hex = ha2 },
					begun);
			cr_assert_eq(memcmp(plain, begun, digest_hex_len(HL_MD5)), 0,
				     "nonce of %u bytes, qop %d", len, qop);
		}
		cr_assert_not(digest_begin(d, HL_SHA256, ha1, n), "its HA1 takes all the room");
	}
	digest_free(d);
}
