// SPDX-License-Identifier: BSD-3-Clause
// Makes and frees a registrar; all memory is allocated here.
#include "registrar/registrar.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/siphash.h"

// Room for answers held back: half a kilobyte a binding, within reason.
#define DELAYED_BYTES_MIN (256u << 10)
#define DELAYED_BYTES_MAX (16u << 20)
#define NONCES_MAX (1u << 27)

// Purposes of the keys that are derived from a server's own.
enum { KEY_NONCE, KEY_TAG };

static int servers_check(const struct hl_registrar_config *config, struct hl_error *err)
{
	if (config->n_servers == 0 || config->n_servers > HL_REGISTRAR_SERVERS_MAX)
		return hl_fail(err, EINVAL, "registrar: %u servers: allowed 1..%u",
			       config->n_servers, HL_REGISTRAR_SERVERS_MAX);
	for (uint32_t i = 0; i < config->n_servers; i++) {
		const struct hl_endpoint *at = &config->servers[i];

		if (at->addr.family == HL_FAMILY_NONE || at->port == 0)
			return hl_fail(
				err, EINVAL,
				"registrar: server %u needs an address and a port in 1..65535", i);
		for (uint32_t j = 0; j < i; j++) {
			if (hl_addr_equal(&config->servers[j].addr, &at->addr) &&
			    config->servers[j].port == at->port)
				return hl_fail(
					err, EINVAL,
					"registrar: servers %u and %u have the same address and port",
					j, i);
		}
	}
	return 0;
}

// The realm is quoted in a header.
static bool realm_valid(const char *realm, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)realm[i] < ' ' || realm[i] == '"' || realm[i] == '\\')
			return false;
	}
	return len > 0 && len <= REALM_MAX;
}

static int config_copy(struct hl_registrar *r, const struct hl_registrar_config *config,
		       struct hl_error *err)
{
	const char *realm = config->realm != NULL ? config->realm : "heartline";
	size_t realm_len = strlen(realm);

	if (!realm_valid(realm, realm_len))
		return hl_fail(
			err, EINVAL,
			"registrar: realm: allowed 1..%u characters without quotes, \\ and controls",
			REALM_MAX);
	memcpy(r->realm_text, realm, realm_len);
	r->realm = (struct slice){ r->realm_text, (uint32_t)realm_len };

	if (config->password != NULL) {
		size_t len = strlen(config->password);
		if (len > PASSWORD_MAX)
			return hl_fail(err, EINVAL, "registrar: password: allowed 0..%u characters",
				       PASSWORD_MAX);
		memcpy(r->password_text, config->password, len);
		r->password = (struct slice){ r->password_text, (uint32_t)len };
		r->has_password = true;
	}
	if (config->account != NULL) {
		size_t len = strlen(config->account);
		if (len == 0 || len > ACCOUNT_MAX)
			return hl_fail(err, EINVAL, "registrar: account: allowed 1..%u characters",
				       ACCOUNT_MAX);
		memcpy(r->account_text, config->account, len);
		r->account = (struct slice){ r->account_text, (uint32_t)len };
	}
	if ((unsigned)config->algorithm >= HL_DIGEST_ALGORITHMS)
		return hl_fail(
			err, EINVAL,
			"registrar: algorithm %d: allowed are those of enum hl_digest_algorithm",
			(int)config->algorithm);
	if (config->capacity == 0 || config->capacity > UINT32_MAX / 2)
		return hl_fail(err, EINVAL, "registrar: capacity %u: allowed 1..%u",
			       config->capacity, UINT32_MAX / 2);

	r->algorithm = config->algorithm;
	r->qop_auth = config->qop_auth;
	r->csum_offload = config->tx_csum_offload;
	r->nonce_life_ns = (config->nonce_life_s > 0 ? config->nonce_life_s : 300) * 1000000000ull;
	r->max_grant_s = config->max_grant_s > 0 ? config->max_grant_s : 3600;
	r->min_expires_s = config->min_expires_s;
	r->retry_after_s = config->retry_after_s;
	r->shared_store = config->shared_store;
	r->one_time_nonces = config->one_time_nonces;
	r->rewrite_contacts = config->rewrite_contacts;
	r->foreign_contacts = config->foreign_contacts;
	if (r->min_expires_s > r->max_grant_s)
		return hl_fail(err, EINVAL,
			       "registrar: min_expires %u s: allowed 0..%u s, the longest grant",
			       r->min_expires_s, r->max_grant_s);
	memcpy(r->mac, config->mac, sizeof(r->mac));
	path_init(&r->path_ipv4, config->mac, HL_FAMILY_IPV4);
	path_init(&r->path_ipv6, config->mac, HL_FAMILY_IPV6);
	return 0;
}

// A line may be bound by way of every server, and a shared table holds all of it.
static int store_init(struct hl_registrar *r, struct server *s, uint32_t capacity, uint32_t n)
{
	uint64_t room = (uint64_t)capacity * (r->shared_store ? n : 1);

	if (r->shared_store && s != &r->servers[0]) {
		s->bindings = &r->servers[0].store;
		return 0;
	}
	s->bindings = &s->store;
	return bindings_init(&s->store, room < UINT32_MAX / 2 ? (uint32_t)room : UINT32_MAX / 2,
			     &s->counters.bindings);
}

static int server_init(struct hl_registrar *r, struct server *s,
		       const struct hl_registrar_config *config, struct rng *rng)
{
	const struct hl_endpoint *at = &config->servers[s - r->servers];
	uint32_t capacity = config->capacity;
	uint32_t delayed = capacity < DELAYED_BYTES_MAX / 512 ? capacity * 512 : DELAYED_BYTES_MAX;
	uint64_t key[2];
	int rc;

	s->at = *at;
	key[0] = rng_next(rng);
	key[1] = rng_next(rng);
	siphash_derive(key, KEY_TAG, s->tag_key);
	siphash_derive(key, KEY_NONCE, key);
	rng_seed(&s->rng, rng_next(rng));
	rc = store_init(r, s, capacity, config->n_servers);
	// one in use and one just asked for by each line
	if (rc == 0 && r->has_password)
		rc = nonces_init(&s->nonces, key,
				 capacity < NONCES_MAX / 2 ? capacity * 2 : NONCES_MAX);
	if (rc == 0)
		rc = delay_init(&s->delayed,
				delayed > DELAYED_BYTES_MIN ? delayed : DELAYED_BYTES_MIN);
	if (rc == 0)
		rc = delay_init(&s->again,
				delayed > DELAYED_BYTES_MIN ? delayed : DELAYED_BYTES_MIN);
	return rc;
}

int hl_registrar_new(struct hl_registrar **registrar, const struct hl_registrar_config *config,
		     struct hl_error *err)
{
	struct hl_registrar *r;
	struct rng rng;
	int rc = servers_check(config, err);

	*registrar = NULL;
	if (rc != 0)
		return rc;
	r = memory_zalloc(1, sizeof(*r), 64);
	if (r == NULL)
		return hl_fail(err, ENOMEM, "registrar: no memory");
	rc = config_copy(r, config, err);
	if (rc != 0)
		goto fail;

	rng_seed(&rng, config->seed);
	r->hash_key[0] = rng_next(&rng);
	r->hash_key[1] = rng_next(&rng);
	r->digest = digest_new();
	rc = r->digest != NULL ? 0 : -ENOMEM;
	for (uint32_t i = 0; rc == 0 && i < config->n_servers; i++) {
		r->n_servers++;
		rc = server_init(r, &r->servers[i], config, &rng);
	}
	if (rc != 0) {
		hl_fail(err, -rc, "registrar: no memory for %u bindings at each of %u servers",
			config->capacity, config->n_servers);
		goto fail;
	}
	*registrar = r;
	return 0;
fail:
	hl_registrar_free(r);
	return rc;
}

void hl_registrar_free(struct hl_registrar *r)
{
	if (r == NULL)
		return;
	for (uint32_t i = 0; i < r->n_servers; i++) {
		bindings_free(&r->servers[i].store);
		nonces_free(&r->servers[i].nonces);
		delay_free(&r->servers[i].delayed);
		delay_free(&r->servers[i].again);
	}
	digest_free(r->digest);
	memory_free(r);
}
