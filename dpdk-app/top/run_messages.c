// SPDX-License-Identifier: BSD-3-Clause
// Reads the file of messages by place: the run writes to it by the same descriptor.

#include "top/run_messages.h"

#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

void run_messages_show(struct run_messages *m, struct viewer *v, uint64_t now_ns)
{
	char text[TOP_SAID_ROOM], *line;
	struct stat st;

	if (m->fd < 0 || fstat(m->fd, &st) < 0 || st.st_size == m->seen)
		return;
	off_t from = st.st_size - m->seen < (off_t)sizeof(text) - 1
			     ? m->seen
			     : st.st_size - (off_t)sizeof(text) + 1;
	ssize_t n = pread(m->fd, text, sizeof(text) - 1, from);
	m->seen = st.st_size;
	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (n <= 0)
		return;
	text[n] = 0;
	line = strrchr(text, '\n');
	viewer_say(v, INK_WARN, now_ns, "%s", line ? line + 1 : text);
}

void run_messages_print(const struct run_messages *m)
{
	char text[4096];
	ssize_t n;

	for (off_t at = 0; m->fd >= 0 && (n = pread(m->fd, text, sizeof(text), at)) > 0; at += n)
		if (write(STDERR_FILENO, text, (size_t)n) < 0)
			return;
}
