// SPDX-License-Identifier: BSD-3-Clause
// Reads the clocks, and which start of the machine it is.

#include "survive/moment.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/wall_time.h"

// "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"; all zero where there is none.
static void boot_id_read(uint8_t id[16])
{
	char text[40] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	unsigned digits = 0;

	if (fd >= 0)
		close(fd);
	memset(id, 0, 16);
	for (ssize_t i = 0; i < n && digits < 32; i++) {
		const char *digit = strchr("0123456789abcdef", text[i]);
		if (!digit || !*digit)
			continue;
		id[digits / 2] = (uint8_t)(id[digits / 2] << 4 | (digit - "0123456789abcdef"));
		digits++;
	}
}

struct hl_moment moment_now(void)
{
	struct hl_moment now = { .wall_ms = wall_now_ms() };
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	now.boot_ms = (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000;
	boot_id_read(now.boot_id);
	return now;
}
