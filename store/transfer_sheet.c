#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/id.h"
#include "base/sha256.h"
#include "base/text.h"
#include "core/body.h"
#include "store/args.h"
#include "store/db.h"
#include "store/number.h"
#include "store/transfer_inside.h"

enum { COLUMNS = 64, HEAD_NAME = 64 };

/* Our names, and those that other programs and people use. "": known, and worked out here. */
static const char *const names[][2] = {
    {"spool_id", "spool_id"},
    {"id", "spool_id"},
    {"brand", "brand"},
    {"vendor", "brand"},
    {"manufacturer", "brand"},
    {"vendor_name", "brand"},
    {"product_name", "product_name"},
    {"product", "product_name"},
    {"name", "product_name"},
    {"filament", "product_name"},
    {"filament_name", "product_name"},
    {"material_type", "material_type"},
    {"material", "material_type"},
    {"type", "material_type"},
    {"color_hex", "color_hex"},
    {"color", "color_hex"},
    {"colour", "color_hex"},
    {"initial_weight_grams", "initial_weight_grams"},
    {"initial_weight", "initial_weight_grams"},
    {"net_weight", "initial_weight_grams"},
    {"weight", "initial_weight_grams"},
    {"current_weight_grams", "current_weight_grams"},
    {"current_weight", "current_weight_grams"},
    {"remaining_weight", "current_weight_grams"},
    {"remaining", "current_weight_grams"},
    {"spool_weight_grams", "spool_weight_grams"},
    {"spool_weight", "spool_weight_grams"},
    {"tare", "spool_weight_grams"},
    {"cost_usd", "cost_usd"},
    {"cost", "cost_usd"},
    {"price", "cost_usd"},
    {"purchase_date", "purchase_date"},
    {"purchased", "purchase_date"},
    {"location", "location"},
    {"lot", "lot"},
    {"lot_nr", "lot"},
    {"notes", "notes"},
    {"comment", "notes"},
    {"density_g_cm3", "density_g_cm3"},
    {"density", "density_g_cm3"},
    {"diameter_mm", "diameter_mm"},
    {"diameter", "diameter_mm"},
    {"nozzle_temp_min_c", "nozzle_temp_min_c"},
    {"nozzle_temp_max_c", "nozzle_temp_max_c"},
    {"bed_temp_min_c", "bed_temp_min_c"},
    {"bed_temp_max_c", "bed_temp_max_c"},
    {"drying_requirements", "drying_requirements"},
    {"threshold_grams", "threshold_grams"},
    {"article_number", "article_number"},
    {"profile", "profile"},
    {"tray_uuid", "tray_uuid"},
    {"external_id", "external_id"},
    {"archived", "archived"},
    {"archived_at", "archived_at"},
    {"opened_at", "opened_at"},
    {"dried_at", "dried_at"},
    {"spool_number", ""},
    {"remaining_percent", ""},
    {"low", ""},
    {"loaded_in", ""},
    {"created_at", ""},
    {"updated_at", ""},
    {"last_used_at", ""},
    {"first_used_at", ""},
};

struct sheet {
    struct transfer_run *run;
    struct transfer_file *file;
    int separator;
    const char *columns[COLUMNS]; /* of ours; "": passed over */
    size_t count;
    json_t *seen; /* hash of a record -> how many of them there were */
};

/* --- the head --- */

/* "Initial weight (g)" is initial_weight. */
static void plain_name(const char *title, char name[HEAD_NAME])
{
    size_t len = 0;
    for (; *title && *title != '(' && *title != '[' && len + 1 < HEAD_NAME; title++)
        name[len++] = *title == ' ' || *title == '-' || *title == '.' ? '_' : *title;
    while (len && name[len - 1] == '_')
        len--;
    name[len] = '\0';
    text_lower(name);
}

static const char *column_of(const char *title)
{
    char name[HEAD_NAME];
    plain_name(title, name);
    for (size_t i = 0; i < LEN(names); i++)
        if (strcmp(names[i][0], name) == 0)
            return names[i][1];
    return NULL;
}

static enum err bad_head(struct why *why, const char *code, const char *title, const char *text)
{
    return why_fail(why, ERR_INVALID, code, title, "line 1: column \"%.60s\" %s", title, text);
}

static enum err take_title(struct sheet *sheet, const char *title, struct why *why)
{
    const char *column = column_of(title);
    struct transfer_where where = {"columns", sheet->count, 1};
    if (sheet->count == COLUMNS)
        return bad_head(why, "too_many_columns", title, "is one too many");
    if (!column)
        transfer_problem(sheet->run, &where, "", "unknown_column",
                         "this column is not known, and was passed over");
    for (size_t i = 0; column && *column && i < sheet->count; i++)
        if (strcmp(sheet->columns[i], column) == 0)
            return bad_head(why, "double_column", title, "says the same as an earlier one");
    sheet->columns[sheet->count++] = column ? column : "";
    return OK;
}

static enum err check_head(const struct sheet *sheet, struct why *why)
{
    static const char *const needed[] = {"brand", "product_name", "material_type",
                                         "initial_weight_grams"};
    for (size_t i = 0; i < LEN(needed); i++) {
        bool found = false;
        for (size_t j = 0; j < sheet->count; j++)
            found |= strcmp(sheet->columns[j], needed[i]) == 0;
        if (!found)
            return why_fail(why, ERR_INVALID, "column_missing", needed[i],
                            "line 1: a column %s is needed; this is no CSV of rolls", needed[i]);
    }
    return OK;
}

/* Spreadsheets of many countries write semicolons; the head tells. */
static int find_separator(struct transfer_file *file)
{
    long at = transfer_file_place(file);
    int64_t line = file->line;
    int counts[3] = {0}, c;
    static const char marks[] = ",;\t";
    while ((c = transfer_file_byte(file)) != EOF && c != '\n') {
        const char *mark = c ? strchr(marks, c) : NULL;
        if (mark)
            counts[mark - marks]++;
    }
    transfer_file_seek(file, at, line);
    int best = 0;
    for (int i = 1; i < 3; i++)
        best = counts[i] > counts[best] ? i : best;
    return marks[best];
}

static enum err read_head(struct sheet *sheet, struct why *why)
{
    json_auto_t *cells = NULL;
    int64_t line;
    sheet->separator = find_separator(sheet->file);
    enum err e = transfer_file_record(sheet->file, sheet->separator, &cells, &line, why);
    size_t i;
    json_t *cell;
    json_array_foreach (cells, i, cell) {
        if (e == OK)
            e = take_title(sheet, json_string_value(cell), why);
    }
    return e == OK ? check_head(sheet, why) : e;
}

/* --- records --- */

/* The same record is the same roll whenever it is read, and its twin in the file another. */
static void number_record(struct sheet *sheet, const json_t *cells, char id[ID_SIZE])
{
    char hex[SHA256_HEX_SIZE], text[SHA256_HEX_SIZE + 32];
    auto_free char *record = json_dumps(cells, JSON_COMPACT);
    if (!record) {
        db_fail(sheet->run->db, ERR_NOMEM, NULL, "", "no memory for a record");
        return;
    }
    sha256_hex(record, strlen(record), hex);
    int64_t nth = args_int(sheet->seen, hex, 0);
    db_put(sheet->run->db, sheet->seen, hex, json_integer(nth + 1));
    snprintf(text, sizeof text, "%s %lld", hex, (long long)nth);
    sha256_hex(text, strlen(text), hex);
    snprintf(id, ID_SIZE, "%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
             hex + 20);
}

/* Our own export keeps formulas from being run with an apostrophe. */
static const char *unguarded(const char *text)
{
    return *text == '\'' && text[1] && strchr("=+-@\t\r", text[1]) ? text + 1 : text;
}

static void take_cells(struct sheet *sheet, const json_t *cells, json_t *texts,
                       struct transfer_roll *roll)
{
    struct db *db = sheet->run->db;
    for (size_t i = 0; i < sheet->count; i++) {
        const char *column = sheet->columns[i];
        const char *text = unguarded(json_string_value(json_array_get(cells, i)));
        if (!*column || !*text)
            continue;
        if (strcmp(column, "archived_at") == 0 || strcmp(column, "archived") == 0)
            roll->archived = !text_equal_nocase(text, "false") && !text_equal_nocase(text, "no") &&
                             strcmp(text, "0") != 0;
        else
            db_put(db, texts, column, json_string(text));
    }
}

/* Texts of cells as the body of a request: numbers are numbers there. */
static bool read_texts(struct sheet *sheet, json_t *texts, struct transfer_roll *roll)
{
    const char *name;
    json_t *text;
    json_object_foreach (texts, name, text) {
        const struct body_table *table = sheet->run->wish->spool_fields;
        for (size_t i = 0; i < table->count; i++) {
            enum field_kind kind = table->fields[i].kind;
            bool number = kind == K_INT || kind == K_REAL || kind == K_GRAMS || kind == K_MONEY;
            double value;
            if (strcmp(table->fields[i].name, name) != 0)
                continue;
            if (number && !text_to_double(json_string_value(text), &value)) {
                transfer_fault(sheet->run, &roll->where, name, "wrong_type",
                               "must be a number with a point, without unit");
                return false;
            }
            db_put(sheet->run->db, roll->body, name, number ? json_real(value) : json_incref(text));
        }
    }
    return true;
}

static void take_weight(struct sheet *sheet, struct transfer_roll *roll)
{
    const json_t *now = json_object_get(roll->body, "current_weight_grams");
    const json_t *full = json_object_get(roll->body, "initial_weight_grams");
    roll->used_mg = now && full ? number_thousandths(full) - number_thousandths(now) : 0;
    if (roll->used_mg < 0)
        transfer_fault(sheet->run, &roll->where, "current_weight_grams", "current_above_initial",
                       "more than the initial weight");
    json_object_del(roll->body, "current_weight_grams");
}

static void find_roll(struct sheet *sheet, const json_t *cells, struct transfer_roll *roll)
{
    struct db *db = sheet->run->db;
    char id[ID_SIZE] = "";
    const char *given = args_text(roll->body, "spool_id");
    if (given && !id_valid(given)) {
        if (!args_given(roll->body, "external_id"))
            db_put(db, roll->body, "external_id", json_string(given));
        json_object_del(roll->body, "spool_id");
        given = NULL;
    }
    roll->known =
        db_int(db, "SELECT id FROM spool WHERE public_id = lower(:spool_id)", roll->body, 0);
    if (!roll->known && args_given(roll->body, "external_id"))
        roll->known = db_int(db,
                             "SELECT id FROM spool WHERE external_id = :external_id "
                             "ORDER BY deleted_at IS NOT NULL, id LIMIT 1",
                             roll->body, 0);
    if (!given && !args_given(roll->body, "external_id")) {
        number_record(sheet, cells, id);
        db_put(db, roll->body, "spool_id", json_string(id));
        roll->known = db_int(db, "SELECT id FROM spool WHERE public_id = :spool_id", roll->body, 0);
    }
    if (roll->known)
        json_object_del(roll->body, "spool_id");
}

static enum err pass_record(struct sheet *sheet, const json_t *cells, struct transfer_roll *roll,
                            struct why *why)
{
    int64_t spool;
    json_auto_t *texts = db_args(sheet->run->db, json_object());
    if (json_array_size(cells) != sheet->count) {
        char text[80];
        snprintf(text, sizeof text, "has %zu cells, and the head %zu", json_array_size(cells),
                 sheet->count);
        transfer_fault(sheet->run, &roll->where, "", "cell_count", text);
        return OK;
    }
    take_cells(sheet, cells, texts, roll);
    if (!read_texts(sheet, texts, roll))
        return db_status(sheet->run->db, why);
    take_weight(sheet, roll);
    find_roll(sheet, cells, roll);
    return transfer_spool(sheet->run, roll, &spool, why);
}

enum err transfer_import_sheet(struct transfer_run *run, struct transfer_file *file,
                               struct why *why)
{
    json_auto_t *seen = db_args(run->db, json_object());
    struct sheet sheet = {.run = run, .file = file, .seen = seen};
    enum err e = read_head(&sheet, why);
    for (size_t i = 0; e == OK; i++) {
        json_auto_t *cells = NULL, *body = db_args(run->db, json_object());
        struct transfer_roll roll = {.body = body,
                                     .note = "used before the import",
                                     .where = {.entity = "spools", .index = i}};
        e = transfer_file_record(file, sheet.separator, &cells, &roll.where.line, why);
        if (e == OK && !cells)
            break;
        if (e == OK)
            e = pass_record(&sheet, cells, &roll, why);
    }
    return e;
}
