// SPDX-License-Identifier: BSD-3-Clause
// Digest arithmetic (RFC 7616, RFC 8760): OpenSSL does the hashing, contexts are made at set-up.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/registrar.h> // enum hl_digest_algorithm
#include "base/text.h"

#define DIGEST_RAW_MAX 32
#define DIGEST_HEX_MAX 64

struct digest; // hashing contexts of one thread

struct digest *digest_new(void); // NULL: no memory
void digest_free(struct digest *digest);

// Characters of a hash as hex: 32 (MD5) or 64.
static inline uint32_t digest_hex_len(enum hl_digest_algorithm algorithm)
{
	return algorithm == HL_MD5 ? 32 : 64;
}
const char *digest_name(enum hl_digest_algorithm algorithm); // "MD5", "SHA-256", "SHA-512-256"
bool digest_from_name(struct slice name, enum hl_digest_algorithm *algorithm, bool *sess);

// H(user:realm:password), raw bytes.
void digest_ha1(struct digest *d, enum hl_digest_algorithm algorithm, struct slice user,
		struct slice realm, struct slice password, uint8_t out[DIGEST_RAW_MAX]);
// H(HA1:nonce:cnonce) for the -sess forms.
void digest_ha1_sess(struct digest *d, enum hl_digest_algorithm algorithm,
		     const uint8_t ha1[DIGEST_RAW_MAX], struct slice nonce, struct slice cnonce,
		     uint8_t out[DIGEST_RAW_MAX]);
// H(method:uri) as hex, for qop none and auth; auth-int adds the hash of an empty body.
void digest_ha2(struct digest *d, enum hl_digest_algorithm algorithm, struct slice method,
		struct slice uri, bool auth_int, char out[DIGEST_HEX_MAX]);

enum digest_qop { DIGEST_NO_QOP, DIGEST_AUTH, DIGEST_AUTH_INT };

// Every response to a nonce begins with HA1 and the nonce. MD5 needs half of ha1[]: into the other
// half goes its state behind the first block of them. False: another algorithm, or a nonce that does
// not fill the block.
bool digest_begin(struct digest *d, enum hl_digest_algorithm algorithm, uint8_t ha1[DIGEST_RAW_MAX],
		  struct slice nonce);

// What a response is made of.
struct digest_input {
	enum hl_digest_algorithm algorithm;
	enum digest_qop qop; // without qop: the form of RFC 2069, nc and cnonce unused
	bool begun;          // digest_begin() was called with this ha1 and nonce
	const uint8_t *ha1;  // DIGEST_RAW_MAX bytes
	struct slice nonce, cnonce;
	const char *nc;      // eight hex digits
	const char *ha2_hex; // of digest_ha2()
};

// The response as hex.
void digest_response(struct digest *d, const struct digest_input *in, char out[DIGEST_HEX_MAX]);
