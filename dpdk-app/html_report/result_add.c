// SPDX-License-Identifier: BSD-3-Clause
// Several results as one, say of several generators that loaded one server.

#include "html_report/result.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "html_report/histogram.h"
#include "report/judge.h"

static unsigned verdict_rank(const json_t *verdict)
{
	const char *text = json_string_value(verdict);

	for (unsigned i = 0; text && i < VERDICTS; i++)
		if (!strcmp(text, verdict_name((enum verdict)i)))
			return i;
	return 0;
}

static void member_add(json_t *sum, const char *key, const json_t *more);

static void object_add(json_t *sum, const json_t *more)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)more, key, value) member_add(sum, key, value);
}

// Causes: those with the same reason become one.
static void causes_add(json_t *sum, const json_t *more)
{
	const json_t *cause;
	json_t *own;
	size_t i, k;

	json_array_foreach(more, i, cause)
	{
		bool found = false;
		json_array_foreach(sum, k, own)
		{
			found = json_equal(json_object_get(own, "reason"),
					   json_object_get(cause, "reason"));
			if (!found)
				continue;
			member_add(own, "count", json_object_get(cause, "count"));
			break;
		}
		if (!found)
			json_array_append_new(sum, json_deep_copy(cause));
	}
}

static void member_add(json_t *sum, const char *key, const json_t *more)
{
	json_t *own = json_object_get(sum, key);

	if (key[0] == 'p' && strspn(key + 1, "0123456789") == strlen(key + 1)) {
		json_object_set_new(sum, key, json_null()); // quantiles do not add up
	} else if (!own || json_is_null(own)) {
		json_object_set_new(sum, key, json_deep_copy(more));
	} else if (!strcmp(key, "verdict")) {
		if (verdict_rank(more) > verdict_rank(own))
			json_object_set_new(sum, key, json_deep_copy(more));
	} else if (!strcmp(key, "longest")) {
		if (result_number(more, "seconds") > result_number(own, "seconds"))
			json_object_set_new(sum, key, json_deep_copy(more));
	} else if (!strcmp(key, "causes")) {
		causes_add(own, more);
	} else if (json_is_integer(own) && json_is_integer(more)) {
		json_integer_set(own, json_integer_value(own) + json_integer_value(more));
	} else if (json_is_real(own) && json_is_number(more)) {
		json_real_set(own, json_real_value(own) + json_number_value(more));
	} else if (json_is_boolean(own) && json_is_true(more)) {
		json_object_set_new(sum, key, json_true());
	} else if (json_is_array(own) && json_is_array(more)) {
		json_array_extend(own, (json_t *)(uintptr_t)more);
	} else if (json_is_object(own) && json_is_object(more)) {
		object_add(own, more);
	}
}

static void quantiles_set(json_t *root, const char *place, const json_t *buckets)
{
	static const struct {
		const char *key;
		double q;
	} wanted[] = { { "p50", 0.5 }, { "p99", 0.99 }, { "p999", 0.999 } };
	const char *dot = strchr(place, '.');
	char key[64];
	json_t *quantiles = json_object();

	for (unsigned i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		json_object_set_new(quantiles, wanted[i].key,
				    histogram_samples(buckets)
					    ? json_real(histogram_quantile(buckets, wanted[i].q))
					    : json_null());
	if (dot) {
		snprintf(key, sizeof(key), "%.*s", (int)(dot - place), place);
		root = json_object_get(root, key);
		place = dot + 1;
	}
	if (root)
		json_object_set_new(root, place, quantiles);
	else
		json_decref(quantiles);
}

static void distributions_add(json_t *root, const struct result results[], unsigned n)
{
	json_t *sums = json_object();

	for (unsigned i = 0; i < n; i++) {
		json_t *all = json_object_get(results[i].root, "distributions"), *buckets;
		const char *place;
		json_object_foreach(all, place, buckets) json_object_set_new(
			sums, place, histogram_add(json_object_get(sums, place), buckets));
	}
	const char *place;
	json_t *buckets;
	json_object_foreach(sums, place, buckets) quantiles_set(root, place, buckets);
	json_object_set_new(root, "distributions", sums);
}

int result_add(struct result *sum, const struct result results[], unsigned n)
{
	*sum = (struct result){ .label = strdup("all together"),
				.root = json_deep_copy(results[0].root) };
	if (!sum->label || !sum->root) {
		result_free(sum);
		return -ENOMEM;
	}
	for (unsigned i = 1; i < n; i++)
		object_add(sum->root, results[i].root);
	distributions_add(sum->root, results, n);
	// Of each by itself: they ran at different times, and perhaps on different machines.
	static const char *const of_one[] = { "seconds", "environment", "configuration",
					      "startup_ms" };
	for (unsigned i = 0; i < sizeof(of_one) / sizeof(*of_one); i++)
		json_object_del(sum->root, of_one[i]);
	return 0;
}
