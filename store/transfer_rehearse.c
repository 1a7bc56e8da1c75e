#include <stdio.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/db.h"
#include "store/transfer.h"

static void drop(const char *scratch)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < LEN(parts); i++) {
        auto_buf path = {0};
        buf_text(&path, scratch);
        buf_text(&path, parts[i]);
        if (!path.failed)
            unlink(path.data);
    }
}

/* As it is at this moment; writers go on. */
static enum err copy(const char *database, const char *scratch, struct why *why)
{
    struct db *db = NULL;
    enum err e = db_open(database, DB_READ, &db, why);
    if (e != OK)
        return e;
    json_auto_t *args = db_args(db, json_pack("{s:s}", "path", scratch));
    db_exec(db, "PRAGMA query_only = OFF", NULL);
    db_exec(db, "VACUUM INTO :path", args);
    e = db_status(db, why);
    db_close(db);
    return e;
}

static enum err try_it(struct db *db, FILE *file, const struct transfer_wish *wish,
                       json_t **ret_report, struct why *why)
{
    db_exec(db, "PRAGMA synchronous = OFF", NULL);
    enum err e =
        db_begin(db) == OK ? transfer_import(db, file, wish, ret_report, why) : db_status(db, why);
    db_rollback(db);
    return e;
}

enum err transfer_rehearse(const char *database, const char *scratch, FILE *file,
                           const struct transfer_wish *wish, json_t **ret_report, struct why *why)
{
    struct db *db = NULL;
    *ret_report = NULL;
    drop(scratch);
    enum err e = copy(database, scratch, why);
    if (e == OK)
        e = db_open(scratch, DB_WRITE, &db, why);
    if (e == OK)
        e = try_it(db, file, wish, ret_report, why);
    db_close(db);
    drop(scratch);
    return e;
}
