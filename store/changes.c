#include "store/changes.h"

#include "store/db.h"

int64_t changes_newest(struct db *db)
{
    db_settle(db);
    return db_int(db, "SELECT max(seq) FROM change", NULL, 0);
}

int64_t changes_newest_of(struct db *db, const char *entity)
{
    db_settle(db);
    json_auto_t *args = db_args(db, json_pack("{s:s}", "entity", entity));
    return db_int(db, "SELECT seq FROM change_newest WHERE entity = :entity", args, 0);
}

int64_t changes_of(struct db *db, const char *entity, const char *public_id)
{
    int64_t heard = db_heard(db, entity, public_id);
    if (heard)
        return heard;
    json_auto_t *args = db_args(db, json_pack("{s:s, s:s}", "entity", entity, "id", public_id));
    return db_int(db, "SELECT seq FROM change WHERE entity = :entity AND public_id = :id", args, 0);
}

json_t *changes_since(struct db *db, int64_t since, int64_t limit)
{
    db_settle(db);
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:I}", "since", (json_int_t)since, "limit", (json_int_t)limit));
    return db_rows(db,
                   "SELECT seq, entity, public_id AS id, op, "
                   "strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS at "
                   "FROM change WHERE seq > :since ORDER BY seq LIMIT :limit",
                   args, NULL);
}
