// SPDX-License-Identifier: BSD-3-Clause
// What keys do. Those that SIPp has do here what they do there.
#pragma once

#include "top/viewer.h"

// Characters are themselves; these have none.
enum top_key {
	KEY_OF_UP = 0x110000, // above all characters
	KEY_OF_DOWN,
	KEY_OF_PAGE_UP,
	KEY_OF_PAGE_DOWN,
	KEY_OF_HOME,
	KEY_OF_ERASE,
	KEY_OF_ENTER,
	KEY_OF_ESCAPE,
	KEY_OF_TAB,
	KEY_OF_BACK_TAB,
};

void top_key(struct viewer *viewer, int key, uint64_t now_ns);
