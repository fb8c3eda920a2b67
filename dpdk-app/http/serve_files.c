// SPDX-License-Identifier: BSD-3-Clause
// Serves files that the build puts into the program (dpdk-app/http/embed). A page is a row here, a file
// in meson.build, and a path in routes.c.

#include "http/serve_files.h"

#include <string.h>

extern const char http_openapi[];
extern const size_t http_openapi_bytes;

static const struct {
	const char *path, *type, *bytes;
	const size_t *n;
} files[] = {
	{ "/api/v1/openapi.json", "application/json", http_openapi, &http_openapi_bytes },
};

void http_serve_file(struct http_exchange *x)
{
	for (unsigned i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (!strcmp(files[i].path, x->path)) {
			http_reply_static(x, files[i].type, files[i].bytes, *files[i].n);
			return;
		}
	http_refuse(x, 404, "there is nothing at this path", NULL, NULL);
}
