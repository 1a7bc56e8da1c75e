#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/csv.h"
#include "store/db.h"
#include "store/transfer_inside.h"

enum { PAGE = 200, NAME_SIZE = 64 };

/* Columns of the views, apart by commas, as they stand in the head. */
struct sheet {
    const char *name, *view, *key, *table, *columns;
    const struct field *kinds; /* of columns that are no plain number in SQL */
    size_t kind_count;
};

static const struct field spool_kinds[] = {
    {.name = "cost_usd", .kind = K_MONEY},
    {.name = "low", .kind = K_BOOL},
    {.name = "draft", .kind = K_BOOL},
    {.name = "initial_weight_grams", .kind = K_GRAMS},
    {.name = "current_weight_grams", .kind = K_GRAMS},
    {.name = "spool_weight_grams", .kind = K_GRAMS},
    {.name = "threshold_grams", .kind = K_GRAMS},
};

static const struct field usage_kinds[] = {
    {.name = "grams_used", .kind = K_GRAMS},
    {.name = "cost_usd", .kind = K_MONEY},
    {.name = "estimate", .kind = K_BOOL},
};

static const struct field job_kinds[] = {
    {.name = "total_estimated_grams", .kind = K_GRAMS},
    {.name = "total_actual_grams", .kind = K_GRAMS},
    {.name = "open_grams", .kind = K_GRAMS},
    {.name = "cost_usd", .kind = K_MONEY},
    {.name = "cost_complete", .kind = K_BOOL},
};

static const struct sheet sheets[] = {
    {"spools", "spools", "spool_id", "spool",
     "spool_id,spool_number,brand,product_name,material_type,color_hex,initial_weight_grams,"
     "current_weight_grams,spool_weight_grams,cost_usd,purchase_date,location,lot,notes,"
     "density_g_cm3,diameter_mm,nozzle_temp_min_c,nozzle_temp_max_c,bed_temp_min_c,bed_temp_max_c,"
     "drying_requirements,profile,article_number,tray_uuid,external_id,low,opened_at,dried_at,"
     "archived_at,last_used_at,created_at",
     spool_kinds, LEN(spool_kinds)},
    {"usage", "usage_events", "event_id", "usage",
     "event_id,timestamp,spool_id,job_id,ams_slot_id,grams_used,event_type,source,estimate,"
     "cost_usd,filament_index,segment,revision,reverses,reversed_by,note",
     usage_kinds, LEN(usage_kinds)},
    {"jobs", "print_jobs", "job_id", "job",
     "job_id,printer_id,name,gcode_file_name,start_time,end_time,status,total_estimated_grams,"
     "total_actual_grams,open_grams,cost_usd,cost_complete,source,note",
     job_kinds, LEN(job_kinds)},
};

const char *const transfer_sheets[] = {"spools", "usage", "jobs", NULL};

/* In the order of the head, whatever order the row has. */
static void add_record(struct buf *out, const struct sheet *sheet, const json_t *row)
{
    for (const char *at = sheet->columns; *at;) {
        char name[NAME_SIZE] = "";
        size_t len = strcspn(at, ",");
        text_copy_len(name, sizeof name, at, len);
        csv_cell(out, json_object_get(row, name));
        buf_text(out, at[len] ? "," : "\r\n");
        at += len + (at[len] == ',');
    }
}

/* In the order in which they were entered. */
static json_t *read_page(struct db *db, const struct sheet *sheet, int64_t *after)
{
    auto_buf end = {0}, sql = {0};
    const struct field_shape shape = {sheet->view, sheet->kinds, sheet->kind_count, NULL};
    json_auto_t *args = db_args(db, json_pack("{s:I}", "after", (json_int_t)*after));
    buf_format(&end,
               "SELECT max(id) FROM (SELECT id FROM %s WHERE id > :after ORDER BY id LIMIT %d)",
               sheet->table, PAGE);
    buf_format(&sql,
               "SELECT %s FROM (SELECT id AS entered, public_id AS own FROM %s WHERE id > :after "
               "AND id <= :upto) CROSS JOIN %s ON %s = own ORDER BY entered",
               sheet->columns, sheet->table, sheet->view, sheet->key);
    *after = db_int(db, db_sql(db, &end), args, 0);
    db_put(db, args, "upto", json_integer(*after));
    return *after ? db_rows(db, db_sql(db, &sql), args, &shape) : NULL;
}

static const struct sheet *find_sheet(const char *name)
{
    for (size_t i = 0; i < LEN(sheets); i++)
        if (strcmp(sheets[i].name, name) == 0)
            return &sheets[i];
    return NULL;
}

enum err transfer_csv(struct db *db, const char *name, FILE *out, struct why *why)
{
    const struct sheet *sheet = find_sheet(name);
    if (!sheet)
        return why_fail(why, ERR_INVALID, "not_allowed", "what", "what is spools, usage or jobs");
    fprintf(out, "%s\r\n", sheet->columns);
    int64_t after = 0;
    do {
        json_auto_t *rows = read_page(db, sheet, &after);
        size_t i;
        const json_t *row;
        auto_buf text = {0};
        json_array_foreach (rows, i, row)
            add_record(&text, sheet, row);
        if (text.failed)
            return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for an export");
        fwrite(text.data ? text.data : "", 1, text.len, out);
    } while (after && !db_failed(db));
    if (db_failed(db))
        return db_status(db, why);
    return fflush(out) != 0 || ferror(out)
               ? why_fail(why, ERR_IO, "no_disk", NULL, "the export could not be written")
               : OK;
}
