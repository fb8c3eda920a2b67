// SPDX-License-Identifier: BSD-3-Clause
// Loads a result, and finds what stands in it. A member that an older version did not write is not there.

#include "html_report/result.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KEY_ROOM 64

int result_load(struct result *r, const char *path, struct hl_error *err)
{
	json_error_t where;
	FILE *file = fopen(path, "re");

	*r = (struct result){ 0 };
	if (!file)
		return hl_fail(err, errno, "%s: %s", path, strerror(errno));
	r->root = json_loadf(file, JSON_REJECT_DUPLICATES, &where);
	fclose(file);
	if (!r->root)
		return hl_fail(err, EINVAL, "%s:%d:%d: error: no JSON: %s", path, where.line,
			       where.column, where.text);
	if (!json_is_string(json_object_get(r->root, "verdict")) ||
	    !json_is_object(json_object_get(r->root, "requests"))) {
		result_free(r);
		return hl_fail(err, EINVAL,
			       "%s: no result of a run: it has no verdict; needed: a file that "
			       "--summary wrote",
			       path);
	}
	r->label = strdup(path);
	if (r->label)
		return 0;
	result_free(r);
	return hl_fail(err, ENOMEM, "%s: no memory", path);
}

void result_free(struct result *r)
{
	json_decref(r->root);
	free(r->label);
	*r = (struct result){ 0 };
}

const json_t *result_at(const json_t *root, const char *path)
{
	while (root && *path) {
		char key[KEY_ROOM];
		size_t len = strcspn(path, "/");
		if (len >= sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = 0;
		root = json_object_get(root, key);
		path += len + (path[len] == '/');
	}
	return root;
}

double result_number(const json_t *root, const char *path)
{
	const json_t *value = result_at(root, path);

	return json_is_number(value) ? json_number_value(value) : NAN;
}
