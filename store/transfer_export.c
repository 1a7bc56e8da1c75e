#include "base/auto.h"
#include "base/buf.h"
#include "store/db.h"
#include "store/transfer_inside.h"

enum { PAGE = 100, DUMP = JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY };

/* --- the document for people who read about it --- */

static const struct field document[] = {
    {NULL, "format", K_TEXT, 0, 0, 0, 0, 0, NULL, "filamentd-export"},
    {NULL, "version", K_INT, 0, 0, 0, 0, 0, NULL, "of the format"},
    {NULL, "materials", K_LIST, 0, 0, 0, 0, 0, NULL, "facts that the user chose",
     &transfer_stock[0].shape},
    {NULL, "thresholds", K_LIST, 0, 0, 0, 0, 0, NULL, "thresholds that the user chose",
     &transfer_stock[1].shape},
    {NULL, "settings", K_LIST, 0, 0, 0, 0, 0, NULL, "settings that the user chose",
     &transfer_stock[2].shape},
    {NULL, "vendors", K_LIST, 0, 0, 0, 0, 0, NULL, "brands", &transfer_stock[3].shape},
    {NULL, "filaments", K_LIST, 0, 0, 0, 0, 0, NULL, "products", &transfer_stock[4].shape},
    {NULL, "spools", K_LIST, 0, 0, 0, 0, 0, NULL, "rolls, archived and deleted ones too",
     &transfer_stock[5].shape},
    {NULL, "printers", K_LIST, 0, 0, 0, 0, 0, NULL, "printers, without access codes",
     &transfer_prints[0].shape},
    {NULL, "printer_aliases", K_LIST, 0, 0, 0, 0, 0, NULL, "their other names",
     &transfer_prints[1].shape},
    {NULL, "ams_slots", K_LIST, 0, 0, 0, 0, 0, NULL, "slots", &transfer_prints[2].shape},
    {NULL, "slot_history", K_LIST, 0, 0, 0, 0, 0, NULL, "who was where", &transfer_prints[3].shape},
    {NULL, "print_jobs", K_LIST, 0, 0, 0, 0, 0, NULL, "prints", &transfer_prints[4].shape},
    {NULL, "print_job_filaments", K_LIST, 0, 0, 0, 0, 0, NULL, "what they asked for",
     &transfer_prints[5].shape},
    {NULL, "print_job_segments", K_LIST, 0, 0, 0, 0, 0, NULL, "which slot gave what",
     &transfer_prints[6].shape},
    {NULL, "print_job_feeds", K_LIST, 0, 0, 0, 0, 0, NULL, "which slot was seen feeding",
     &transfer_prints[7].shape},
    {NULL, "usage_events", K_LIST, 0, 0, 0, 0, 0, NULL, "the ledger", &transfer_prints[8].shape},
    {NULL, "learned_answers", K_LIST, 0, 0, 0, 0, 0, NULL, "answers that are remembered",
     &transfer_prints[9].shape},
};
const struct field_shape transfer_document = {NULL, document, LEN(document), "Export"};

/* --- rows --- */

static enum err write_rows(json_t *rows, bool *first, FILE *out)
{
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        fputs(*first ? "\n" : ",\n", out);
        *first = false;
        if (json_dumpf(row, out, DUMP) != 0)
            return ERR_IO;
    }
    return OK;
}

static void add_statement(struct buf *sql, const struct transfer_entity *entity, bool paged)
{
    transfer_sql_select(entity, sql);
    buf_text(sql, paged ? " WHERE x.id > :after AND x.id <= :upto" : " WHERE true");
    if (entity->only)
        buf_format(sql, " AND (%s)", entity->only);
    buf_format(sql, " ORDER BY x.%s", entity->order);
    buf_text(sql, paged ? "" : " /* scan */");
}

/* The last row id of the page behind ${after}; 0: there is none. */
static int64_t page_end(struct db *db, const struct transfer_entity *entity, json_t *args)
{
    auto_buf sql = {0};
    buf_format(&sql,
               "SELECT max(id) FROM (SELECT id FROM %s WHERE id > :after ORDER BY id LIMIT %d)",
               entity->table, PAGE);
    return db_int(db, db_sql(db, &sql), args, 0);
}

static enum err write_pages(struct db *db, const struct transfer_entity *entity, const char *sql,
                            bool *first, FILE *out)
{
    int64_t after = 0, upto;
    do {
        json_auto_t *args = db_args(db, json_pack("{s:I}", "after", (json_int_t)after));
        upto = page_end(db, entity, args);
        db_put(db, args, "upto", json_integer(upto));
        json_auto_t *rows = upto ? db_rows(db, sql, args, &entity->shape) : NULL;
        if (write_rows(rows, first, out) != OK)
            return ERR_IO;
        after = upto;
    } while (upto);
    return OK;
}

static enum err write_entity(struct db *db, const struct transfer_entity *entity, FILE *out)
{
    auto_buf sql = {0};
    bool paged = entity->order[0] == 'i' && entity->order[1] == 'd', first = true;
    add_statement(&sql, entity, paged);
    const char *text = db_sql(db, &sql);
    fprintf(out, ",\n\"%s\":[", entity->name);
    json_auto_t *rows = paged ? NULL : db_rows(db, text, NULL, &entity->shape);
    enum err e = paged ? write_pages(db, entity, text, &first, out) : write_rows(rows, &first, out);
    fputs("]", out);
    return e;
}

enum err transfer_export(struct db *db, FILE *out, struct why *why)
{
    enum err e = OK;
    fprintf(out, "{\"format\":\"filamentd-export\",\n\"version\":%d", TRANSFER_VERSION);
    const struct transfer_entity *entity;
    for (size_t i = 0; e == OK && (entity = transfer_entity_at(i)); i++)
        e = write_entity(db, entity, out);
    fputs("}\n", out);
    if (db_failed(db))
        return db_status(db, why);
    return e != OK || fflush(out) != 0 || ferror(out)
               ? why_fail(why, ERR_IO, "no_disk", NULL, "the export could not be written")
               : OK;
}
