// SPDX-License-Identifier: BSD-3-Clause
// Opens the file of a history. Nothing in it is trusted: a schema that is not ours is refused, and what it
// may say of triggers and views is not run.

#include "history/file.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <sys/stat.h>

#include <heartline/state.h>

#define PATIENCE_MS 2000 // for another process that has the file locked

static_assert(HL_LINE_STATES == 9, "another state: another HISTORY_SCHEMA, and a row of `states`");

// clang-format off
static const char schema[] =
	"CREATE TABLE runs(id INTEGER PRIMARY KEY AUTOINCREMENT, start_ms INTEGER NOT NULL, end_ms INTEGER,"
	"  version TEXT NOT NULL, config TEXT) STRICT;"
	"CREATE TABLE lines(id INTEGER PRIMARY KEY, number TEXT NOT NULL, domain TEXT NOT NULL,"
	"  profile TEXT NOT NULL, UNIQUE(number, domain, profile)) STRICT;"
	"CREATE TABLE causes(id INTEGER PRIMARY KEY, code INTEGER NOT NULL, text TEXT NOT NULL,"
	"  UNIQUE(code, text)) STRICT;"
	"CREATE TABLE states(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
	"CREATE TABLE changes(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, line INTEGER NOT NULL,"
	"  from_state INTEGER NOT NULL, to_state INTEGER NOT NULL, server INTEGER NOT NULL, cause INTEGER)"
	"  STRICT;"
	"CREATE INDEX changes_line ON changes(line);"
	// Those by which a line lost the server where it was registered.
	"CREATE INDEX changes_lost ON changes(line) WHERE cause IS NOT NULL AND"
	"  ((from_state = 2 AND to_state IN (3, 7, 8)) OR (from_state IN (4, 5) AND to_state IN (1, 7, 8)));"
	"INSERT INTO states VALUES (0, 'OFF'), (1, 'REG_P'), (2, 'ON_P'), (3, 'SW_B'), (4, 'ON_B'),"
	"  (5, 'HOLD_B'), (6, 'SW_P'), (7, 'DOWN'), (8, 'PARK');"
	"CREATE VIEW history AS SELECT"
	"  strftime('%Y-%m-%dT%H:%M:', (c.id >> 20) / 1000, 'unixepoch') ||"
	"    printf('%06.3fZ', (c.id >> 20) % 60000 / 1000.0) AS time,"
	"  c.run, l.number, l.domain, l.profile, f.name AS from_state, t.name AS to_state,"
	"  CASE c.server WHEN 0 THEN 'primary' WHEN 1 THEN 'backup' END AS server, k.code, k.text AS cause"
	"  FROM changes c JOIN lines l ON l.id = c.line JOIN states f ON f.id = c.from_state"
	"  JOIN states t ON t.id = c.to_state LEFT JOIN causes k ON k.id = c.cause ORDER BY c.id;"
	"PRAGMA application_id = 1212960328;" // HISTORY_APPLICATION_ID
	"PRAGMA user_version = 1;";           // HISTORY_SCHEMA
// clang-format on
static_assert(HISTORY_APPLICATION_ID == 1212960328 && HISTORY_SCHEMA == 1 &&
		      HISTORY_TIME_SHIFT == 20,
	      "as the schema says");
static_assert(HL_REG_P == 1 && HL_ON_P == 2 && HL_SW_B == 3 && HL_ON_B == 4 && HL_HOLD_B == 5 &&
		      HL_DOWN == 7 && HL_PARK == 8,
	      "as the schema says");

const char *history_error_text(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_NOTADB:
		return "it is no SQLite database";
	case SQLITE_CORRUPT:
		return "it is damaged";
	case SQLITE_FULL:
		return "the disk, or the file, is full";
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "another process has it locked";
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return "it must not be written";
	case SQLITE_CANTOPEN:
		return "it cannot be opened";
	case SQLITE_IOERR:
		return "the disk reports an error";
	default:
		return sqlite3_errstr(rc);
	}
}

// For the caller: what SQLite says, as an errno.
static int error_number(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return EACCES;
	case SQLITE_CANTOPEN:
		return ENOENT;
	case SQLITE_NOMEM:
		return ENOMEM;
	default:
		return EIO;
	}
}

static int sqlite_fail(sqlite3 *db, const char *path, int rc, struct hl_error *err)
{
	int number = db ? sqlite3_system_errno(db) : 0;

	if ((rc & 0xff) == SQLITE_CANTOPEN && number != 0)
		return hl_fail(err, number, "%s: %s", path, strerror(number));
	return hl_fail(err, error_number(rc), "%s: %s", path, history_error_text(rc));
}

int history_integer_read(sqlite3 *db, const char *sql, int64_t *value)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

struct kind {
	int64_t application, version, objects;
};

static int kind_read(sqlite3 *db, struct kind *kind)
{
	int rc = history_integer_read(db, "SELECT count(*) FROM sqlite_schema", &kind->objects);

	if (rc == SQLITE_OK)
		rc = history_integer_read(db, "PRAGMA application_id", &kind->application);
	return rc ? rc : history_integer_read(db, "PRAGMA user_version", &kind->version);
}

static bool is_new(const struct kind *k)
{
	return k->application == 0 && k->version == 0 && k->objects == 0;
}

static int kind_check(const struct kind *k, const char *path, struct hl_error *err)
{
	if (is_new(k))
		return 0;
	if (k->application != HISTORY_APPLICATION_ID)
		return hl_fail(
			err, EINVAL,
			"%s: it is the database of another program, and stays as it is; name "
			"another file",
			path);
	if (k->version == HISTORY_SCHEMA)
		return 0;
	return hl_fail(
		err, EINVAL,
		"%s: it was written by another version of heartline (its schema is %lld, this "
		"one knows %d), and stays as it is; name another file, or use that version",
		path, (long long)k->version, HISTORY_SCHEMA);
}

// SQLite opens what is no file as well, and then speaks of an error of the disk.
static int file_check(const char *path, bool must_exist, struct hl_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT && !must_exist
			       ? 0
			       : hl_fail(err, errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return hl_fail(err, EISDIR, "%s: a folder: write the name of a file", path);
	if (!S_ISREG(st.st_mode))
		return hl_fail(err, EINVAL, "%s: no regular file: write the name of one", path);
	return 0;
}

static void distrust(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, PATIENCE_MS);
}

// ":memory:" is a name as any other.
static const char *plain_name(const char *path, char *room, size_t bytes)
{
	if (path[0] != ':')
		return path;
	snprintf(room, bytes, "./%s", path);
	return room;
}

static int run_text(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

// Two processes may do this at the same time: the second one finds all done.
static int schema_make(sqlite3 *db)
{
	struct kind kind = { 0 };
	int rc = run_text(db, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
			      "BEGIN IMMEDIATE");

	if (rc == SQLITE_OK)
		rc = kind_read(db, &kind);
	if (rc == SQLITE_OK && is_new(&kind))
		rc = run_text(db, schema);
	if (rc == SQLITE_OK)
		rc = run_text(db, "COMMIT");
	if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
		run_text(db, "ROLLBACK");
	return rc;
}

// A power cut may take the latest changes, never the file: synchronous = NORMAL with a WAL.
static int write_prepare(sqlite3 *db)
{
	return run_text(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
			    "PRAGMA journal_size_limit = 16777216; PRAGMA temp_store = MEMORY;"
			    "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 2000");
}

int history_file_create(sqlite3 **out, const char *path, struct hl_error *err)
{
	char room[4200];
	struct kind kind = { 0 };
	sqlite3 *db = NULL;
	int rc = file_check(path, false, err);

	*out = NULL;
	if (rc < 0)
		return rc;
	signal(SIGXFSZ, SIG_IGN); // a limit on its size is an error as any other
	int said = sqlite3_open_v2(plain_name(path, room, sizeof(room)), &db,
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
				   NULL);
	if (said == SQLITE_OK) {
		distrust(db);
		said = kind_read(db, &kind);
	}
	if (said == SQLITE_OK) {
		rc = kind_check(&kind, path, err);
		if (rc == 0 && is_new(&kind))
			said = schema_make(db);
		if (rc == 0 && said == SQLITE_OK)
			said = write_prepare(db);
	}
	if (rc == 0 && said == SQLITE_OK && sqlite3_db_readonly(db, "main"))
		said = SQLITE_READONLY;
	if (rc == 0 && said != SQLITE_OK)
		rc = sqlite_fail(db, path, said, err);
	if (rc < 0)
		sqlite3_close(db);
	else
		*out = db;
	return rc;
}

static int read_kind(sqlite3 **db, const char *name, int flags, struct kind *kind)
{
	int said = sqlite3_open_v2(name, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags,
				   NULL);

	if (said != SQLITE_OK)
		return said;
	distrust(*db);
	return kind_read(*db, kind);
}

// A file that nobody writes, in a folder where we may not make the index of its WAL: it is read as it is.
static int read_kind_as_it_is(sqlite3 **db, const char *path, struct kind *kind)
{
	char uri[3 * 4200];
	size_t n = (size_t)snprintf(uri, sizeof(uri), "file:");

	for (const char *at = path; *at && n < sizeof(uri) - 32; at++)
		n += (size_t)snprintf(uri + n, 4, strchr("%?#", *at) ? "%%%02x" : "%c",
				      (unsigned char)*at);
	snprintf(uri + n, sizeof(uri) - n, "?immutable=1");
	sqlite3_close(*db);
	*db = NULL;
	return read_kind(db, uri, SQLITE_OPEN_URI, kind);
}

static bool has_wal(const char *path)
{
	char name[4200];
	struct stat st;

	snprintf(name, sizeof(name), "%s-wal", path);
	return stat(name, &st) == 0 && st.st_size > 0;
}

int history_file_read(sqlite3 **out, const char *path, struct hl_error *err)
{
	char room[4200];
	struct kind kind = { 0 };
	sqlite3 *db = NULL;
	int rc = file_check(path, true, err);

	*out = NULL;
	if (rc < 0)
		return rc;
	int said = read_kind(&db, plain_name(path, room, sizeof(room)), 0, &kind);
	if (((said & 0xff) == SQLITE_CANTOPEN || (said & 0xff) == SQLITE_READONLY) &&
	    !has_wal(path))
		said = read_kind_as_it_is(&db, path, &kind);
	if (said != SQLITE_OK)
		rc = sqlite_fail(db, path, said, err);
	else if (is_new(&kind))
		rc = hl_fail(err, EINVAL, "%s: it is empty: no history was written to it", path);
	else
		rc = kind_check(&kind, path, err);
	if (rc < 0)
		sqlite3_close(db);
	else
		*out = db;
	return rc;
}
