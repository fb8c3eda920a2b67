// SPDX-License-Identifier: BSD-3-Clause
// Lines and causes are written once and then named by their number. The number of a line is remembered
// by its slot: most changes are of lines that changed before.

#include "history/record.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "history/file.h"

#define LINES_KNOWN (1u << 16)
#define LINE_BYTES 44 // of the number and the domain; a longer one is looked up each time
#define CAUSES_KNOWN 1024
#define SAME_MOMENT_TRIES 8
#define SEQUENCE_MASK ((1 << HISTORY_TIME_SHIFT) - 1)

enum statement {
	BEGIN,
	COMMIT,
	ROLL_BACK,
	RUN_FIND,
	RUN_ADD,
	RUN_END,
	LINE_FIND,
	LINE_ADD,
	CAUSE_FIND,
	CAUSE_ADD,
	CHANGE_ADD,
	STATEMENTS,
};

static const char *const texts[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLL_BACK] = "ROLLBACK",
	[RUN_FIND] = "SELECT id FROM runs WHERE id = ?1 AND start_ms = ?2",
	[RUN_ADD] = "INSERT INTO runs(start_ms, version, config) VALUES (?1, ?2, ?3)",
	[RUN_END] = "UPDATE runs SET end_ms = ?2 WHERE id = ?1",
	[LINE_FIND] = "SELECT id FROM lines WHERE number = ?1 AND domain = ?2 AND profile = ?3",
	[LINE_ADD] = "INSERT INTO lines(number, domain, profile) VALUES (?1, ?2, ?3)",
	[CAUSE_FIND] = "SELECT id FROM causes WHERE code = ?1 AND text = ?2",
	[CAUSE_ADD] = "INSERT INTO causes(code, text) VALUES (?1, ?2)",
	[CHANGE_ADD] = ("INSERT INTO changes(id, run, line, from_state, to_state, server, cause) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
};

struct known_line {
	int64_t id; // 0: none
	uint32_t slot, profile;
	uint8_t number_len, domain_len;
	char text[LINE_BYTES];
};

struct known_cause {
	int64_t id; // 0: none
	uint8_t len;
	char text[HISTORY_TEXT_MAX];
};

struct history_record {
	sqlite3 *db;
	struct history_run run;
	int64_t run_id; // 0: it has no row yet
	bool run_new;   // by the transaction that is open
	uint32_t sequence;
	sqlite3_stmt *statements[STATEMENTS];
	struct known_line lines[LINES_KNOWN];
	struct known_cause causes[CAUSES_KNOWN]; // by their code
};

// One step; for a query the number that it found goes to *id.
static int run_statement(struct history_record *r, enum statement which, int64_t *id)
{
	sqlite3_stmt *s = r->statements[which];
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW && id)
		*id = sqlite3_column_int64(s, 0);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		rc = SQLITE_OK;
	sqlite3_reset(s);
	return rc;
}

// After an error the file was opened again, or another one in its place.
static int run_find(struct history_record *r)
{
	sqlite3_stmt *s = r->statements[RUN_FIND];

	sqlite3_bind_int64(s, 1, r->run.id);
	sqlite3_bind_int64(s, 2, r->run.start_ms);
	return run_statement(r, RUN_FIND, &r->run_id);
}

struct history_record *history_record_new(sqlite3 *db, const struct history_run *run, int *rc)
{
	struct history_record *r = calloc(1, sizeof(*r));

	*rc = r ? SQLITE_OK : SQLITE_NOMEM;
	if (!r)
		return NULL;
	r->db = db;
	r->run = *run;
	sqlite3_randomness(sizeof(r->sequence), &r->sequence);
	for (unsigned i = 0; i < STATEMENTS && *rc == SQLITE_OK; i++)
		*rc = sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
					 &r->statements[i], NULL);
	if (*rc == SQLITE_OK)
		*rc = run_find(r);
	if (*rc == SQLITE_OK)
		return r;
	history_record_free(r);
	return NULL;
}

void history_record_free(struct history_record *r)
{
	if (!r)
		return;
	for (unsigned i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(r->statements[i]);
	free(r);
}

int history_record_begin(struct history_record *r)
{
	return run_statement(r, BEGIN, NULL);
}

int history_record_commit(struct history_record *r)
{
	int rc = run_statement(r, COMMIT, NULL);

	if (rc == SQLITE_OK)
		r->run_new = false;
	return rc;
}

// Numbers that the transaction gave are not in the file: forget what may be one of them.
void history_record_roll_back(struct history_record *r)
{
	if (!sqlite3_get_autocommit(r->db)) // some errors have rolled back already
		run_statement(r, ROLL_BACK, NULL);
	memset(r->lines, 0, sizeof(r->lines));
	memset(r->causes, 0, sizeof(r->causes));
	if (r->run_new)
		r->run_id = 0;
	r->run_new = false;
}

static void bind_text(sqlite3_stmt *s, int at, const char *text, int len)
{
	sqlite3_bind_text(s, at, text ? text : "", text ? len : 0, SQLITE_STATIC);
}

static int run_add(struct history_record *r)
{
	sqlite3_stmt *s = r->statements[RUN_ADD];

	sqlite3_bind_int64(s, 1, r->run.start_ms);
	bind_text(s, 2, r->run.version, -1);
	if (r->run.config)
		bind_text(s, 3, r->run.config, -1);
	else
		sqlite3_bind_null(s, 3);
	int rc = run_statement(r, RUN_ADD, NULL);
	if (rc == SQLITE_OK) {
		r->run_id = sqlite3_last_insert_rowid(r->db);
		r->run_new = true;
	}
	return rc;
}

int64_t history_record_run(const struct history_record *r)
{
	return r->run_new ? 0 : r->run_id;
}

int history_record_end(struct history_record *r, int64_t end_ms)
{
	if (r->run_id == 0)
		return SQLITE_OK;
	sqlite3_bind_int64(r->statements[RUN_END], 1, r->run_id);
	sqlite3_bind_int64(r->statements[RUN_END], 2, end_ms);
	return run_statement(r, RUN_END, NULL);
}

// Find a row by the first statement, or else add it by the second; both have the same parameters.
static int row_of(struct history_record *r, enum statement find, enum statement add, int64_t *id)
{
	*id = 0;
	int rc = run_statement(r, find, id);
	if (rc != SQLITE_OK || *id != 0)
		return rc;
	rc = run_statement(r, add, NULL);
	*id = sqlite3_last_insert_rowid(r->db);
	return rc;
}

static const char *profile_name(const struct history_record *r, uint32_t profile)
{
	return profile < r->run.n_profiles ? r->run.profiles[profile] : "";
}

static bool line_is(const struct known_line *k, const struct history_change *c)
{
	return k->id != 0 && k->slot == c->line && k->profile == c->profile &&
	       k->number_len == c->number_len && k->domain_len == c->domain_len &&
	       memcmp(k->text, c->number, c->number_len) == 0 &&
	       memcmp(k->text + c->number_len, c->domain, c->domain_len) == 0;
}

static int line_of(struct history_record *r, const struct history_change *c, int64_t *id)
{
	struct known_line *k = &r->lines[c->line % LINES_KNOWN];
	const enum statement both[] = { LINE_FIND, LINE_ADD };

	if (line_is(k, c)) {
		*id = k->id;
		return SQLITE_OK;
	}
	for (unsigned i = 0; i < 2; i++) {
		sqlite3_stmt *s = r->statements[both[i]];
		bind_text(s, 1, c->number, c->number_len);
		bind_text(s, 2, c->domain, c->domain_len);
		bind_text(s, 3, profile_name(r, c->profile), -1);
	}
	int rc = row_of(r, LINE_FIND, LINE_ADD, id);
	if (rc != SQLITE_OK || c->number_len + c->domain_len > LINE_BYTES)
		return rc;
	*k = (struct known_line){
		.id = *id,
		.slot = c->line,
		.profile = c->profile,
		.number_len = c->number_len,
		.domain_len = c->domain_len,
	};
	memcpy(k->text, c->number, c->number_len);
	memcpy(k->text + c->number_len, c->domain, c->domain_len);
	return SQLITE_OK;
}

static int cause_of(struct history_record *r, const struct history_change *c, int64_t *id)
{
	struct known_cause *k = &r->causes[c->code % CAUSES_KNOWN];
	const enum statement both[] = { CAUSE_FIND, CAUSE_ADD };

	*id = 0;
	if (c->cause_len == 0)
		return SQLITE_OK;
	if (k->id != 0 && k->len == c->cause_len && memcmp(k->text, c->cause, k->len) == 0) {
		*id = k->id;
		return SQLITE_OK;
	}
	for (unsigned i = 0; i < 2; i++) {
		sqlite3_bind_int(r->statements[both[i]], 1, c->code);
		bind_text(r->statements[both[i]], 2, c->cause, c->cause_len);
	}
	int rc = row_of(r, CAUSE_FIND, CAUSE_ADD, id);
	if (rc != SQLITE_OK)
		return rc;
	k->id = *id;
	k->len = c->cause_len;
	memcpy(k->text, c->cause, k->len);
	return SQLITE_OK;
}

// Another process that writes to the same file may have taken the key: then the next one is tried.
static int change_add(struct history_record *r, uint64_t at_ms)
{
	sqlite3_stmt *s = r->statements[CHANGE_ADD];
	int rc = SQLITE_CONSTRAINT;

	for (unsigned i = 0; i < SAME_MOMENT_TRIES && (rc & 0xff) == SQLITE_CONSTRAINT; i++) {
		sqlite3_bind_int64(s, 1,
				   (int64_t)(at_ms << HISTORY_TIME_SHIFT) |
					   (r->sequence++ & SEQUENCE_MASK));
		rc = run_statement(r, CHANGE_ADD, NULL);
	}
	return rc;
}

int history_record_change(struct history_record *r, const struct history_change *c)
{
	sqlite3_stmt *s = r->statements[CHANGE_ADD];
	int64_t line, cause;
	int rc = r->run_id ? SQLITE_OK : run_add(r);

	if (rc == SQLITE_OK)
		rc = line_of(r, c, &line);
	if (rc == SQLITE_OK)
		rc = cause_of(r, c, &cause);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(s, 2, r->run_id);
	sqlite3_bind_int64(s, 3, line);
	sqlite3_bind_int(s, 4, c->from);
	sqlite3_bind_int(s, 5, c->to);
	sqlite3_bind_int(s, 6, c->server);
	if (cause)
		sqlite3_bind_int64(s, 7, cause);
	else
		sqlite3_bind_null(s, 7);
	return change_add(r, c->at_ms);
}
