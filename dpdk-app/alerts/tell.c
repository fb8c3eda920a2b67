// SPDX-License-Identifier: BSD-3-Clause
// Webhooks by libcurl; what all deliveries share.

#include "alerts/tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "base/timebase.h"

#define CONNECT_MS 5000L

int tell_init(struct hl_error *err)
{
	CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);

	return rc == CURLE_OK ? 0
			      : hl_fail(err, EIO, "alerts: webhooks: %s", curl_easy_strerror(rc));
}

void tell_limit_set(struct tell_limit *limit, uint64_t ms)
{
	atomic_store(&limit->deadline_ns, monotonic_ns() + ms * 1000000);
	atomic_store(&limit->stop, true);
}

bool tell_limit_over(struct tell_limit *limit)
{
	return atomic_load(&limit->stop) && monotonic_ns() > atomic_load(&limit->deadline_ns);
}

// What a server answers is of no use, however long it is.
static size_t answer_drop(char *text, size_t size, size_t n, void *context)
{
	(void)text, (void)context;
	return size * n;
}

static int limit_look(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a, (void)b, (void)c, (void)d;
	return tell_limit_over(context);
}

static void options_set(CURL *curl, struct tell_limit *limit, const char *url, const char *json)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TELL_WEBHOOK_MS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_drop);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, limit_look);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, limit);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "heartline/" HEARTLINE_VERSION);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
}

// A certificate that is wrong, and a request that is refused, stay so.
static bool may_pass(CURLcode rc, long status)
{
	if (rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_URL_MALFORMAT)
		return false;
	return rc != CURLE_OK || status >= 500 || status == 408 || status == 429;
}

bool tell_webhook(struct tell_limit *limit, const char *url, const char *json, bool *again,
		  char problem[TELL_ROOM])
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	long status = 0;
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	if (curl && headers) {
		options_set(curl, limit, url, json);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		rc = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	*again = may_pass(rc, status);
	if (rc == CURLE_OK && status >= 200 && status < 300)
		return true;
	if (rc != CURLE_OK)
		snprintf(problem, TELL_ROOM, "%s", curl_easy_strerror(rc));
	else
		snprintf(problem, TELL_ROOM, "it answered %ld%s", status,
			 status >= 300 && status < 400 ? ", a redirect, which is not followed"
						       : "");
	return false;
}
