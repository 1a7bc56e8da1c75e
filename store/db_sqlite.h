/*
 * What the files of the SQLite backend share: db_sqlite.c (connection, statements, session),
 * db_sqlite_bind.c (JSON as parameters) and db_sqlite_rows.c (rows as JSON). Nothing else includes
 * this, and nothing but db_blocks.c and heard.c else knows sqlite3.
 * Owner: the connection owns its statements. Thread: the connection's. Lock: none.
 */
#ifndef STORE_DB_SQLITE_H
#define STORE_DB_SQLITE_H

#include <sqlite3.h>

#include "core/field.h"
#include "store/db.h"

/* How one column of a statement is written, prepared once for each shape. */
struct db_column {
    char *key; /* ,"name": */
    size_t key_len;
    const char *name; /* the statement's */
    enum field_kind kind;
    bool typed; /* the shape knows it */
};

struct db_statement {
    sqlite3_stmt *handle;
    char *sql;
    size_t len; /* of sql */
    uint64_t used;
    const struct field_shape *shape;
    struct db_column *columns;
    int count;
    int prepared; /* how often anew, when the columns were looked at */
};

/* Prepared and bound; NULL after a failure. Every start is followed by a finish. */
struct db_statement *db_sqlite_start(struct db *db, const char *sql, const json_t *args);
bool db_sqlite_step(struct db *db, struct db_statement *st); /* is there a row? */
void db_sqlite_finish(struct db *db, struct db_statement *st);

/* Bind the values of ${args} by name; `now`, where it has none of its own, is ${now}. Returns a
 * code of the library. */
int db_sqlite_bind(sqlite3_stmt *st, const json_t *args, int64_t now);

/* Keep the first error of the library as the sticky one; returns the sticky one. */
enum err db_sqlite_note(struct db *db, int rc);

struct heard *db_sqlite_heard(const struct db *db); /* NULL: of a reader */

/* Forget how the columns are written. */
void db_sqlite_columns_clear(struct db_statement *st);

#endif
