// SPDX-License-Identifier: BSD-3-Clause
// The one file that knows ncurses. A crash puts the terminal back as well, by calls that a handler may make.

#include "top/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "top/keys.h"

#define ESCAPE_MS 25

static struct termios before; // as the terminal was
static char restore_text[64]; // what shows its usual screen again
static attr_t attributes[INKS];

bool terminal_is_there(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

bool terminal_is_ours(void)
{
	return terminal_is_there() && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void crash_note(int number)
{
	(void)!write(STDOUT_FILENO, restore_text, strlen(restore_text));
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	raise(number); // the default again, see SA_RESETHAND
}

static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	return text && text != (const char *)-1 ? text : "";
}

static void crashes_catch(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	struct sigaction action = { .sa_handler = crash_note, .sa_flags = (int)SA_RESETHAND };

	snprintf(restore_text, sizeof(restore_text), "%s%s%s", capability("sgr0"),
		 capability("cnorm"), capability("rmcup"));
	sigemptyset(&action.sa_mask);
	for (unsigned i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		sigaction(fatal[i], &action, NULL);
}

// NO_COLOR (no-color.org), or a terminal that has none: what matters stands out by weight.
static void inks_choose(void)
{
	static const short colors[INKS] = {
		[INK_GOOD] = COLOR_GREEN,
		[INK_WARN] = COLOR_YELLOW,
		[INK_BAD] = COLOR_RED,
	};
	const char *no_color = getenv("NO_COLOR");
	bool colored = has_colors() && !(no_color && *no_color);

	attributes[INK_BOLD] = A_BOLD;
	attributes[INK_TITLE] = A_REVERSE;
	attributes[INK_WARN] = A_BOLD;
	attributes[INK_BAD] = A_REVERSE | A_BOLD;
	if (!colored)
		return;
	start_color();
	use_default_colors();
	for (short ink = 0; ink < INKS; ink++)
		if (colors[ink]) {
			init_pair(ink, colors[ink], -1);
			attributes[ink] = (attr_t)COLOR_PAIR(ink);
		}
	attributes[INK_FAINT] = A_DIM;
	attributes[INK_BAD] |= A_BOLD;
}

int terminal_open(struct sheet *sheet, struct hl_error *err)
{
	const char *term = getenv("TERM");

	if (!terminal_is_there())
		return hl_fail(err, ENOTTY,
			       "no terminal: stdin and stdout must be one; heartline ctl status "
			       "prints the same figures once");
	setlocale(LC_CTYPE, ""); // figures keep their points
	sheet->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	tcgetattr(STDIN_FILENO, &before);
	if (!newterm(NULL, stdout, stdin))
		return hl_fail(
			err, ENXIO,
			"TERM=%s: no such terminal is known here; set TERM, as in TERM=xterm",
			term ? term : "");
	if (!*capability("cup")) {
		endwin();
		return hl_fail(
			err, ENXIO,
			"TERM=%s: it cannot write at a place; heartline ctl status prints the "
			"same figures once",
			term);
	}
	crashes_catch();
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	inks_choose();
	if (sheet_resize(sheet, LINES, COLS) == 0)
		return 0;
	terminal_close();
	return hl_fail(err, ENOMEM, "no memory for a screen of %dx%d", COLS, LINES);
}

void terminal_keep(void)
{
	struct termios now;

	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	if (tcgetattr(STDIN_FILENO, &now) < 0)
		return;
	now.c_cc[VSUSP] = _POSIX_VDISABLE;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
	def_prog_mode(); // what ncurses takes for this program's from now on
}

void terminal_close(void)
{
	endwin();
}

void terminal_show(const struct sheet *s)
{
	for (int row = 0; row < s->rows; row++)
		for (int column = 0; column < s->columns; column++) {
			const struct cell *c = &s->cells[row * s->columns + column];
			wchar_t text[2] = { c->character, 0 };
			attr_t a = attributes[c->ink];
			cchar_t shown;
			if (c->character == 0)
				continue;
			setcchar(&shown, text, a & ~A_COLOR, (short)PAIR_NUMBER(a), NULL);
			mvadd_wch(row, column, &shown);
		}
	refresh();
}

static int key_of(wint_t code)
{
	static const struct {
		wint_t code;
		int key;
	} keys[] = {
		{ KEY_UP, KEY_OF_UP },         { KEY_DOWN, KEY_OF_DOWN },
		{ KEY_PPAGE, KEY_OF_PAGE_UP }, { KEY_NPAGE, KEY_OF_PAGE_DOWN },
		{ KEY_HOME, KEY_OF_HOME },     { KEY_BACKSPACE, KEY_OF_ERASE },
		{ KEY_ENTER, KEY_OF_ENTER },   { KEY_BTAB, KEY_OF_BACK_TAB },
		{ KEY_DC, KEY_OF_ERASE },      { KEY_F(1), '?' },
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].code == code)
			return keys[i].key;
	return 0;
}

static int character_of(wint_t c)
{
	switch (c) {
	case '\n':
	case '\r':
		return KEY_OF_ENTER;
	case '\t':
		return KEY_OF_TAB;
	case 27:
		return KEY_OF_ESCAPE;
	case 8:
	case 127:
		return KEY_OF_ERASE;
	default:
		return (int)c;
	}
}

int terminal_key(struct sheet *sheet)
{
	wint_t code;
	int rc = get_wch(&code);

	if (rc == ERR)
		return -1;
	if (rc != KEY_CODE_YES)
		return character_of(code);
	if (code == KEY_RESIZE) {
		sheet_resize(sheet, LINES, COLS);
		clearok(stdscr, TRUE); // terminals that wrap lines leave parts behind
		return 0;
	}
	return key_of(code);
}
