// SPDX-License-Identifier: BSD-3-Clause
// Serves files that the build puts into the program (dpdk-app/http/embed): the description of the API, and
// the page. A file is a row here and in page/meson.build.

#include "http/serve_files.h"

#include <string.h>

#define JSON "application/json"
#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"

// clang-format off
#define FILES(FILE) \
	FILE(http_openapi, "/api/v1/openapi.json", JSON) \
	FILE(page_html, "/", HTML) \
	FILE(page_icon, "/page/icon.svg", "image/svg+xml") \
	FILE(page_style, "/page/style.css", CSS) \
	FILE(page_controls, "/page/controls.css", CSS) \
	FILE(page_api, "/page/api.js", SCRIPT) \
	FILE(page_dom, "/page/dom.js", SCRIPT) \
	FILE(page_events, "/page/events.js", SCRIPT) \
	FILE(page_format, "/page/format.js", SCRIPT) \
	FILE(page_glance, "/page/glance.js", SCRIPT) \
	FILE(page_line, "/page/line.js", SCRIPT) \
	FILE(page_lines, "/page/lines.js", SCRIPT) \
	FILE(page_main, "/page/main.js", SCRIPT) \
	FILE(page_orders, "/page/orders.js", SCRIPT) \
	FILE(page_plots, "/page/plots.js", SCRIPT) \
	FILE(page_pulse, "/page/pulse.js", SCRIPT) \
	FILE(page_run, "/page/run.js", SCRIPT) \
	FILE(page_servers, "/page/servers.js", SCRIPT) \
	FILE(page_states, "/page/states.js", SCRIPT) \
	FILE(page_stream, "/page/stream.js", SCRIPT) \
	FILE(page_theme, "/page/theme.js", SCRIPT) \
	FILE(page_token, "/page/token.js", SCRIPT) \
	FILE(page_uplot, "/page/uPlot.js", SCRIPT) \
	FILE(page_uplot_css, "/page/uPlot.css", CSS) \
	FILE(page_uplot_licence, "/page/uPlot-LICENSE", "text/plain; charset=utf-8")
// clang-format on

#define DECLARE(name, path, type) \
	extern const char name[]; \
	extern const size_t name##_bytes;
FILES(DECLARE)

#define ROW(name, path, type) { path, type, name, &name##_bytes },

static const struct {
	const char *path, *type, *bytes;
	const size_t *n;
} files[] = { FILES(ROW) };

void http_serve_file(struct http_exchange *x)
{
	for (unsigned i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (!strcmp(files[i].path, x->path)) {
			http_reply_static(x, files[i].type, files[i].bytes, *files[i].n);
			return;
		}
	http_refuse(x, 404, "there is nothing at this path", NULL,
		    "see /api/v1/openapi.json for the paths");
}
