// SPDX-License-Identifier: BSD-3-Clause
// One key at a time. What steers the run is noted here, and told to it by asks.c.

#include "top/keys.h"

#include <stdio.h>
#include <string.h>

#include "surface/ctl_values.h"
#include "top/filter.h"
#include "top/list.h"

#define RATE_MAX 1000000000ull // as the run takes it

static void rate_want(struct viewer *v, uint64_t rate)
{
	v->rate = rate;
	v->rate_wanted = true;
}

static void rate_raise(struct viewer *v, uint64_t step, uint64_t now_ns)
{
	uint64_t from = v->rate_wanted ? v->rate : ctl_whole(v->status, "rate");

	if (from == 0)
		viewer_say(v, INK_WARN, now_ns,
			   "rate: there is no limit to raise; - or / sets one below what is sent");
	else
		rate_want(v, from + step < RATE_MAX ? from + step : RATE_MAX);
}

// Never down to 0, which would be no limit.
static void rate_lower(struct viewer *v, uint64_t step, uint64_t now_ns)
{
	uint64_t from = v->rate_wanted ? v->rate : ctl_whole(v->status, "rate");

	if (from == 0)
		from = ctl_whole(json_object_get(v->status, "last_second"), "requests");
	if (from <= 1)
		viewer_say(v, INK_WARN, now_ns,
			   "rate: cannot be lower than 1 request a second; p pauses the run");
	else
		rate_want(v, from > step ? from - step : 1);
}

static void pause_key(struct viewer *v)
{
	bool paused = !strcmp(ctl_text_or(v->status, "phase", ""), "paused");

	v->pauses = v->pause_wanted ? !v->pauses : !paused;
	v->pause_wanted = true;
}

static bool is_draining(const struct viewer *v)
{
	return v->drained || v->drain_wanted ||
	       !strcmp(ctl_text_or(v->status, "phase", ""), "draining");
}

// In the run's own screen as in SIPp. A screen beside it must not end it by accident.
static void quit_key(struct viewer *v, uint64_t now_ns)
{
	if (v->of_run) {
		v->quit_again = is_draining(v);
		v->drain_wanted = !v->quit_again;
		viewer_say(v, INK_WARN, now_ns, "%s",
			   v->quit_again ? "quitting at once"
					 : "draining: the lines unregister; q again quits at once");
	} else if (v->away || is_draining(v)) {
		v->leaves = true;
	} else {
		v->prompt = PROMPT_QUIT;
	}
}

static void page_show(struct viewer *v, enum top_page page)
{
	if (page == TOP_HELP)
		v->back = v->page;
	v->page = page;
	v->scroll = 0;
	v->page_due_ns = 0;
}

static void filter_key(struct viewer *v)
{
	v->prompt = PROMPT_FILTER;
	snprintf(v->input, sizeof(v->input), "%s", v->list.filter);
}

static void filter_use(struct viewer *v, uint64_t now_ns)
{
	struct hl_error err;
	json_t *members;

	if (top_filter_read(v->input, &members, &err) < 0) {
		viewer_say(v, INK_BAD, now_ns, "%s", err.text);
		return;
	}
	json_decref(v->list.members);
	v->list.members = members;
	snprintf(v->list.filter, sizeof(v->list.filter), "%s", v->input);
	v->prompt = PROMPT_NONE;
	list_restart(&v->list);
	page_show(v, TOP_LINES);
}

static void input_key(struct viewer *v, int key, uint64_t now_ns)
{
	size_t len = strlen(v->input);

	if (key == KEY_OF_ENTER)
		filter_use(v, now_ns);
	else if (key == KEY_OF_ESCAPE)
		v->prompt = PROMPT_NONE;
	else if (key == KEY_OF_ERASE && len > 0)
		v->input[len - 1] = 0;
	else if (key >= ' ' && key < 0x7f && len + 1 < sizeof(v->input))
		snprintf(v->input + len, sizeof(v->input) - len, "%c", key);
}

static void quit_answer(struct viewer *v, int key)
{
	v->prompt = PROMPT_NONE;
	if (key == 'y' || key == 'Y')
		v->drain_wanted = true;
	else if (key == 'n' || key == 'N')
		v->leaves = true;
}

static void list_key(struct viewer *v, int key)
{
	bool other = false;

	if (key == KEY_OF_UP)
		other = list_move(v, -1);
	else if (key == KEY_OF_DOWN)
		other = list_move(v, 1);
	else if (key == KEY_OF_PAGE_UP)
		other = list_backward(&v->list);
	else if (key == KEY_OF_PAGE_DOWN)
		other = list_forward(&v->list, v->lines);
	else if (key == KEY_OF_HOME || key == 'o')
		list_restart(&v->list);
	if (key == 'o')
		v->list.sort = (v->list.sort + 1) % TOP_SORTS;
	if (other || key == KEY_OF_HOME || key == 'o')
		v->page_due_ns = 0;
	if (key == KEY_OF_ENTER && json_array_size(json_object_get(v->lines, "lines")) > 0) {
		json_decref(v->line);
		v->line = NULL;
		page_show(v, TOP_LINE);
	}
}

static void scroll_key(struct viewer *v, int key)
{
	int by = key == KEY_OF_UP          ? -1
		 : key == KEY_OF_DOWN      ? 1
		 : key == KEY_OF_PAGE_UP   ? -10
		 : key == KEY_OF_PAGE_DOWN ? 10
		 : key == KEY_OF_HOME      ? -v->scroll
					   : 0;

	v->scroll = v->scroll + by < 0 ? 0 : v->scroll + by; // the page knows where it ends
}

static void tab_key(struct viewer *v, int by)
{
	enum top_page at = v->page < TOP_TABS ? v->page : TOP_LINES;

	page_show(v, (at + TOP_TABS + (enum top_page)by) % TOP_TABS);
}

// True: the key was one of those that every page has.
static bool common_key(struct viewer *v, int key, uint64_t now_ns)
{
	switch (key) {
	case '+':
		rate_raise(v, v->rate_scale, now_ns);
		return true;
	case '*':
		rate_raise(v, 10 * v->rate_scale, now_ns);
		return true;
	case '-':
		rate_lower(v, v->rate_scale, now_ns);
		return true;
	case '/':
		rate_lower(v, 10 * v->rate_scale, now_ns);
		return true;
	case '0':
		rate_want(v, 0);
		return true;
	case 'p':
		pause_key(v);
		return true;
	case 'q':
		quit_key(v, now_ns);
		return true;
	case 's':
		v->saves = true;
		return true;
	case 'f':
		filter_key(v);
		return true;
	default:
		return false;
	}
}

static bool names_page(int key)
{
	return key == KEY_OF_TAB || key == KEY_OF_BACK_TAB || (key >= '1' && key < '1' + TOP_TABS);
}

static void page_key(struct viewer *v, int key)
{
	if (key == '?' || key == 'h')
		page_show(v, TOP_HELP);
	else if (key == KEY_OF_TAB || key == KEY_OF_BACK_TAB)
		tab_key(v, key == KEY_OF_TAB ? 1 : -1);
	else if (key >= '1' && key < '1' + TOP_TABS)
		page_show(v, (enum top_page)(key - '1'));
	else if (v->page == TOP_LINES)
		list_key(v, key);
	else if (v->page == TOP_LINE && (key == KEY_OF_ESCAPE || key == KEY_OF_ENTER))
		page_show(v, TOP_LINES);
	else
		scroll_key(v, key);
}

void top_key(struct viewer *v, int key, uint64_t now_ns)
{
	if (v->prompt == PROMPT_FILTER) {
		input_key(v, key, now_ns);
		return;
	}
	if (v->prompt == PROMPT_QUIT) {
		quit_answer(v, key);
		return;
	}
	v->said_until_ns = 0;
	if (v->away && strchr("+-*/0p", key < 0x7f ? key : ' ')) {
		viewer_say(v, INK_WARN, now_ns, "the run is away: nothing can be told to it");
		return;
	}
	if (common_key(v, key, now_ns))
		return;
	if (v->page == TOP_HELP && !names_page(key) && !(key >= KEY_OF_UP && key <= KEY_OF_HOME))
		page_show(v, v->back);
	else
		page_key(v, key);
}
