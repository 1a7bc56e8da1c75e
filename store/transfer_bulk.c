/* Rows that come by the ten thousand: their triggers are held back, and what those do for each row
 * is done once for all of them. */
#include "base/auto.h"
#include "base/buf.h"
#include "store/db.h"
#include "store/transfer_inside.h"

/* The print that a part belongs to has changed with it. */
static void tell_prints(struct db *db, const char *table, const json_t *args)
{
    auto_buf sql = {0};
    buf_format(&sql,
               "INSERT INTO changed (entity, public_id, op, at) SELECT 'print_job', public_id, "
               "'update', updated_at FROM job WHERE id IN (SELECT job FROM %s WHERE id > :before) "
               "OR id IN (SELECT value FROM json_each(:prints)) ORDER BY id /* scan */",
               table);
    db_exec(db, db_sql(db, &sql), args);
}

static void tell_events(struct db *db, const json_t *args)
{
    db_exec(db,
            "INSERT INTO changed (entity, public_id, op, at) SELECT 'usage_event', public_id, "
            "'insert', created_at FROM usage WHERE id > :before ORDER BY id",
            args);
    db_exec(db,
            "INSERT INTO changed (entity, public_id, op, at) SELECT 'usage_event', r.public_id, "
            "'update', u.created_at FROM usage u JOIN usage r ON r.id = u.reverses "
            "WHERE u.id > :before ORDER BY u.id",
            args);
}

static void sum_up(struct db *db, const json_t *args)
{
    db_exec(db,
            "UPDATE spool SET used_mg = used_mg + n.mg, "
            "first_used_at = coalesce(min(first_used_at, n.first_at), first_used_at, n.first_at), "
            "last_used_at = coalesce(max(last_used_at, n.last_at), last_used_at, n.last_at), "
            "updated_at = (SELECT created_at FROM usage WHERE id = n.newest) "
            "FROM (SELECT spool AS roll, sum(mg) AS mg, max(id) AS newest, "
            "min(CASE WHEN kind = 'print' THEN at END) AS first_at, "
            "max(CASE WHEN kind = 'print' THEN at END) AS last_at "
            "FROM usage WHERE id > :before GROUP BY spool) n WHERE n.roll = spool.id /* scan */",
            args);
}

static int64_t newest_row(struct db *db, const char *table)
{
    auto_buf sql = {0};
    buf_format(&sql, "SELECT max(id) FROM %s", table);
    return db_int(db, db_sql(db, &sql), NULL, 0);
}

void transfer_bulk_begin(struct transfer_run *run, const struct transfer_entity *entity)
{
    run->before = newest_row(run->db, entity->table);
    json_array_clear(run->prints);
    db_triggers(run->db, false);
}

void transfer_bulk_end(struct transfer_run *run, const struct transfer_entity *entity)
{
    struct db *db = run->db;
    db_triggers(db, true);
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:O}", "before", (json_int_t)run->before, "prints", run->prints));
    if (entity->flags & TRANSFER_LEDGER) {
        tell_events(db, args);
        sum_up(db, args);
    }
    tell_prints(db, entity->table, args);
}
