// SPDX-License-Identifier: BSD-3-Clause
// Writes SVG, and has rsvg-convert make PNG of it: a library that draws would come with every start of the
// program, for this alone.

#include "html_report/pictures.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "html_report/plots.h"

#define PATH_ROOM 1024
#define CONVERTER "rsvg-convert"

extern char **environ;

struct picture {
	const struct result *results;
	unsigned n;
	unsigned of;          // of a course: the result; n: a spread of all
	unsigned which;       // enum course_plot or spread_plot
	char name[PATH_ROOM]; // without ".svg"
};

static int png_make(const char *svg, const char *png, struct hl_error *err)
{
	const char *const words[] = { CONVERTER, "--zoom=2", "--output", png, svg, NULL };
	pid_t pid;
	int status, rc = posix_spawnp(&pid, CONVERTER, NULL, NULL, (char *const *)(uintptr_t)words,
				      environ);

	if (rc == ENOENT)
		return hl_fail(err, ENOENT,
			       "--pictures: " CONVERTER " is not there; install librsvg2-bin, or "
			       "take %s as it is",
			       svg);
	if (rc != 0)
		return hl_fail(err, rc, "--pictures: " CONVERTER ": %s", strerror(rc));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return hl_fail(err, errno, "--pictures: " CONVERTER ": %s",
				       strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return hl_fail(err, EIO, "--pictures: " CONVERTER " could not make %s", png);
	return 0;
}

static int picture_write(const struct picture *p, struct hl_error *err)
{
	char svg[PATH_ROOM + 8], png[PATH_ROOM + 8];
	bool is_there = true;

	snprintf(svg, sizeof(svg), "%s.svg", p->name);
	snprintf(png, sizeof(png), "%s.png", p->name);
	FILE *file = fopen(svg, "we");
	if (!file)
		return hl_fail(err, errno, "--pictures: %s: %s", svg, strerror(errno));
	if (p->of < p->n)
		is_there = course_plot_write(file, &p->results[p->of], (enum course_plot)p->which,
					     true);
	else
		spread_plot_write(file, p->results, p->n, (enum spread_plot)p->which, true);
	bool is_bad = ferror(file);
	if ((fclose(file) == EOF || is_bad) && is_there)
		return hl_fail(err, EIO, "--pictures: %s: it could not be written", svg);
	if (is_there)
		return png_make(svg, png, err);
	unlink(svg); // an older result without seconds
	return 0;
}

int pictures_write(const char *folder, const struct result results[], unsigned n,
		   struct hl_error *err)
{
	struct picture p = { .results = results, .n = n };
	int rc = 0;

	if (mkdir(folder, 0777) < 0 && errno != EEXIST)
		return hl_fail(err, errno, "--pictures: %s: %s", folder, strerror(errno));
	for (p.of = 0; p.of < n; p.of++)
		for (p.which = 0; rc == 0 && p.which < COURSE_PLOTS; p.which++) {
			char number[16] = "";
			if (n > 1)
				snprintf(number, sizeof(number), "%u-", p.of + 1);
			snprintf(p.name, sizeof(p.name), "%s/%s%s", folder, number,
				 course_plot_name((enum course_plot)p.which));
			rc = picture_write(&p, err);
		}
	for (p.which = 0; rc == 0 && p.which < SPREAD_PLOTS; p.which++) {
		snprintf(p.name, sizeof(p.name), "%s/%s", folder,
			 spread_plot_name((enum spread_plot)p.which));
		rc = picture_write(&p, err);
	}
	return rc;
}
