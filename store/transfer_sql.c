#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/trail.h"
#include "store/transfer_inside.h"

const struct transfer_entity *transfer_entity_at(size_t index)
{
    if (index < TRANSFER_STOCK)
        return &transfer_stock[index];
    return index - TRANSFER_STOCK < TRANSFER_PRINTS ? &transfer_prints[index - TRANSFER_STOCK]
                                                    : NULL;
}

static bool is_own_id(const struct field *field)
{
    return strcmp(field->wire, "public_id") == 0;
}

const struct field *transfer_own_id(const struct transfer_entity *entity)
{
    const struct field *first = &entity->shape.fields[0];
    return is_own_id(first) ? first : NULL;
}

const char *transfer_refers(const struct field *field, const char **ret_entity)
{
    static const struct {
        const char *name, *table, *entity;
    } rows[] = {
        {"vendor_id", "vendor", "vendors"},      {"filament_id", "filament", "filaments"},
        {"spool_id", "spool", "spools"},         {"printer_id", "printer", "printers"},
        {"ams_slot_id", "slot", "ams_slots"},    {"job_id", "job", "print_jobs"},
        {"weighed_job_id", "job", "print_jobs"}, {"reverses", "usage", "usage_events"},
    };
    for (size_t i = 0; i < LEN(rows) && !is_own_id(field); i++) {
        if (strcmp(rows[i].name, field->name) != 0)
            continue;
        if (ret_entity)
            *ret_entity = rows[i].entity;
        return rows[i].table;
    }
    return NULL;
}

static void add_column(struct buf *sql, const struct field *field)
{
    const char *table = transfer_refers(field, NULL);
    if (table)
        buf_format(sql, "(SELECT r.public_id FROM %s r WHERE r.id = x.%s)", table, field->wire);
    else if (field->flags & TRANSFER_TRAIL)
        buf_text(sql, trail_sql);
    else if (field->kind == K_GRAMS)
        buf_format(sql, "x.%s / 1000.0", field->wire);
    else if (field->kind == K_MONEY)
        buf_format(sql, "x.%s / 100.0", field->wire);
    else if (field->kind == K_TIME)
        buf_format(sql, "strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', x.%s / 1000.0, 'unixepoch')",
                   field->wire);
    else
        buf_format(sql, "x.%s", field->wire);
    buf_format(sql, " AS \"%s\"", field->name);
}

void transfer_sql_select(const struct transfer_entity *entity, struct buf *sql)
{
    for (size_t i = 0; i < entity->shape.count; i++) {
        buf_text(sql, i ? ", " : "SELECT ");
        add_column(sql, &entity->shape.fields[i]);
    }
    buf_format(sql, " FROM %s x", entity->table);
}

void transfer_sql_insert(const struct transfer_entity *entity, const json_t *args, struct buf *sql)
{
    auto_buf values = {0};
    buf_format(sql, "INSERT INTO %s (", entity->table);
    for (size_t i = 0; i < entity->shape.count; i++) {
        const struct field *field = &entity->shape.fields[i];
        if (!json_object_get(args, field->name))
            continue;
        buf_text(sql, values.len ? ", " : "");
        buf_text(sql, field->wire);
        buf_text(&values, values.len ? ", :" : ":");
        buf_text(&values, field->name);
    }
    buf_format(sql, ") VALUES (%s) ON CONFLICT DO NOTHING", values.data ? values.data : "");
    sql->failed |= values.failed;
}

void transfer_sql_update(const struct transfer_entity *entity, const json_t *args, struct buf *sql)
{
    const char *join = "SET";
    buf_format(sql, "UPDATE %s ", entity->table);
    for (size_t i = 0; i < entity->shape.count; i++) {
        const struct field *field = &entity->shape.fields[i];
        if ((field->flags & TRANSFER_FIXED) || !json_object_get(args, field->name))
            continue;
        buf_format(sql, "%s %s = :%s", join, field->wire, field->name);
        join = ",";
    }
    buf_text(sql, " WHERE rowid = :row");
}

void transfer_sql_same(const struct transfer_entity *entity, const json_t *args, struct buf *sql)
{
    buf_format(sql, "SELECT 1 FROM %s x WHERE x.rowid = :row", entity->table);
    for (size_t i = 0; i < entity->shape.count; i++) {
        const struct field *field = &entity->shape.fields[i];
        if (!(field->flags & (TRANSFER_FIXED | TRANSFER_STAMP)) &&
            json_object_get(args, field->name))
            buf_format(sql, " AND %s%s IS :%s", field->flags & TRANSFER_TRAIL ? "" : "x.",
                       field->flags & TRANSFER_TRAIL ? trail_sql : field->wire, field->name);
    }
}
