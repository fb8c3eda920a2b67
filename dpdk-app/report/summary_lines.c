// SPDX-License-Identifier: BSD-3-Clause
// Outages, causes and failed lines as JSON.

#include "report/summary_lines.h"

#include "report/packet_text.h"

static json_t *seconds(uint64_t ms)
{
	return json_real((double)ms / 1000);
}

static json_t *number_string(const struct report *r, uint32_t line)
{
	int len;
	const char *number = dataplane_phone_number(r->dp, line, &len);

	return json_stringn_nocheck(number, (size_t)len);
}

// NULL, and so left out, where it is that of the profile.
static json_t *domain_string(const struct report *r, uint32_t line)
{
	int len;
	const char *domain = dataplane_domain(r->dp, line, &len);

	return domain ? json_stringn_nocheck(domain, (size_t)len) : NULL;
}

json_t *outages_object(const struct report *r)
{
	const struct outcome *o = &r->outcome;
	json_t *worst = o->ever_down == 0 ? json_null()
					  : json_pack("{so so* so so}", "number",
						      number_string(r, o->worst.line), "domain",
						      domain_string(r, o->worst.line), "seconds",
						      seconds(o->worst.ms), "worst_case",
						      seconds(o->worst.allowed_ms));

	return json_pack("{so so so so}", "lines_ever_down", json_integer((json_int_t)o->ever_down),
			 "lines_too_long", json_integer((json_int_t)o->too_long), "seconds",
			 seconds(o->down_ms), "longest", worst);
}

// The status code of a cause; null for a local one, such as a time-out.
static json_t *code_value(uint16_t code)
{
	return code >= HL_CODE_FIRST ? json_integer(code) : json_null();
}

static json_t *cause_string(const struct report *r, uint16_t code)
{
	char phrase[HL_PHRASE_ROOM];

	dataplane_cause(r->dp, code, phrase);
	return phrase[0] ? json_string(phrase) : json_null();
}

json_t *causes_array(const struct report *r)
{
	json_t *array = json_array();

	for (uint16_t code = 0; code < HL_CAUSES; code++)
		if (r->end.causes[code])
			json_array_append_new(
				array, json_pack("{so so so}", "code", code_value(code), "reason",
						 cause_string(r, code), "count",
						 json_integer((json_int_t)r->end.causes[code])));
	return array;
}

json_t *texts_array(const char texts[][REASON_ROOM], unsigned n)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(array, json_string(texts[i]));
	return array;
}

json_t *examples_object(const struct report *r)
{
	char bytes[HL_EXAMPLE_BYTES + 1], source[SOURCE_ROOM];
	json_t *object = json_object();

	for (unsigned k = 0; k < HL_DROPS; k++) {
		const struct hl_example *e = dataplane_example(r->dp, k);
		if (e)
			json_object_set_new(object, hl_drop_name(k),
					    json_pack("{ss ss}", "from", example_source(e, source),
						      "bytes", example_bytes(e, bytes)));
	}
	return object;
}

json_t *next_hops_array(const struct report *r)
{
	struct hl_next_hop hop;
	char addr[HL_ADDR_TEXT];
	json_t *array = json_array();

	for (uint32_t k = 0; dataplane_next_hop(r->dp, k, &hop); k++) {
		hl_addr_format(&hop.addr, addr);
		json_array_append_new(array,
				      json_pack("{ss sb sI sI}", "address", addr, "known",
						(int)hop.known, "asked", (json_int_t)hop.asked,
						"waited", (json_int_t)hop.waits));
	}
	return array;
}

static json_t *failed_object(const struct report *r, const struct failed_line *f)
{
	return json_pack("{so so* si ss sb so so}", "number", number_string(r, f->line), "domain",
			 domain_string(r, f->line), "line", (int)f->line, "state",
			 hl_line_state_name(f->state), "never_registered", (int)f->never, "code",
			 code_value(f->code), "reason", cause_string(r, f->code));
}

int failed_lines_write(const struct report *r, FILE *file)
{
	int rc = fputc('[', file) == EOF ? -1 : 0;

	for (uint64_t k = 0; rc == 0 && k < r->outcome.n_failed; k++) {
		json_t *object = failed_object(r, &r->outcome.failed[k]);
		rc = fputs(k == 0 ? "\n    " : ",\n    ", file) == EOF
			     ? -1
			     : json_dumpf(object, file, 0);
		json_decref(object);
	}
	return rc < 0 || fputs(r->outcome.n_failed ? "\n  ]" : "]", file) == EOF ? -1 : 0;
}
