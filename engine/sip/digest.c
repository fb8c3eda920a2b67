// SPDX-License-Identifier: BSD-3-Clause
// Digest arithmetic on OpenSSL's hash functions; contexts live in struct digest.
//
// The EVP interface of OpenSSL 3.0 allocates a provider context at each EVP_DigestInit (and at each
// copy of one), however often the EVP_MD_CTX is reused. Its low-level functions are deprecated, but
// they are the only ones that never allocate, and the hot path must not.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "sip/digest.h"

#include <assert.h>
#include <string.h>

#include <openssl/md5.h>
#include <openssl/sha.h>

#include "base/memory.h"

// Enough for all that is hashed in practice; longer inputs go in several pieces.
#define GATHER_BYTES 512

// Of a nonce in the first block, behind HA1 as hex and a colon.
enum { BEGUN_NONCE = MD5_CBLOCK - 2 * MD5_DIGEST_LENGTH - 1 };
static_assert(2 * MD5_DIGEST_LENGTH <= DIGEST_RAW_MAX, "HA1, and a state of the same size");

struct digest {
	union {
		MD5_CTX md5;
		SHA256_CTX sha256;
		SHA512_CTX sha512;
	} ctx;
	uint8_t gather[GATHER_BYTES]; // parts are joined here: one update costs less than seven
};

static const char *const names[HL_DIGEST_ALGORITHMS] = {
	[HL_MD5] = "MD5",
	[HL_SHA256] = "SHA-256",
	[HL_SHA512_256] = "SHA-512-256",
};

struct digest *digest_new(void)
{
	return memory_zalloc(1, sizeof(struct digest), 64);
}

void digest_free(struct digest *d)
{
	memory_free(d);
}

const char *digest_name(enum hl_digest_algorithm algorithm)
{
	return names[algorithm];
}

bool digest_from_name(struct slice name, enum hl_digest_algorithm *algorithm, bool *sess)
{
	static const char suffix[] = "-sess";
	const uint32_t suffix_len = sizeof(suffix) - 1;
	uint32_t len = name.len;
	bool with_sess = len > suffix_len && text_equal_nocase(name.at + len - suffix_len,
							       suffix_len, suffix, suffix_len);

	if (with_sess)
		len -= suffix_len;
	for (unsigned i = 0; i < HL_DIGEST_ALGORITHMS; i++) {
		if (text_equal_nocase(name.at, len, names[i], (uint32_t)strlen(names[i]))) {
			*algorithm = (enum hl_digest_algorithm)i;
			*sess = with_sess;
			return true;
		}
	}
	return false;
}

// Bytes of the hash, half of its hex form.
static uint32_t raw_len(enum hl_digest_algorithm algorithm)
{
	return digest_hex_len(algorithm) / 2;
}

// SHA-512 with other initial values, cut to half (FIPS 180-4 5.3.6.2, 6.7).
static void sha512_256_init(SHA512_CTX *ctx)
{
	static const SHA_LONG64 initial[8] = {
		0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151, 0x963877195940eabd,
		0x96283ee2a88effe3, 0xbe5e1e2553863992, 0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2,
	};

	SHA512_Init(ctx);
	memcpy(ctx->h, initial, sizeof(initial));
}

static void hash_begin(struct digest *d, enum hl_digest_algorithm algorithm)
{
	if (algorithm == HL_MD5)
		MD5_Init(&d->ctx.md5);
	else if (algorithm == HL_SHA256)
		SHA256_Init(&d->ctx.sha256);
	else
		sha512_256_init(&d->ctx.sha512);
}

static void hash_update(struct digest *d, enum hl_digest_algorithm algorithm, const void *bytes,
			uint32_t len)
{
	if (algorithm == HL_MD5)
		MD5_Update(&d->ctx.md5, bytes, len);
	else if (algorithm == HL_SHA256)
		SHA256_Update(&d->ctx.sha256, bytes, len);
	else
		SHA512_Update(&d->ctx.sha512, bytes, len);
}

static void hash_end(struct digest *d, enum hl_digest_algorithm algorithm,
		     uint8_t out[DIGEST_RAW_MAX])
{
	uint8_t raw[SHA512_DIGEST_LENGTH];

	if (algorithm == HL_MD5)
		MD5_Final(raw, &d->ctx.md5);
	else if (algorithm == HL_SHA256)
		SHA256_Final(raw, &d->ctx.sha256);
	else
		SHA512_Final(raw, &d->ctx.sha512);
	memcpy(out, raw, raw_len(algorithm));
}

// Parts with a colon between them.
static void hash_parts_update(struct digest *d, enum hl_digest_algorithm algorithm,
			      const struct slice parts[], unsigned n)
{
	uint32_t held = 0;

	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			d->gather[held++] = ':';
		if (parts[i].len >= GATHER_BYTES - held) { // always leaves room for the next colon
			hash_update(d, algorithm, d->gather, held);
			held = 0;
		}
		if (parts[i].len >= GATHER_BYTES)
			hash_update(d, algorithm, parts[i].at, parts[i].len);
		else if (parts[i].len > 0) {
			memcpy(d->gather + held, parts[i].at, parts[i].len);
			held += parts[i].len;
		}
	}
	hash_update(d, algorithm, d->gather, held);
}

static void hash_parts(struct digest *d, enum hl_digest_algorithm algorithm,
		       const struct slice parts[], unsigned n, uint8_t out[DIGEST_RAW_MAX])
{
	hash_begin(d, algorithm);
	hash_parts_update(d, algorithm, parts, n);
	hash_end(d, algorithm, out);
}

static void hash_parts_hex(struct digest *d, enum hl_digest_algorithm algorithm,
			   const struct slice parts[], unsigned n, char out[DIGEST_HEX_MAX])
{
	uint8_t raw[DIGEST_RAW_MAX];

	hash_parts(d, algorithm, parts, n, raw);
	text_put_hex(out, raw, raw_len(algorithm));
}

void digest_ha1(struct digest *d, enum hl_digest_algorithm algorithm, struct slice user,
		struct slice realm, struct slice password, uint8_t out[DIGEST_RAW_MAX])
{
	const struct slice parts[] = { user, realm, password };

	hash_parts(d, algorithm, parts, 3, out);
}

// RFC 7616 3.4.2: the hash in it stands as hex. (The sample code of RFC 2617 took the raw bytes;
// its erratum 1649 says that hex is right.)
void digest_ha1_sess(struct digest *d, enum hl_digest_algorithm algorithm,
		     const uint8_t ha1[DIGEST_RAW_MAX], struct slice nonce, struct slice cnonce,
		     uint8_t out[DIGEST_RAW_MAX])
{
	char ha1_hex[DIGEST_HEX_MAX];
	const struct slice parts[] = { { ha1_hex, digest_hex_len(algorithm) }, nonce, cnonce };

	text_put_hex(ha1_hex, ha1, raw_len(algorithm));
	hash_parts(d, algorithm, parts, 3, out);
}

void digest_ha2(struct digest *d, enum hl_digest_algorithm algorithm, struct slice method,
		struct slice uri, bool auth_int, char out[DIGEST_HEX_MAX])
{
	char body_hex[DIGEST_HEX_MAX];
	const struct slice parts[] = { method, uri, { body_hex, digest_hex_len(algorithm) } };

	if (auth_int)
		hash_parts_hex(d, algorithm, NULL, 0, body_hex);
	hash_parts_hex(d, algorithm, parts, auth_int ? 3 : 2, out);
}

bool digest_begin(struct digest *d, enum hl_digest_algorithm algorithm, uint8_t ha1[DIGEST_RAW_MAX],
		  struct slice nonce)
{
	MD5_CTX *ctx = &d->ctx.md5;

	if (algorithm != HL_MD5 || nonce.len < BEGUN_NONCE)
		return false;
	text_put_hex((char *)d->gather, ha1, MD5_DIGEST_LENGTH);
	d->gather[2 * MD5_DIGEST_LENGTH] = ':';
	memcpy(d->gather + 2 * MD5_DIGEST_LENGTH + 1, nonce.at, BEGUN_NONCE);
	MD5_Init(ctx);
	MD5_Update(ctx, d->gather, MD5_CBLOCK);

	const MD5_LONG state[] = { ctx->A, ctx->B, ctx->C, ctx->D };
	memcpy(ha1 + MD5_DIGEST_LENGTH, state, sizeof(state));
	return true;
}

// Where digest_begin() left off.
static void hash_resume(struct digest *d, const uint8_t ha1[DIGEST_RAW_MAX])
{
	MD5_CTX *ctx = &d->ctx.md5;
	MD5_LONG state[4];

	memcpy(state, ha1 + MD5_DIGEST_LENGTH, sizeof(state));
	MD5_Init(ctx);
	ctx->A = state[0];
	ctx->B = state[1];
	ctx->C = state[2];
	ctx->D = state[3];
	ctx->Nl = MD5_CBLOCK * 8; // bits so far
}

void digest_response(struct digest *d, const struct digest_input *in, char out[DIGEST_HEX_MAX])
{
	char ha1_hex[DIGEST_HEX_MAX];
	uint8_t raw[DIGEST_RAW_MAX];
	const enum hl_digest_algorithm algorithm = in->algorithm;
	const uint32_t hex_len = digest_hex_len(algorithm);
	const struct slice name = in->qop == DIGEST_AUTH ? (struct slice){ "auth", 4 }
							 : (struct slice){ "auth-int", 8 };
	struct slice parts[6];
	unsigned n = 0;

	if (in->begun) {
		hash_resume(d, in->ha1);
		parts[n++] = (struct slice){ in->nonce.at + BEGUN_NONCE,
					     in->nonce.len - BEGUN_NONCE };
	} else {
		hash_begin(d, algorithm);
		text_put_hex(ha1_hex, in->ha1, raw_len(algorithm));
		parts[n++] = (struct slice){ ha1_hex, hex_len };
		parts[n++] = in->nonce;
	}
	if (in->qop != DIGEST_NO_QOP) { // RFC 7616 3.4.1; else RFC 2069 2.1.2
		parts[n++] = (struct slice){ in->nc, 8 };
		parts[n++] = in->cnonce;
		parts[n++] = name;
	}
	parts[n++] = (struct slice){ in->ha2_hex, hex_len };
	hash_parts_update(d, algorithm, parts, n);
	hash_end(d, algorithm, raw);
	text_put_hex(out, raw, raw_len(algorithm));
}
