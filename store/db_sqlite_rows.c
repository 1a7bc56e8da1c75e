#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/db_sqlite.h"
#include "store/heard.h"
#include "store/number.h"

static const struct field *field_of(const struct field_shape *shape, const char *name)
{
    for (size_t i = 0; shape && i < shape->count; i++)
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    return NULL;
}

static bool column_fill(struct db_column *column, const char *name, const struct field_shape *shape)
{
    auto_buf key = {0};
    buf_char(&key, ',');
    buf_json(&key, name, strlen(name));
    buf_char(&key, ':');
    const struct field *field = field_of(shape, name);
    column->key = buf_take(&key, &column->key_len);
    column->name = name;
    column->kind = field ? field->kind : K_REAL;
    column->typed = field != NULL;
    return column->key != NULL;
}

/* Make ${st} ready for rows of ${shape}. Where the schema or the triggers changed, the library has
 * prepared the statement anew: its columns may be others, and their names are gone. */
static bool columns_ready(struct db *db, struct db_statement *st, const struct field_shape *shape)
{
    int prepared = sqlite3_stmt_status(st->handle, SQLITE_STMTSTATUS_REPREPARE, 0);
    if (st->columns && st->shape == shape && st->prepared == prepared)
        return true;
    int count = sqlite3_column_count(st->handle);
    db_sqlite_columns_clear(st);
    st->prepared = prepared;
    st->columns = calloc((size_t)count + 1, sizeof *st->columns);
    bool ready = st->columns != NULL;
    for (; ready && st->count < count; st->count++)
        ready =
            column_fill(&st->columns[st->count], sqlite3_column_name(st->handle, st->count), shape);
    st->shape = shape;
    if (!ready)
        db_sqlite_note(db, SQLITE_NOMEM);
    return ready;
}

/* JSON text in SQL. */
static bool nested(const struct db_column *column)
{
    return column->typed &&
           (column->kind == K_LIST || column->kind == K_OBJECT || column->kind == K_ANY);
}

static json_t *value_json(sqlite3_stmt *st, int i, const struct db_column *column)
{
    const char *text = (const char *)sqlite3_column_text(st, i);
    size_t len = (size_t)sqlite3_column_bytes(st, i);
    if (!text)
        return json_null();
    if (nested(column))
        return json_loadb(text, len, JSON_DECODE_ANY, NULL);
    return json_stringn(text, len);
}

static json_t *cell_json(sqlite3_stmt *st, int i, const struct db_column *column)
{
    switch (sqlite3_column_type(st, i)) {
    case SQLITE_NULL:
        return json_null();
    case SQLITE_INTEGER:
        return column->typed && column->kind == K_BOOL ? json_boolean(sqlite3_column_int(st, i))
                                                       : json_integer(sqlite3_column_int64(st, i));
    case SQLITE_FLOAT:
        return number_json(sqlite3_column_double(st, i), column->kind);
    default:
        return value_json(st, i, column);
    }
}

static json_t *row_json(struct db *db, struct db_statement *st)
{
    json_auto_t *row = json_object();
    int rc = row ? SQLITE_OK : SQLITE_NOMEM;
    for (int i = 0; i < st->count && rc == SQLITE_OK; i++)
        rc =
            json_object_set_new(row, st->columns[i].name, cell_json(st->handle, i, &st->columns[i]))
                ? SQLITE_NOMEM
                : SQLITE_OK;
    return db_sqlite_note(db, rc) == OK ? json_incref(row) : NULL;
}

json_t *db_row(struct db *db, const char *sql, const json_t *args, const struct field_shape *shape)
{
    struct db_statement *st = db_sqlite_start(db, sql, args);
    if (!st)
        return NULL;
    json_t *row = NULL;
    if (db_sqlite_step(db, st) && columns_ready(db, st, shape))
        row = row_json(db, st);
    db_sqlite_finish(db, st);
    return row;
}

json_t *db_rows(struct db *db, const char *sql, const json_t *args, const struct field_shape *shape)
{
    struct db_statement *st = db_sqlite_start(db, sql, args);
    if (!st)
        return NULL;
    json_auto_t *all = json_array();
    int rc = all ? SQLITE_OK : SQLITE_NOMEM;
    while (db_sqlite_note(db, rc) == OK && db_sqlite_step(db, st) && columns_ready(db, st, shape))
        rc = json_array_append_new(all, row_json(db, st)) ? SQLITE_NOMEM : SQLITE_OK;
    db_sqlite_finish(db, st);
    return db_failed(db) ? NULL : json_incref(all);
}

enum err db_exec(struct db *db, const char *sql, const json_t *args)
{
    struct db_statement *st = db_sqlite_start(db, sql, args);
    if (!st)
        return db_status(db, NULL);
    while (db_sqlite_step(db, st)) {
    }
    db_sqlite_finish(db, st);
    return db_status(db, NULL);
}

bool db_exec_fits(struct db *db, const char *sql, const json_t *args)
{
    struct db_statement *st = db_sqlite_start(db, sql, args);
    if (!st)
        return false;
    int rc = SQLITE_ROW;
    struct heard *heard = db_sqlite_heard(db);
    size_t waiting = heard_waiting(heard);
    while (rc == SQLITE_ROW)
        rc = sqlite3_step(st->handle);
    bool taken = rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
                 rc == SQLITE_CONSTRAINT_ROWID;
    if (taken)
        heard_cut(heard, waiting);
    else
        db_sqlite_note(db, rc);
    db_sqlite_finish(db, st);
    return !taken && !db_failed(db);
}

int64_t db_int(struct db *db, const char *sql, const json_t *args, int64_t fallback)
{
    struct db_statement *st = db_sqlite_start(db, sql, args);
    if (!st)
        return fallback;
    int64_t value = fallback;
    if (db_sqlite_step(db, st) && sqlite3_column_type(st->handle, 0) != SQLITE_NULL)
        value = sqlite3_column_int64(st->handle, 0);
    db_sqlite_finish(db, st);
    return value;
}

/* --- rows as text --- */

static void add_text(struct buf *out, sqlite3_stmt *st, int i, const struct db_column *column)
{
    const char *text = (const char *)sqlite3_column_text(st, i);
    size_t len = (size_t)sqlite3_column_bytes(st, i);
    if (!text)
        buf_add(out, "null", 4);
    else if (nested(column))
        buf_add(out, text, len);
    else
        buf_json(out, text, len);
}

static void add_cell(struct buf *out, sqlite3_stmt *st, int i, const struct db_column *column)
{
    switch (sqlite3_column_type(st, i)) {
    case SQLITE_NULL:
        buf_add(out, "null", 4);
        break;
    case SQLITE_INTEGER:
        if (column->typed && column->kind == K_BOOL)
            buf_text(out, sqlite3_column_int(st, i) ? "true" : "false");
        else
            buf_int(out, sqlite3_column_int64(st, i));
        break;
    case SQLITE_FLOAT:
        number_text(out, sqlite3_column_double(st, i), column->kind);
        break;
    default:
        add_text(out, st, i, column);
    }
}

static void add_row(struct buf *out, const struct db_statement *st)
{
    for (int i = 0; i < st->count; i++) {
        const struct db_column *column = &st->columns[i];
        bool first = i == 0; /* its key has a comma too many */
        if (first)
            buf_char(out, '{');
        buf_add(out, column->key + first, column->key_len - first);
        add_cell(out, st->handle, i, column);
    }
    buf_char(out, '}');
}

size_t db_text(struct db *db, const char *sql, const json_t *args, const struct field_shape *shape,
               struct buf *out)
{
    struct db_statement *st = db_sqlite_start(db, sql, args);
    if (!st)
        return 0;
    size_t rows = 0;
    buf_char(out, '[');
    while (db_sqlite_step(db, st) && columns_ready(db, st, shape)) {
        if (rows++)
            buf_char(out, ',');
        add_row(out, st);
    }
    buf_char(out, ']');
    db_sqlite_finish(db, st);
    if (out->failed)
        db_sqlite_note(db, SQLITE_NOMEM);
    return rows;
}

bool db_text_row(struct db *db, const char *sql, const json_t *args,
                 const struct field_shape *shape, struct buf *out)
{
    struct db_statement *st = db_sqlite_start(db, sql, args);
    if (!st)
        return false;
    bool found = db_sqlite_step(db, st) && columns_ready(db, st, shape);
    if (found)
        add_row(out, st);
    db_sqlite_finish(db, st);
    if (out->failed)
        db_sqlite_note(db, SQLITE_NOMEM);
    return found && !db_failed(db);
}
