/*
 * One connection to the database: named parameters from JSON, rows as JSON, a sticky error.
 *
 * Owner: whoever opened it closes it; a connection keeps its prepared statements. JSON that is
 * returned is the caller's.
 * Thread: one at a time for each connection. Lock: none.
 *
 * Sticky error: after the first failure every call returns at once (NULL, 0, the error) until
 * db_begin, db_rollback or db_revert, so that a list of statements needs one look at its end:
 * `return db_status(db, why)`.
 *
 * Session: the time and new ids come from the connection, so that a replay gives the same bytes
 * every time. Statements may use `:now` (ms since 1970) without an argument of that name.
 *
 * SQL is standard SQL with `:name` parameters; only db_sqlite.c knows which library runs it.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/id.h"

struct buf;
struct db;
struct field_shape;

/* DB_WRITE makes the file where it is missing. Neither mode migrates: see store/migrate.h. */
enum db_mode { DB_WRITE, DB_READ };

/* ${path} may be ":memory:" (a database of this connection alone). */
enum err db_open(const char *path, enum db_mode mode, struct db **ret_db, struct why *why);
void db_close(struct db *db); /* NULL is fine; a writer writes its log back into the file first */

/* ${args} may be NULL; a missing parameter is NULL in SQL; lists and objects are bound as text.
 * ${shape} may be NULL. */
json_t *db_row(struct db *db, const char *sql, const json_t *args, const struct field_shape *shape);
json_t *db_rows(struct db *db, const char *sql, const json_t *args,
                const struct field_shape *shape);
enum err db_exec(struct db *db, const char *sql, const json_t *args);
/* The same, but a row whose place another one has (what must be unique) is no error: false, and
 * nothing was written. */
bool db_exec_fits(struct db *db, const char *sql, const json_t *args);

/* Value of the first column of the first row; ${fallback} where there is none or it is NULL. */
int64_t db_int(struct db *db, const char *sql, const json_t *args, int64_t fallback);

/* Rows as the text of a JSON array, straight into ${out}: for lists. Returns the number of rows. */
size_t db_text(struct db *db, const char *sql, const json_t *args, const struct field_shape *shape,
               struct buf *out);
/* The first row as the text of a JSON object; false where there is none. */
bool db_text_row(struct db *db, const char *sql, const json_t *args,
                 const struct field_shape *shape, struct buf *out);

int64_t db_changes(const struct db *db);       /* rows touched by the last db_exec */
int64_t db_total_changes(const struct db *db); /* by all of them, what they triggered and told */
int64_t db_last_row(const struct db *db);      /* row id of the last INSERT */

/* Arguments that were just packed, handed through; no memory for them is the sticky error, because
 * missing arguments would be NULLs in the database. */
json_t *db_args(struct db *db, json_t *packed);
/* Add a value (moved) to arguments, with the same care. */
void db_put(struct db *db, json_t *args, const char *key, json_t *value);

/* The text of a statement that was put together in ${sql}; no memory for it is the sticky error, so
 * that nothing runs instead of it. The buffer's, for as long as that is not touched. */
const char *db_sql(struct db *db, const struct buf *sql);

/* Many statements in one text, without parameters: migrations and tests. */
enum err db_script(struct db *db, const char *sql);

bool db_failed(const struct db *db);
enum err db_status(const struct db *db, struct why *why); /* the sticky error, OK without one */
/* What a noun returns where a row is missing: the sticky error if that is why, else
 * ERR_NOT_FOUND. */
enum err db_missing(const struct db *db, struct why *why, const char *code, const char *field,
                    const char *text);
/* Make ${e} the sticky error, for a noun that fails in the middle of its statements. */
enum err db_fail(struct db *db, enum err e, const char *code, const char *field, const char *text);

/* A writer's transaction takes the write lock at its beginning; a reader's is a snapshot. Each
 * clears the sticky error. Commit of a failed transaction rolls back and reports the failure. */
enum err db_begin(struct db *db);
enum err db_commit(struct db *db, struct why *why);
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db); /* asks the library: it may have rolled back itself */

/* One savepoint inside the transaction, not nested. */
enum err db_savepoint(struct db *db);
enum err db_release(struct db *db);
void db_revert(struct db *db); /* undo to the savepoint, drop it and clear the sticky error */

/* What triggers tell of changes (store/heard.h) comes to the feed with COMMIT. Who reads the feed's
 * tables in a writing transaction settles first. */
enum err db_settle(struct db *db);
/* The place of what was told of a row and not settled yet; 0: nothing. */
int64_t db_heard(const struct db *db, const char *entity, const char *public_id);

/* Inside a transaction: the time until its end, or until the end of its savepoint. Outside: until
 * it is set again. 0: the system's clock, read once at the beginning of each. */
void db_set_now(struct db *db, int64_t ms);
int64_t db_now(const struct db *db);
void db_count_ids(struct db *db); /* ids from a counter instead of randomness: for replay */
void db_new_id(struct db *db, char ret_id[ID_SIZE]);

int64_t db_version(struct db *db); /* of the schema; 0: empty database */
/* Write the log back into the database file. */
void db_checkpoint(struct db *db);

/* Hold the triggers of this connection back, for who does their work in another way. Statements are
 * prepared anew: not for single rows. */
void db_triggers(struct db *db, bool on);

/* Tests: a statement that reads a whole table fails unless its text says that it means to with
 * a comment "scan". */
void db_lint(struct db *db, bool on);

#endif
