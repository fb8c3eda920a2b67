// SPDX-License-Identifier: BSD-3-Clause
// A warning, no refusal as for a file that has nothing but a secret in it: in many labs the password is
// "1234", and the file is in a shared folder on purpose.

#include "commands/open_passwords.h"

#include <stdio.h>

#include <sys/stat.h>

static void file_look(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & S_IROTH)
		fprintf(stderr,
			"heartline: warning: %s: everybody can read the passwords in it (mode %03o): "
			"chmod %03o it\n",
			path, (unsigned)st.st_mode & 0777, (unsigned)st.st_mode & 0770);
}

static bool profile_has_password(const struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_profiles; i++)
		if (config->profiles[i].password)
			return true;
	return false;
}

static bool rows_have_password(const struct hl_lines *group)
{
	for (uint32_t k = 0; group->csv && k < group->n_rows; k++)
		if (group->rows[k].password)
			return true;
	return false;
}

void open_passwords_warn(const struct hl_config *config, const char *path)
{
	if (profile_has_password(config))
		file_look(path);
	for (uint32_t i = 0; i < config->n_lines; i++)
		if (rows_have_password(&config->lines[i]))
			file_look(config->lines[i].csv);
}
