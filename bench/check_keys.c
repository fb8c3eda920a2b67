// SPDX-License-Identifier: BSD-3-Clause
// check-keys NAME KEY...: is stdin one JSON object of that bench, with figures under those keys? Exit 0
// yes, 1 no, 3 it says that it was skipped, and so does this.
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool holds_figures(const json_t *value)
{
	const char *key;
	json_t *inner;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_INTEGER:
	case JSON_REAL:
		return isfinite(json_number_value(value)); // a difference may be below 0
	case JSON_ARRAY:
		json_array_foreach(value, i, inner) if (!holds_figures(inner)) return false;
		return json_array_size(value) > 0;
	case JSON_OBJECT:
		json_object_foreach((json_t *)value, key,
				    inner) if (!holds_figures(inner) &&
					       strcmp(key, "kind") != 0) return false;
		return json_object_size(value) > 0;
	default:
		return false;
	}
}

static int fail(const char *bench, const char *what, const char *where)
{
	fprintf(stderr, "bench %s: %s%s\n", bench, what, where);
	return 1;
}

int main(int argc, char **argv)
{
	json_error_t error;
	json_t *object;
	const char *name;
	int rc = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: check-keys NAME KEY... <JSON\n");
		return 2;
	}
	object = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);
	if (!object)
		return fail(argv[1], "no JSON: ", error.text);
	name = json_string_value(json_object_get(object, "bench"));
	if (!name || strcmp(name, argv[1]) != 0)
		rc = fail(argv[1], "another bench's object: ", name ? name : "without a name");
	if (rc == 0 && json_is_string(json_object_get(object, "skipped"))) {
		printf("%s\n", json_string_value(json_object_get(object, "skipped")));
		return 3;
	}
	if (!json_is_integer(json_object_get(json_object_get(object, "machine"), "cores")))
		rc = fail(argv[1], "no machine", "");
	for (int i = 2; i < argc; i++) {
		const json_t *value = json_object_get(object, argv[i]);

		if (!value || !holds_figures(value))
			rc = fail(argv[1], "no figures under ", argv[i]);
	}
	json_decref(object);
	return rc;
}
