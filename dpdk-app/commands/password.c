// SPDX-License-Identifier: BSD-3-Clause
// Chooses the password. A file that everybody can read or write is refused.

#include "commands/password.h"

#include <errno.h>
#include <stdlib.h>

#include <sys/stat.h>

#include "base/secret_file.h"

int password_choose(const struct password_source *source, char room[PASSWORD_FILE_MAX + 1],
		    const char **password, struct hl_error *err)
{
	const char *variable = getenv(PASSWORD_VARIABLE);

	*password = source->text;
	if (source->text && source->file)
		return hl_fail(err, EINVAL,
			       "--password and --password-file exclude each other: give one");
	if (source->text)
		return 0;
	if (source->file) {
		const struct secret_file file = {
			.key = "--password-file",
			.path = source->file,
			.what = "the password",
			.refused = S_IROTH | S_IWOTH,
			.cure = "o-rw",
			.max = PASSWORD_FILE_MAX,
		};
		*password = room;
		return secret_file_read(&file, room, err);
	}
	*password = variable && *variable ? variable : NULL;
	return 0;
}
