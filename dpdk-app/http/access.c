// SPDX-License-Identifier: BSD-3-Clause
// Checks who may do what. All that a start can refuse it refuses, so that nothing is open by mistake.

#include "http/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sys/stat.h>

#include "base/secret_file.h"

#define PEM_MAX (64u << 10)
#define OTHERS (S_IRWXG | S_IRWXO)

static bool addr_is_loopback(const struct hl_addr *addr)
{
	static const struct hl_addr v6 = { .family = HL_FAMILY_IPV6, .bytes = { [15] = 1 } };

	return addr->family == HL_FAMILY_IPV4 ? addr->bytes[0] == 127 : hl_addr_equal(addr, &v6);
}

static int token_read(struct http_access *a, const char *path, struct hl_error *err)
{
	const struct secret_file file = {
		.key = "http_token_file",
		.path = path,
		.what = "the token",
		.refused = OTHERS,
		.cure = "600",
		.max = HTTP_TOKEN_MAX,
	};
	int rc = secret_file_read(&file, a->token, err);

	if (rc < 0)
		return rc;
	size_t len = strlen(a->token);
	memset(a->token + len, 0, sizeof(a->token) - len); // the room may have held a newline
	for (const char *at = a->token; *at; at++)
		if (*at <= ' ' || *at > '~')
			return hl_fail(err, EINVAL,
				       "http_token_file: %s: the token has a blank or a character "
				       "that is not ASCII; make one by: openssl rand -hex 32",
				       path);
	if (len < HTTP_TOKEN_MIN)
		return hl_fail(err, EINVAL,
			       "http_token_file: %s: the token has %zu characters, allowed %d..%d; "
			       "make one by: openssl rand -hex 32",
			       path, len, HTTP_TOKEN_MIN, HTTP_TOKEN_MAX);
	return 0;
}

static int pem_read(char **to, const struct secret_file *file, struct hl_error *err)
{
	*to = malloc(file->max + 1);
	if (!*to)
		return hl_fail(err, ENOMEM, "%s: no memory", file->key);
	return secret_file_read(file, *to, err);
}

static int tls_read(struct http_access *a, const struct hl_config *config, struct hl_error *err)
{
	const struct secret_file certificate = {
		.key = "http_certificate_file",
		.path = config->http_certificate_file,
		.what = "a certificate (PEM)",
		.whole = true,
		.max = PEM_MAX,
	};
	const struct secret_file key = {
		.key = "http_key_file",
		.path = config->http_key_file,
		.what = "a private key (PEM)",
		.refused = OTHERS,
		.cure = "600",
		.whole = true,
		.max = PEM_MAX,
	};

	if (!certificate.path && !key.path)
		return 0;
	if (!certificate.path || !key.path)
		return hl_fail(err, EINVAL,
			       "%s is missing: http_certificate_file and http_key_file go together",
			       certificate.path ? "http_key_file" : "http_certificate_file");
	int rc = pem_read(&a->certificate, &certificate, err);
	return rc < 0 ? rc : pem_read(&a->key, &key, err);
}

int http_access_read(struct http_access *a, const struct hl_config *config, struct hl_error *err)
{
	*a = (struct http_access){ 0 };
	if (!config->http || !strcmp(config->http, "off"))
		return 0;
	int rc = hl_listen_parse(config->http, &a->at);
	if (rc < 0)
		return hl_fail(err, EINVAL, "http: %.60s: no address with a port", config->http);
	a->is_open = true;
	a->is_loopback = addr_is_loopback(&a->at.addr);
	if (config->http_token_file)
		rc = token_read(a, config->http_token_file, err);
	if (rc == 0)
		rc = tls_read(a, config, err);
	if (rc < 0 || a->is_loopback)
		return rc;
	if (!a->certificate)
		return hl_fail(err, EINVAL,
			       "http: %s: others can reach this address, so it needs TLS: set "
			       "http_certificate_file and http_key_file, or listen on 127.0.0.1",
			       config->http);
	if (!a->token[0])
		return hl_fail(err, EINVAL,
			       "http: %s: others can reach this address, so it needs a token: set "
			       "http_token_file, or listen on 127.0.0.1",
			       config->http);
	return 0;
}

void http_access_free(struct http_access *a)
{
	if (a->key)
		explicit_bzero(a->key, strlen(a->key));
	free(a->key);
	free(a->certificate);
	explicit_bzero(a->token, sizeof(a->token));
	*a = (struct http_access){ 0 };
}

bool http_access_token(const struct http_access *a, const char *authorization)
{
	static const char scheme[] = "Bearer ";
	char given[sizeof(a->token)] = { 0 };
	volatile unsigned char differ = 0;

	if (!authorization || !a->token[0] ||
	    strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return false;
	const char *token = authorization + sizeof(scheme) - 1;
	size_t len = strnlen(token, sizeof(given));
	if (len >= sizeof(given))
		return false;
	memcpy(given, token, len);
	for (size_t i = 0; i < sizeof(given); i++)
		differ = differ | (unsigned char)(given[i] ^ a->token[i]);
	return differ == 0;
}

// The part before the port: "[::1]" of "[::1]:9060". NULL: it is malformed.
static const char *host_name(const char *host, size_t *len)
{
	const char *end = host[0] == '[' ? strchr(host, ']') : host + strcspn(host, ":");

	if (!end)
		return NULL;
	end += host[0] == '[';
	*len = (size_t)(end - host);
	if (*len == 0 || (*end && *end != ':'))
		return NULL;
	return strspn(end + (*end == ':'), "0123456789") == strlen(end + (*end == ':')) ? host
											: NULL;
}

bool http_access_host(const struct http_access *a, const char *host)
{
	static const char local[] = "localhost";
	struct hl_addr addr;
	size_t len;
	const char *name = host ? host_name(host, &len) : NULL;

	if (!name)
		return false;
	if (!a->is_loopback)
		return true;
	if (len == sizeof(local) - 1 && !strncasecmp(name, local, len))
		return true;
	bool bracketed = name[0] == '[';
	return hl_addr_parse(name + bracketed, len - 2 * bracketed, &addr) == 0 &&
	       addr_is_loopback(&addr);
}
