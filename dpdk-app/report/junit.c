// SPDX-License-Identifier: BSD-3-Clause
// By the writer of libxml2, which escapes. XML 1.0 has no place for control characters, escaped or not, so
// these are replaced before.

#include "report/junit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libxml/xmlwriter.h>

#include "base/timebase.h"
#include "base/wall_time.h"
#include "report/environment.h"

#define TEXT_ROOM 512

// One file that is being written. A call that fails makes all that follows be left out.
struct junit {
	xmlTextWriter *writer;
	bool failed;
};

static void note(struct junit *j, int rc)
{
	j->failed |= rc < 0;
}

static void element_begin(struct junit *j, const char *name)
{
	note(j, xmlTextWriterStartElement(j->writer, BAD_CAST name));
}

static void element_end(struct junit *j)
{
	note(j, xmlTextWriterEndElement(j->writer));
}

// What no XML may hold becomes a question mark.
static const char *text_clean(char *text)
{
	bool is_utf8 = xmlCheckUTF8(BAD_CAST text);

	for (char *at = text; *at; at++) {
		unsigned char c = (unsigned char)*at;
		if ((c < ' ' && c != '\t' && c != '\n') || c == 0x7f || (c >= 0x80 && !is_utf8))
			*at = '?';
	}
	return text;
}

static void attribute(struct junit *j, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void attribute(struct junit *j, const char *name, const char *format, ...)
{
	char text[TEXT_ROOM];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	note(j, xmlTextWriterWriteAttribute(j->writer, BAD_CAST name, BAD_CAST text_clean(text)));
}

static void property(struct junit *j, const char *name, const char *value)
{
	element_begin(j, "property");
	attribute(j, "name", "%s", name);
	attribute(j, "value", "%s", value);
	element_end(j);
}

// What a suite has to say of its cases before them.
struct tally {
	uint32_t tests, failures;
	double seconds;
};

static void tally_write(struct junit *j, const struct tally *t)
{
	attribute(j, "tests", "%" PRIu32, t->tests);
	attribute(j, "failures", "%" PRIu32, t->failures);
	attribute(j, "errors", "0");
	attribute(j, "time", "%.3f", t->seconds);
}

static void failure(struct junit *j, const char *type, const char *message, const char *text)
{
	char room[TEXT_ROOM];

	element_begin(j, "failure");
	attribute(j, "type", "%s", type);
	attribute(j, "message", "%s", message);
	snprintf(room, sizeof(room), "%s", text);
	note(j, xmlTextWriterWriteString(j->writer, BAD_CAST text_clean(room)));
	element_end(j);
}

static void case_begin(struct junit *j, const char *suite, const char *name, double seconds)
{
	element_begin(j, "testcase");
	attribute(j, "classname", "heartline.%s", suite);
	attribute(j, "name", "%s", name);
	attribute(j, "time", "%.3f", seconds);
}

static void expected_write(struct junit *j, const char *suite, const struct expected *x,
			   const char *limit)
{
	char target[HL_MEASURE_ROOM], value[HL_MEASURE_ROOM] = "-", margin[HL_MEASURE_ROOM];
	char name[TEXT_ROOM], text[TEXT_ROOM];
	const char *measure = hl_measure_name(x->of.measure);
	const char *bound = hl_bound_name(x->of.bound);

	hl_measure_text(x->of.measure, x->of.target, target);
	hl_measure_text(x->of.measure, expected_margin(x), margin);
	if (!x->why)
		hl_measure_text(x->of.measure, x->value, value);
	snprintf(name, sizeof(name), "%s %s %s", measure, bound, target);
	case_begin(j, suite, name, 0);
	if (x->result == EXPECTED_MISSED) {
		snprintf(name, sizeof(name), "%s is %s, expected %s %s", measure, value, bound,
			 target);
		snprintf(text, sizeof(text), "value %s, target %s %s, margin %s%s%s", value, bound,
			 target, margin, *limit ? "; the generator was the limit: " : "", limit);
		failure(j, "missed", name, text);
	} else if (x->result == EXPECTED_NOT_MEASURED) {
		snprintf(name, sizeof(name), "%s was not measured: %s", measure, x->why);
		failure(j, "not measured", name, x->why);
	}
	element_end(j);
}

static void verdict_write(struct junit *j, const struct report *r,
			  const struct judgement *judgement)
{
	char message[TEXT_ROOM], text[TEXT_ROOM] = "";
	size_t len = 0;

	case_begin(j, "run", "verdict", (double)r->took_ns / 1e9);
	for (unsigned i = 0; i < judgement->n_reasons && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? "\n" : "",
					judgement->reasons[i]);
	snprintf(message, sizeof(message), "verdict: %s", verdict_name(judgement->verdict));
	if (judgement->verdict != VERDICT_OK)
		failure(j, verdict_name(judgement->verdict), message, text);
	element_end(j);
}

static void properties_write(struct junit *j, const struct report *r,
			     const struct judgement *judgement, const char *source)
{
	struct environment environment;
	char lines[32];

	environment_take(&environment);
	snprintf(lines, sizeof(lines), "%" PRIu64, r->up.lines);
	element_begin(j, "properties");
	property(j, "heartline.version", environment.heartline);
	property(j, "dpdk.version", environment.dpdk);
	property(j, "os", environment.os);
	property(j, "processor", environment.processor);
	property(j, "processors", environment.processors);
	property(j, "configuration", source ? source : "flags");
	property(j, "lines", lines);
	property(j, "verdict", verdict_name(judgement->verdict));
	property(j, "generator_limited", report_generator_limited(r) ? "true" : "false");
	element_end(j);
}

static void suite_begin(struct junit *j, const char *name, const struct tally *t)
{
	element_begin(j, "testsuite");
	attribute(j, "name", "%s", name);
	tally_write(j, t);
}

static void run_write(struct junit *j, const struct report *r, const struct judgement *judgement,
		      const char *source, const struct tally *t)
{
	const struct expected_list *x = &r->expected;
	char now[WALL_ROOM], limit[LIMITS_ROOM], host[64] = "";

	gethostname(host, sizeof(host) - 1);
	report_limits_text(r, limit);
	suite_begin(j, "run", t);
	// To the second: not every reader takes more.
	attribute(j, "timestamp", "%.19s", wall_text(timebase_ns(), now));
	attribute(j, "hostname", "%s", host);
	properties_write(j, r, judgement, source);
	verdict_write(j, r, judgement);
	for (uint32_t i = 0; i < x->n; i++)
		expected_write(j, "run", &x->of[i], limit);
	if (*limit) {
		element_begin(j, "system-out");
		note(j, xmlTextWriterWriteFormatString(j->writer, "the generator was the limit: %s",
						       limit));
		element_end(j);
	}
	element_end(j);
}

// Of a list of expectations, and one case more, which may have failed.
static struct tally tally_of(const struct expected_list *x, bool failed, double seconds)
{
	return (struct tally){
		.tests = 1 + x->n,
		.failures = failed + x->n - expected_count(x, EXPECTED_MET),
		.seconds = seconds,
	};
}

// Missed expectations are cases of their own.
static bool phase_failed(const struct phase_report *p)
{
	return p->end == PHASE_NOT_REACHED || p->end == PHASE_FAILED || p->end == PHASE_STOPPED;
}

static void phase_write(struct junit *j, const struct phase_report *p, const char *limit)
{
	bool skipped = p->end == PHASE_SKIPPED;
	bool failed = phase_failed(p);
	const struct tally t = tally_of(&p->expected, failed, (double)p->took_ms / 1000);

	suite_begin(j, p->name, &t);
	attribute(j, "skipped", "%d", skipped);
	case_begin(j, p->name, "phase", t.seconds);
	if (failed)
		failure(j, phase_end_name(p->end), p->why, p->why);
	if (skipped) {
		element_begin(j, "skipped");
		attribute(j, "message", "a phase before it failed");
		element_end(j);
	}
	element_end(j);
	for (uint32_t i = 0; i < p->expected.n; i++)
		expected_write(j, p->name, &p->expected.of[i], limit);
	element_end(j);
}

static void phases_write(struct junit *j, const struct report *r)
{
	char limit[LIMITS_ROOM];

	report_limits_text(r, limit);
	for (uint32_t i = 0; i < r->n_phases; i++)
		phase_write(j, &r->phases[i], limit);
}

static void phases_count(const struct report *r, struct tally *sum)
{
	for (uint32_t i = 0; i < r->n_phases; i++) {
		const struct phase_report *p = &r->phases[i];
		struct tally t = tally_of(&p->expected, phase_failed(p), 0);
		sum->tests += t.tests;
		sum->failures += t.failures;
	}
}

static void document_write(struct junit *j, const struct report *r,
			   const struct judgement *judgement, const char *source)
{
	const struct tally run = tally_of(&r->expected, judgement->verdict != VERDICT_OK,
					  (double)r->took_ns / 1e9);
	struct tally all = run;

	phases_count(r, &all);

	note(j, xmlTextWriterSetIndent(j->writer, 1));
	note(j, xmlTextWriterSetIndentString(j->writer, BAD_CAST "  "));
	note(j, xmlTextWriterStartDocument(j->writer, NULL, "UTF-8", NULL));
	element_begin(j, "testsuites");
	attribute(j, "name", "heartline");
	tally_write(j, &all);
	run_write(j, r, judgement, source, &run);
	phases_write(j, r);
	element_end(j);
	note(j, xmlTextWriterEndDocument(j->writer));
}

int junit_write(const struct report *report, const struct judgement *judgement, const char *source,
		const char *path, struct hl_error *err)
{
	xmlBuffer *buffer = xmlBufferCreate();
	struct junit j = { .writer = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL };
	int rc = 0;

	if (j.writer)
		document_write(&j, report, judgement, source);
	bool made = j.writer && !j.failed;
	xmlFreeTextWriter(j.writer);
	if (!made)
		rc = hl_fail(err, ENOMEM, "--junit: %s: no memory", path);
	bool to_stdout = !strcmp(path, "-");
	FILE *file = rc < 0 ? NULL : to_stdout ? stdout : fopen(path, "we");
	size_t len = made ? (size_t)xmlBufferLength(buffer) : 0;
	if (rc == 0 &&
	    (!file || fwrite(xmlBufferContent(buffer), 1, len, file) != len || fflush(file) == EOF))
		rc = hl_fail(err, errno, "--junit: %s: %s", path, strerror(errno));
	if (file && !to_stdout && fclose(file) == EOF && rc == 0)
		rc = hl_fail(err, errno, "--junit: %s: %s", path, strerror(errno));
	xmlBufferFree(buffer);
	return rc;
}
