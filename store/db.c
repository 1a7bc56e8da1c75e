#include "store/db.h"

#include "base/buf.h"

enum err db_missing(const struct db *db, struct why *why, const char *code, const char *field,
                    const char *text)
{
    return db_failed(db) ? db_status(db, why)
                         : why_fail(why, ERR_NOT_FOUND, code, field, "%s", text);
}

json_t *db_args(struct db *db, json_t *packed)
{
    if (!packed)
        db_fail(db, ERR_NOMEM, NULL, "", "no memory for the arguments of a statement");
    return packed;
}

const char *db_sql(struct db *db, const struct buf *sql)
{
    if (!sql->failed && sql->data)
        return sql->data;
    db_fail(db, ERR_NOMEM, NULL, "", "no memory for the text of a statement");
    return "";
}

void db_put(struct db *db, json_t *args, const char *key, json_t *value)
{
    if (json_object_set_new(args, key, value))
        db_fail(db, ERR_NOMEM, NULL, "", "no memory for the arguments of a statement");
}

int64_t db_version(struct db *db)
{
    return db_int(db, "PRAGMA user_version", NULL, 0);
}
