// SPDX-License-Identifier: BSD-3-Clause
// The table of status codes: the one place that says which is of which class (FAILOVER.md section 2).
//
// The class depends on what a refusal is about. FAIL: the server or the path to it, so the other server
// may do better. REJ: the account, or what every line of this program asks for, so the other server
// would answer the same, and asking it with a million lines does harm. TEMP: neither, just for now.
#include <heartline/code.h>

#include "base/text.h"

struct entry {
	const char *phrase; // NULL: not registered
	uint8_t class;      // enum hl_code_class
};

#define PROVISIONAL(phrase) \
	{ \
		phrase, HL_CLASS_PROVISIONAL \
	}
#define ALIVE(phrase) \
	{ \
		phrase, HL_CLASS_ALIVE \
	}
#define REDIRECT(phrase) \
	{ \
		phrase, HL_CLASS_REDIRECT \
	}
#define CHALLENGE(phrase) \
	{ \
		phrase, HL_CLASS_CHALLENGE \
	}
#define BRIEF(phrase) \
	{ \
		phrase, HL_CLASS_BRIEF \
	}
#define FAIL(phrase) \
	{ \
		phrase, HL_CLASS_FAIL \
	}
#define TEMP(phrase) \
	{ \
		phrase, HL_CLASS_TEMP \
	}
#define REJ(phrase) \
	{ \
		phrase, HL_CLASS_REJ \
	}

// clang-format off
// The registered ones. RFC 3261 section 21 unless said otherwise.
static const struct entry entries[HL_CODE_LAST - HL_CODE_FIRST + 1] = {
#define CODE(status) [(status) - HL_CODE_FIRST]
	CODE(100) = PROVISIONAL("Trying"),
	CODE(180) = PROVISIONAL("Ringing"),
	CODE(181) = PROVISIONAL("Call Is Being Forwarded"),
	CODE(182) = PROVISIONAL("Queued"),
	CODE(183) = PROVISIONAL("Session Progress"),
	CODE(199) = PROVISIONAL("Early Dialog Terminated"), // RFC 6228
	CODE(200) = ALIVE("OK"),
	CODE(202) = ALIVE("Accepted"),        // RFC 6665
	CODE(204) = ALIVE("No Notification"), // RFC 5839
	// 301 and 302 name one other place; the rest offer a choice, another protocol or a proxy that
	// is no server of the profile
	CODE(300) = REJ("Multiple Choices"),
	CODE(301) = REDIRECT("Moved Permanently"),
	CODE(302) = REDIRECT("Moved Temporarily"),
	CODE(305) = REJ("Use Proxy"),
	CODE(380) = REJ("Alternative Service"),
	CODE(400) = REJ("Bad Request"),
	CODE(401) = CHALLENGE("Unauthorized"),
	CODE(402) = REJ("Payment Required"),
	CODE(403) = REJ("Forbidden"),
	CODE(404) = REJ("Not Found"),
	CODE(405) = FAIL("Method Not Allowed"), // no registrar is there
	CODE(406) = REJ("Not Acceptable"),
	CODE(407) = CHALLENGE("Proxy Authentication Required"),
	CODE(408) = FAIL("Request Timeout"), // whoever is behind the one that answers is silent
	CODE(410) = REJ("Gone"),
	CODE(412) = REJ("Conditional Request Failed"), // RFC 3903
	CODE(413) = REJ("Request Entity Too Large"),
	CODE(414) = REJ("Request-URI Too Long"),
	CODE(415) = REJ("Unsupported Media Type"),
	CODE(416) = REJ("Unsupported URI Scheme"),
	CODE(417) = REJ("Unknown Resource-Priority"), // RFC 4412
	CODE(420) = REJ("Bad Extension"),
	CODE(421) = REJ("Extension Required"),
	CODE(422) = REJ("Session Interval Too Small"), // RFC 4028
	CODE(423) = BRIEF("Interval Too Brief"),
	CODE(424) = REJ("Bad Location Information"),  // RFC 6442
	CODE(425) = REJ("Bad Alert Message"),         // RFC 8876
	CODE(428) = REJ("Use Identity Header"),       // RFC 8224
	CODE(429) = REJ("Provide Referrer Identity"), // RFC 3892
	CODE(430) = FAIL("Flow Failed"),              // RFC 5626 11.5: the flow that an edge proxy used
	CODE(433) = REJ("Anonymity Disallowed"),      // RFC 5079
	CODE(436) = REJ("Bad Identity Info"),         // RFC 8224
	CODE(437) = REJ("Unsupported Credential"),    // RFC 8224
	CODE(438) = REJ("Invalid Identity Header"),   // RFC 8224
	CODE(439) = FAIL("First Hop Lacks Outbound Support"), // RFC 5626 11.6: the proxy on the way
	CODE(440) = FAIL("Max-Breadth Exceeded"),     // RFC 5393 5: forking on the way
	CODE(469) = REJ("Bad Info Package"),          // RFC 6086
	CODE(470) = REJ("Consent Needed"),            // RFC 5360
	CODE(480) = TEMP("Temporarily Unavailable"),
	CODE(481) = FAIL("Call/Transaction Does Not Exist"), // a REGISTER belongs to none: it is confused
	CODE(482) = FAIL("Loop Detected"),
	CODE(483) = FAIL("Too Many Hops"),
	CODE(484) = REJ("Address Incomplete"),
	CODE(485) = REJ("Ambiguous"),
	CODE(486) = TEMP("Busy Here"),
	CODE(487) = FAIL("Request Terminated"), // somebody on the way cancelled it, we did not
	CODE(488) = REJ("Not Acceptable Here"),
	CODE(489) = REJ("Bad Event"), // RFC 6665
	CODE(491) = FAIL("Request Pending"), // it still works on an earlier one
	CODE(493) = REJ("Undecipherable"),
	CODE(494) = REJ("Security Agreement Required"), // RFC 3329
	CODE(500) = FAIL("Server Internal Error"),
	CODE(501) = FAIL("Not Implemented"),
	CODE(502) = FAIL("Bad Gateway"),
	CODE(503) = FAIL("Service Unavailable"),
	CODE(504) = FAIL("Server Time-out"),
	CODE(505) = FAIL("Version Not Supported"),
	CODE(513) = FAIL("Message Too Large"),
	CODE(555) = FAIL("Push Notification Service Not Supported"), // RFC 8599
	CODE(580) = FAIL("Precondition Failure"),                    // RFC 3312
	CODE(600) = REJ("Busy Everywhere"),
	CODE(603) = REJ("Decline"),
	CODE(604) = REJ("Does Not Exist Anywhere"),
	CODE(606) = REJ("Not Acceptable"),
	CODE(607) = REJ("Unwanted"), // RFC 8197
	CODE(608) = REJ("Rejected"), // RFC 8688
#undef CODE
};

static const struct {
	const char *name, *meaning;
} classes[HL_CODE_CLASSES] = {
	[HL_CLASS_PROVISIONAL] = { "provisional", "the answer is still to come" },
	[HL_CLASS_ALIVE] = { "alive", "registered" },
	[HL_CLASS_REDIRECT] = { "redirect", "another server of the profile, when a Contact names it, is "
					    "tried in its turn; without a Contact as REJ" },
	[HL_CLASS_CHALLENGE] = { "challenge", "once more with credentials" },
	[HL_CLASS_BRIEF] = { "brief", "once more with the Expires that Min-Expires demands; else as REJ" },
	[HL_CLASS_FAIL] = { "FAIL", "the server or the way to it has failed: the other server is tried" },
	[HL_CLASS_TEMP] = { "TEMP", "not now, as any failure with Retry-After: the server is held for that "
				    "time, the other one is tried" },
	[HL_CLASS_REJ] = { "REJ", "the account is refused: no failover, the line parks, unless the code is "
				  "in failover_codes" },
};
// clang-format on

static const struct entry *entry_of(unsigned status)
{
	static const struct entry unknown = { "Unknown", HL_CLASS_REJ };

	if (status < HL_CODE_FIRST || status > HL_CODE_LAST)
		return &unknown;
	const struct entry *own = &entries[status - HL_CODE_FIRST];
	return own->phrase ? own : &entries[status / 100 * 100 - HL_CODE_FIRST];
}

enum hl_code_class hl_code_class(unsigned status)
{
	return (enum hl_code_class)entry_of(status)->class;
}

const char *hl_code_phrase(unsigned status)
{
	return entry_of(status)->phrase;
}

bool hl_code_registered(unsigned status)
{
	return status >= HL_CODE_FIRST && status <= HL_CODE_LAST &&
	       entries[status - HL_CODE_FIRST].phrase;
}

const char *hl_code_class_name(enum hl_code_class class)
{
	return classes[class].name;
}

const char *hl_code_class_meaning(enum hl_code_class class)
{
	return classes[class].meaning;
}

// The last of a run of codes of one class; a run ends with its hundred.
static unsigned run_end(enum hl_code_class class, unsigned first)
{
	unsigned last = first;

	while (last % 100 < 99 && hl_code_class(last + 1) == class)
		last++;
	return last;
}

static char *put_run(char *at, unsigned first, unsigned last)
{
	at += text_put_number(at, first);
	if (first % 100 == 0 && last == first + 99) {
		at[-1] = at[-2] = 'x';
	} else if (last > first) {
		*at++ = '-';
		at += text_put_number(at, last);
	}
	return at;
}

void hl_code_class_ranges(enum hl_code_class class, char out[HL_CODE_RANGES_ROOM])
{
	char *at = out, *const end = out + HL_CODE_RANGES_ROOM - 16;

	for (unsigned first = HL_CODE_FIRST; first <= HL_CODE_LAST && at < end; first++) {
		if (hl_code_class(first) != class)
			continue;
		unsigned last = run_end(class, first);
		if (at != out) {
			*at++ = ',';
			*at++ = ' ';
		}
		at = put_run(at, first, last);
		first = last;
	}
	*at = '\0';
}
