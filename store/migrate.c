#include "store/migrate.h"

#include "base/buf.h"
#include "store/backup.h"
#include "store/db.h"
#include "store/materials.h"
#include "store/search.h"

int migrate_newest(void)
{
    size_t count;
    const struct migration *list = migrate_list(&count);
    return list[count - 1].version;
}

static enum err back_up(struct db *db, const char *stem, int version, struct why *why)
{
    auto_buf path = {0};
    buf_format(&path, "%s.before-%04d", stem, version);
    if (path.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a backup");
    return backup_make(db, path.data, why);
}

/* References may be broken in between, so they are looked at once, at the end. */
static enum err check_references(struct db *db)
{
    json_auto_t *broken = db_row(db, "PRAGMA foreign_key_check", NULL, NULL);
    if (broken)
        db_fail(db, ERR_CORRUPT, "broken_reference", "", "a row refers to one that is missing");
    return db_status(db, NULL);
}

static enum err apply(struct db *db, const struct migration *migration, struct why *why)
{
    auto_buf version = {0};
    buf_format(&version, "PRAGMA user_version = %d", migration->version);
    if (version.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a migration");
    db_exec(db, "PRAGMA foreign_keys = OFF", NULL);
    db_begin(db);
    db_script(db, migration->sql);
    check_references(db);
    db_exec(db, version.data, NULL);
    struct why cause = {0};
    enum err e = db_commit(db, &cause);
    db_exec(db, "PRAGMA foreign_keys = ON", NULL);
    if (e)
        return why_fail(why, e, "migration_failed", NULL,
                        "migration %s failed, the database is as before: %s", migration->name,
                        cause.text);
    return OK;
}

static enum err refuse_newer(int64_t have, struct why *why)
{
    return why_fail(why, ERR_CONFLICT, "database_too_new", NULL,
                    "the database has version %d, this program understands up to %d; install a "
                    "newer program or restore an older backup",
                    (int)have, migrate_newest());
}

enum err migrate_run(struct db *db, const char *backup, struct why *why)
{
    int64_t have = db_version(db);
    if (db_failed(db))
        return db_status(db, why);
    if (have > migrate_newest())
        return refuse_newer(have, why);
    size_t count;
    const struct migration *list = migrate_list(&count);
    bool holds_data = have > 0;
    enum err e = OK;
    for (size_t i = 0; i < count && e == OK; i++) {
        if (list[i].version <= have)
            continue;
        if (holds_data && backup)
            e = back_up(db, backup, list[i].version, why);
        if (e == OK)
            e = apply(db, &list[i], why);
    }
    return e;
}

static enum err seed(struct db *db, struct why *why)
{
    db_begin(db);
    materials_seed(db);
    search_refresh(db);
    return db_commit(db, why);
}

enum err migrate_open(const char *path, struct db **ret_db, struct why *why)
{
    struct db *db = NULL;
    enum err e = db_open(path, DB_WRITE, &db, why);
    if (e)
        return e;
    bool memory = path[0] == ':';
    e = migrate_run(db, memory ? NULL : path, why);
    if (e == OK)
        e = seed(db, why);
    if (e) {
        db_close(db);
        return e;
    }
    *ret_db = db;
    return OK;
}
