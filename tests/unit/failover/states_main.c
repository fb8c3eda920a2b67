// SPDX-License-Identifier: BSD-3-Clause
// Prints STATES.md on stdout.
#include "states.h"

int main(void)
{
	static struct walk walk;

	states_walk(&walk);
	states_print(&walk, stdout);
	states_free(&walk);
	return fflush(stdout) != 0;
}
