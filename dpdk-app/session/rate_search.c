// SPDX-License-Identifier: BSD-3-Clause
// Knows no clock and no line, only outcomes.

#include "session/rate_search.h"

#define GROWTH 1.5
#define GRANULARITY 0.01 // between what went well and what did not
#define BACK_DOWN 0.02   // when a candidate does not hold for longer (C of RFC 7502)
#define HELD_GRANULARITY 0.0201
#define LOWEST 1.0
#define DOUBTS \
	3 // after so many trials that went well up to a rate that once did not, that one is tried again

void rate_search_begin(struct rate_search *s, double start, double top)
{
	*s = (struct rate_search){
		.rate = top && start > top ? top : start,
		.top = top,
		.down = BACK_DOWN,
	};
}

static void verify(struct rate_search *s)
{
	s->step = SEARCH_VERIFY;
	s->rate = s->good;
}

// Both ends are known.
static void bisect(struct rate_search *s)
{
	double between = s->bad - s->good;

	s->step = SEARCH_BISECT;
	s->rate = s->good + between / 2;
	if (between > s->bad * GRANULARITY && between > LOWEST)
		return;
	if (s->n_good < DOUBTS) {
		verify(s);
		return;
	}
	s->rate = s->bad;
	s->bad = 0;
	s->n_good = 0;
}

// A candidate has held: the next one is in between, until that is a small gap.
static void climb(struct rate_search *s)
{
	double between = s->bad - s->held;

	s->good = s->held;
	s->rate = s->held + between / 2;
	if (between <= s->bad * HELD_GRANULARITY || between <= LOWEST) {
		s->rate = s->held;
		s->end = SEARCH_FOUND;
	}
}

static void met(struct rate_search *s)
{
	if (s->step == SEARCH_VERIFY) {
		s->held = s->rate;
		if (s->bad)
			climb(s);
		else
			s->end = SEARCH_TOP;
		return;
	}
	s->good = s->rate;
	if (s->bad) {
		s->n_good++;
		bisect(s);
	} else if (s->top && s->rate >= s->top) {
		verify(s);
	} else {
		s->rate *= GROWTH;
		if (s->top && s->rate > s->top)
			s->rate = s->top;
	}
}

static void missed(struct rate_search *s)
{
	s->bad = s->rate;
	s->n_good = 0;
	if (s->step == SEARCH_VERIFY && s->held) {
		climb(s);
	} else if (s->step == SEARCH_VERIFY) {
		s->rate *= 1 - s->down;
		s->down *= 2;
		s->good = s->rate;
	} else if (s->good) {
		bisect(s);
	} else {
		s->rate /= 2;
	}
	if (s->rate < LOWEST)
		s->end = SEARCH_NONE;
}

void rate_search_note(struct rate_search *s, enum trial_outcome outcome)
{
	bool repeated = s->again;

	s->again = outcome != TRIAL_MET && !repeated;
	if (s->again)
		return;
	switch (outcome) {
	case TRIAL_MET:
		met(s);
		break;
	case TRIAL_MISSED:
		missed(s);
		break;
	case TRIAL_GENERATOR:
		s->end = SEARCH_GENERATOR;
		break;
	}
}
