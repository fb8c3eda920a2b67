// SPDX-License-Identifier: BSD-3-Clause
// Reads fault scripts: "at TIME: [ADDRESS|all] FAULT", one per line or separated by ";".
#include "registrar/registrar.h"

#include <errno.h>
#include <string.h>

#include "registrar/fault.h"

#define NS_PER_S 1000000000ull

// The reader's position, and what its messages need.
struct reader {
	const char *name;
	const char *line; // start of it
	unsigned line_number;
	const char *at, *end; // of the statement
	struct hl_error *err;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void blanks_skip(struct reader *in)
{
	while (in->at < in->end && is_blank(*in->at))
		in->at++;
}

// "NAME:LINE:COLUMN: error: MESSAGE", the line, and a caret below the place.
static int script_fail(const struct reader *in, const char *place, const char *message)
{
	unsigned column = (unsigned)(place - in->line) + 1;
	int len = (int)strcspn(in->line, "\r\n");

	return hl_fail(in->err, EINVAL, "%s:%u:%u: error: %s\n%5u | %.*s\n      | %*s", in->name,
		       in->line_number, column, message, in->line_number, len, in->line,
		       (int)column, "^");
}

// Up to the next blank or `stop`; empty at the end of the statement.
static struct slice word_take(struct reader *in, char stop)
{
	blanks_skip(in);
	struct slice word = { in->at, 0 };
	while (in->at < in->end && !is_blank(*in->at) && *in->at != stop)
		in->at++;
	word.len = (uint32_t)(in->at - word.at);
	return word;
}

static bool word_is(struct slice word, const char *text)
{
	return text_equal_nocase(word.at, word.len, text, (uint32_t)strlen(text));
}

// Read a time with its unit. False: it is not one, or longer than a year.
static bool time_read(struct slice word, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "us", 1000 },         { "ms", 1000000 },      { "s", 1000000000 },
		{ "min", 60000000000 }, { "h", 3600000000000 },
	};
	const uint64_t year_ns = 366ull * 24 * 3600000000000;
	uint64_t thousandths;
	uint32_t used = text_get_thousandths(word.at, word.len, &thousandths);
	struct slice unit = { word.at + used, word.len - used };

	if (used == 0)
		return false;
	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (word_is(unit, units[i].name)) {
			*ns = thousandths * (units[i].ns / 1000);
			return thousandths <= year_ns / (units[i].ns / 1000);
		}
	}
	return false;
}

static int time_take(struct reader *in, uint64_t *ns)
{
	struct slice word = word_take(in, ':');

	if (!word_is(word, "at"))
		return script_fail(in, word.at,
				   "expected \"at TIME: FAULT\", such as \"at 10s: silent\"");
	word = word_take(in, ':');
	if (!time_read(word, ns))
		return script_fail(
			in, word.at,
			"expected a time: a number with us, ms, s, min or h, such as 10s");
	blanks_skip(in);
	if (in->at == in->end || *in->at != ':')
		return script_fail(in, in->at, "expected \":\" after the time");
	in->at++;
	return 0;
}

// The value of a fault that needs one, in the fault's own unit.
static int value_take(struct reader *in, enum hl_fault fault, uint32_t *value)
{
	struct slice word = word_take(in, '\0');
	uint64_t n = 0;

	if (fault == HL_FAULT_STATUS || fault == HL_FAULT_REGISTER_STATUS) {
		uint32_t status = 0;
		if (!text_get_number(word.at, word.len, &status) || status < FAULT_STATUS_MIN ||
		    status > FAULT_STATUS_MAX)
			return script_fail(in, word.at, "status: allowed 200..699, such as 503");
		*value = status;
	} else if (fault == HL_FAULT_GRANT) {
		if (!time_read(word, &n) || n / NS_PER_S > FAULT_GRANT_MAX_S || n % NS_PER_S != 0)
			return script_fail(in, word.at, "grant: allowed 0s..24h, such as 6s");
		*value = (uint32_t)(n / NS_PER_S);
	} else if (fault == HL_FAULT_LIMIT) {
		if (!text_get_number(word.at, word.len, value) || *value == 0 ||
		    *value > FAULT_LIMIT_MAX)
			return script_fail(in, word.at,
					   "limit: allowed 1..1000000000, such as 5000");
	} else if (fault == HL_FAULT_LOSS) {
		uint32_t used = text_get_thousandths(word.at, word.len, &n);
		struct slice unit = { word.at + used, word.len - used };
		if (used == 0 || !word_is(unit, "%") || n > FAULT_LOSS_MAX * 10)
			return script_fail(in, word.at, "loss: allowed 0%..100%, such as 12.5%");
		*value = (uint32_t)(n / 10);
	} else {
		if (!time_read(word, &n) || n / 1000 > FAULT_DELAY_MAX_US)
			return script_fail(in, word.at,
					   fault == HL_FAULT_TWICE
						   ? "twice: allowed 0us..60s, such as 50ms"
						   : "delay: allowed 0us..60s, such as 50ms");
		*value = (uint32_t)(n / 1000);
	}
	return 0;
}

static int fault_take(struct reader *in, struct step *step)
{
	static const struct {
		const char *name;
		enum hl_fault fault;
		bool valued;
	} faults[] = {
		{ "ok", HL_FAULT_NONE, false },
		{ "silent", HL_FAULT_SILENT, false },
		{ "wipe", HL_FAULT_WIPE, false },
		{ "status", HL_FAULT_STATUS, true },
		{ "loss", HL_FAULT_LOSS, true },
		{ "limit", HL_FAULT_LIMIT, true },
		{ "delay", HL_FAULT_DELAY, true },
		{ "stale", HL_FAULT_STALE, false },
		{ "refuse", HL_FAULT_REFUSE, false },
		{ "grant", HL_FAULT_GRANT, true },
		{ "twice", HL_FAULT_TWICE, true },
		{ "register", HL_FAULT_REGISTER_STATUS, true },
		{ "forget-nonces", HL_FAULT_FORGET_NONCES, false },
	};
	struct slice word = word_take(in, '\0');

	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (!word_is(word, faults[i].name))
			continue;
		step->fault = faults[i].fault;
		int rc = faults[i].valued ? value_take(in, step->fault, &step->value) : 0;
		if (rc != 0)
			return rc;
		blanks_skip(in);
		if (in->at != in->end)
			return script_fail(in, in->at, "expected the end of the line, or \";\"");
		return 0;
	}
	return script_fail(in, word.at,
			   "expected an address or all, then ok, silent, wipe, status N, "
			   "loss P%, limit N, delay TIME, register N, stale, refuse, grant TIME, "
			   "forget-nonces, twice TIME");
}

// The servers that a word names, as bits. *is_address: it is an address or "all", known or not.
static uint32_t servers_named(const struct hl_registrar *r, struct slice word, bool *is_address)
{
	struct hl_endpoint at;
	uint32_t bits = 0;

	*is_address = true;
	if (word_is(word, "all"))
		return (1u << r->n_servers) - 1;
	*is_address = word.len > 0 && hl_endpoint_parse(word.at, word.len, 0, &at) == 0;
	for (uint32_t i = 0; *is_address && i < r->n_servers; i++) {
		if (hl_addr_equal(&r->servers[i].at.addr, &at.addr) &&
		    (at.port == 0 || r->servers[i].at.port == at.port))
			bits |= 1u << i;
	}
	return bits;
}

static void text_append(char *out, size_t room, const char *text)
{
	size_t len = strlen(out), n = strlen(text);

	if (len + n < room)
		memcpy(out + len, text, n + 1);
}

static int unknown_server(const struct hl_registrar *r, const struct reader *in, const char *place)
{
	char message[512] = "no server has this address: allowed are all";
	char text[HL_ENDPOINT_TEXT];

	for (uint32_t i = 0; i < r->n_servers; i++) {
		const struct hl_endpoint *at = &r->servers[i].at;

		hl_endpoint_format(at, text);
		text_append(message, sizeof(message), ", ");
		text_append(message, sizeof(message), text);
	}
	return script_fail(in, place, message);
}

// Steps are sorted by time; those of the same time stay in the order of the script.
static void step_add(struct hl_registrar *r, const struct step *step)
{
	uint32_t i = r->n_steps++;

	for (; i > r->next_step && r->steps[i - 1].at_ns > step->at_ns; i--)
		r->steps[i] = r->steps[i - 1];
	r->steps[i] = *step;
}

// "[ADDRESS|all] FAULT": the servers as bits, and the fault.
static int order_take(const struct hl_registrar *r, struct reader *in, uint32_t *servers,
		      struct step *step)
{
	bool is_address;

	blanks_skip(in);
	const char *word_at = in->at;
	uint32_t named = servers_named(r, word_take(in, '\0'), &is_address);
	*servers = 1; // the first one is meant when none is named
	if (is_address) {
		if (named == 0)
			return unknown_server(r, in, word_at);
		*servers = named;
	} else
		in->at = word_at;
	return fault_take(in, step);
}

// Read one statement; without `add` it is only checked.
static int statement_read(struct hl_registrar *r, struct reader *in, uint64_t start_ns,
			  uint32_t *n_steps, bool add)
{
	const char *start = in->at;
	struct step step = { .server = 0 };
	uint32_t servers;
	int rc = time_take(in, &step.at_ns);

	if (rc != 0)
		return rc;
	step.at_ns += start_ns;
	rc = order_take(r, in, &servers, &step);
	if (rc != 0)
		return rc;
	for (; servers != 0; servers &= servers - 1) {
		if (++*n_steps > STEPS_MAX)
			return script_fail(in, start,
					   "too many steps: allowed 256, one a server counts");
		step.server = (uint32_t)__builtin_ctz(servers);
		if (add)
			step_add(r, &step);
	}
	return 0;
}

static_assert(STEPS_MAX == 256, "said in a message");
static_assert(FAULT_STATUS_MIN == 200 && FAULT_STATUS_MAX == 699, "said in a message");
static_assert(FAULT_DELAY_MAX_US == 60000000, "said in a message");

static int script_read(struct hl_registrar *r, struct reader in, const char *text,
		       uint64_t start_ns, bool add)
{
	uint32_t n_steps = r->n_steps;

	for (in.line = text; *in.line != '\0'; in.line_number++) {
		const char *line_end = in.line + strcspn(in.line, "\n");
		const char *comment = memchr(in.line, '#', (size_t)(line_end - in.line));
		const char *end = comment != NULL ? comment : line_end;

		for (in.at = in.line; in.at < end; in.at = in.end + (in.end < end)) {
			const char *part = memchr(in.at, ';', (size_t)(end - in.at));

			in.end = part != NULL ? part : end;
			blanks_skip(&in);
			int rc = in.at < in.end ? statement_read(r, &in, start_ns, &n_steps, add)
						: 0;
			if (rc != 0)
				return rc;
		}
		in.line = line_end + (*line_end == '\n');
	}
	return 0;
}

int hl_registrar_script(struct hl_registrar *r, const char *name, const char *text,
			uint64_t start_ns, struct hl_error *err)
{
	const struct reader in = { .name = name, .line_number = 1, .err = err };
	// Steps that were taken leave room for new ones.
	r->n_steps -= r->next_step;
	memmove(r->steps, r->steps + r->next_step, r->n_steps * sizeof(r->steps[0]));
	r->next_step = 0;

	int rc = script_read(r, in, text, start_ns, false);

	return rc != 0 ? rc : script_read(r, in, text, start_ns, true);
}

int hl_registrar_order_read(const struct hl_registrar *r, const char *text,
			    struct hl_registrar_order *order, struct hl_error *err)
{
	struct reader in = { "registrar", text, 1, text, text + strlen(text), err };
	struct step step = { .server = 0 };
	int rc = order_take(r, &in, &order->servers, &step);

	order->fault = step.fault;
	order->value = step.value;
	return rc;
}
