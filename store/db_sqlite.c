#include "store/db_sqlite.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/db_blocks.h"
#include "store/heard.h"

enum { CACHED = 40, BUSY_MS = LIMIT_DOOR_MS, HEARD = 1024 };

struct db {
    sqlite3 *handle;
    enum db_mode mode;
    struct db_statement cache[CACHED];
    uint64_t uses;
    int64_t changes; /* of the last statement */
    enum err error;
    struct why why;
    int64_t now, fixed_now, outer_now;
    struct id_source ids;
    struct db_blocks *blocks; /* of a writer, in transactions */
    struct heard *heard;      /* of a writer */
    bool lint;
};

static enum err translate(int rc)
{
    switch (rc & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_TOOBIG:
        return ERR_TOO_BIG;
    default:
        return ERR_IO;
    }
}

static const char *code_of(int rc)
{
    switch (rc & 0xFF) {
    case SQLITE_CONSTRAINT:
        return "constraint";
    case SQLITE_FULL:
        return "disk_full";
    case SQLITE_READONLY:
        return "database_read_only";
    default:
        return err_slug(translate(rc));
    }
}

enum err db_fail(struct db *db, enum err e, const char *code, const char *field, const char *text)
{
    if (!db->error)
        db->error = why_fail(&db->why, e, code, field, "%s", text);
    return db->error;
}

/* Keep the first error of the library. */
enum err db_sqlite_note(struct db *db, int rc)
{
    enum err e = translate(rc);
    return e ? db_fail(db, e, code_of(rc), "", sqlite3_errmsg(db->handle)) : db->error;
}

bool db_failed(const struct db *db)
{
    return db->error != OK;
}

enum err db_status(const struct db *db, struct why *why)
{
    if (db->error && why)
        *why = db->why;
    return db->error;
}

void db_sqlite_columns_clear(struct db_statement *st)
{
    for (int i = 0; i < st->count; i++)
        free(st->columns[i].key);
    free(st->columns);
    st->columns = NULL;
    st->count = 0;
    st->shape = NULL;
}

static void statement_clear(struct db_statement *st)
{
    db_sqlite_columns_clear(st);
    sqlite3_finalize(st->handle);
    free(st->sql);
    *st = (struct db_statement){0};
}

/* The statement of ${sql} from the cache, prepared where it is missing; NULL after a failure. */
static struct db_statement *prepare(struct db *db, const char *sql)
{
    if (db->error)
        return NULL;
    size_t len = strlen(sql);
    struct db_statement *oldest = &db->cache[0];
    for (size_t i = 0; i < CACHED; i++) {
        struct db_statement *st = &db->cache[i];
        if (st->sql && st->len == len && memcmp(st->sql, sql, len) == 0) {
            st->used = ++db->uses;
            return st;
        }
        if (st->used < oldest->used)
            oldest = st;
    }
    statement_clear(oldest);
    oldest->sql = strdup(sql);
    int rc = oldest->sql ? sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                              &oldest->handle, NULL)
                         : SQLITE_NOMEM;
    if (db_sqlite_note(db, rc) != OK || !oldest->handle) {
        statement_clear(oldest);
        return NULL;
    }
    oldest->len = len;
    oldest->used = ++db->uses;
    return oldest;
}

/* Prepared and bound; NULL after a failure. Every start is followed by a finish. */
struct db_statement *db_sqlite_start(struct db *db, const char *sql, const json_t *args)
{
    struct db_statement *st = prepare(db, sql);
    if (st && db_sqlite_note(db, db_sqlite_bind(st->handle, args, db->now)) != OK) {
        sqlite3_clear_bindings(st->handle);
        return NULL;
    }
    return st;
}

bool db_sqlite_step(struct db *db, struct db_statement *st)
{
    int rc = sqlite3_step(st->handle);
    return db_sqlite_note(db, rc) == OK && rc == SQLITE_ROW;
}

void db_sqlite_finish(struct db *db, struct db_statement *st)
{
    int scanned = sqlite3_stmt_status(st->handle, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1) +
                  sqlite3_stmt_status(st->handle, SQLITE_STMTSTATUS_AUTOINDEX, 1);
    sqlite3_reset(st->handle);
    sqlite3_clear_bindings(st->handle);
    if (db->lint && scanned && !strstr(st->sql, "/* scan */"))
        db_fail(db, ERR_INVALID, "full_scan", "", st->sql);
    db->changes = sqlite3_changes64(db->handle);
    if (heard_waiting(db->heard) >= HEARD)
        db_settle(db);
}

/* --- connection --- */

/* The system's own cache holds the file; ours only has to bridge one transaction or list. The
 * writer keeps the leaves of all indexes that bookings touch: read again for each, they took a
 * tenth of it. */
static const char *const setup_any[] = {"PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY",
                                        "PRAGMA cache_size = -256", NULL};
static const char *const setup_write[] = {"PRAGMA cache_size = -1024", "PRAGMA journal_mode = WAL",
                                          "PRAGMA synchronous = FULL", NULL};
static const char *const setup_read[] = {"PRAGMA query_only = ON", NULL};

static void exec_all(struct db *db, const char *const *list)
{
    for (; *list; list++)
        db_exec(db, *list, NULL);
}

static enum err prepare_connection(struct db *db)
{
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    exec_all(db, setup_any);
    exec_all(db, db->mode == DB_WRITE ? setup_write : setup_read);
    return db->error;
}

/* Nobody reads the library's count of its memory, and every allocation would lock for it. */
static void configure_once(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    db_blocks_configure();
}

enum err db_open(const char *path, enum db_mode mode, struct db **ret_db, struct why *why)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    pthread_once(&configured, configure_once);
    struct db *db = calloc(1, sizeof *db);
    if (!db)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a database connection");
    db->mode = mode;
    db->now = clock_now();
    db->blocks = mode == DB_WRITE ? db_blocks_new() : NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(path, &db->handle,
                             mode == DB_WRITE ? flags | SQLITE_OPEN_CREATE : flags, NULL);
    enum err e = db->handle ? db_sqlite_note(db, rc) : ERR_NOMEM;
    if (e == OK && mode == DB_WRITE && !(db->heard = heard_new(db->handle)))
        e = db_sqlite_note(db, SQLITE_NOMEM);
    if (e == OK)
        e = prepare_connection(db);
    if (e == OK) {
        *ret_db = db;
        return OK;
    }
    why_fail(why, e, "database_unusable", NULL, "cannot open the database %s: %s", path,
             db->why.text);
    db_close(db);
    return e;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < CACHED; i++)
        statement_clear(&db->cache[i]);
    heard_free(db->heard);
    sqlite3_close_v2(db->handle);
    db_blocks_free(db->blocks);
    free(db);
}

int64_t db_changes(const struct db *db)
{
    return db->changes;
}

int64_t db_total_changes(const struct db *db)
{
    return sqlite3_total_changes64(db->handle) + heard_total(db->heard);
}

int64_t db_last_row(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

enum err db_script(struct db *db, const char *sql)
{
    return db->error ? db->error : db_sqlite_note(db, sqlite3_exec(db->handle, sql, 0, 0, 0));
}

void db_lint(struct db *db, bool on)
{
    db->lint = on;
}

void db_triggers(struct db *db, bool on)
{
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, on ? 1 : 0, NULL);
}

/* --- transactions --- */

static void refresh_now(struct db *db)
{
    db->now = db->fixed_now ? db->fixed_now : clock_now();
}

static void forget_error(struct db *db)
{
    db->error = OK;
    db->why = (struct why){0};
}

bool db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

enum err db_begin(struct db *db)
{
    forget_error(db);
    refresh_now(db);
    heard_forget(db->heard);
    db_blocks_use(db->blocks);
    return db_exec(db, db->mode == DB_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", NULL);
}

void db_rollback(struct db *db)
{
    forget_error(db);
    heard_forget(db->heard);
    if (db_in_transaction(db))
        db_exec(db, "ROLLBACK", NULL);
    db_blocks_use(NULL);
    forget_error(db);
    refresh_now(db);
}

enum err db_commit(struct db *db, struct why *why)
{
    if (!db->error && !db_in_transaction(db))
        db_fail(db, ERR_IO, "rolled_back", "", "the transaction was rolled back by the database");
    db_settle(db);
    db_exec(db, "COMMIT", NULL);
    enum err e = db_status(db, why);
    if (e)
        db_rollback(db);
    heard_forget(db->heard);
    db_blocks_use(NULL);
    refresh_now(db);
    return e;
}

enum err db_savepoint(struct db *db)
{
    db->outer_now = db->now;
    if (!db->fixed_now)
        db->now = clock_now();
    heard_mark(db->heard);
    return db_exec(db, "SAVEPOINT unit", NULL);
}

enum err db_release(struct db *db)
{
    db->now = db->outer_now;
    heard_unmark(db->heard);
    return db_exec(db, "RELEASE unit", NULL);
}

void db_revert(struct db *db)
{
    forget_error(db);
    heard_revert(db->heard);
    if (db_in_transaction(db)) {
        db_exec(db, "ROLLBACK TO unit", NULL);
        db_exec(db, "RELEASE unit", NULL);
    }
    db->now = db->outer_now;
}

enum err db_settle(struct db *db)
{
    return db->error ? db->error : db_sqlite_note(db, heard_settle(db->heard));
}

int64_t db_heard(const struct db *db, const char *entity, const char *public_id)
{
    return heard_place(db->heard, entity, public_id);
}

struct heard *db_sqlite_heard(const struct db *db)
{
    return db->heard;
}

/* --- session --- */

void db_set_now(struct db *db, int64_t ms)
{
    if (!db_in_transaction(db))
        db->fixed_now = ms;
    db->now = ms ? ms : clock_now();
}

int64_t db_now(const struct db *db)
{
    return db->now;
}

void db_count_ids(struct db *db)
{
    db->ids = (struct id_source){.counted = true};
}

void db_new_id(struct db *db, char ret_id[ID_SIZE])
{
    id_make(&db->ids, db->now, ret_id);
}

void db_checkpoint(struct db *db)
{
    forget_error(db);
    db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
    forget_error(db);
}
