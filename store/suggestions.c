#include "store/suggestions.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/color.h"
#include "core/field.h"
#include "core/rules.h"
#include "core/suggest.h"
#include "store/args.h"
#include "store/db.h"
#include "store/printers.h"
#include "store/spools.h"

enum { USUAL = 10, HUNDREDTHS = 100 };

static const char *const fits[] = {"rest", "whole", "pair", "short", NULL};
static const struct field fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "The roll to take, or to begin with"},
    {.name = "fit",
     .kind = K_TEXT,
     .words = fits,
     .doc = "rest and whole suffice; of a pair AMS backup goes on with the second"},
    {.name = "score", .kind = K_REAL, .doc = "0 to 1, falling"},
    {.name = "reasons", .kind = K_LIST, .doc = "Why it stands here, in words", .of = &field_texts},
    {.name = "left_grams", .kind = K_GRAMS, .doc = "What is left, on both rolls of a pair"},
    {.name = "short_grams", .kind = K_GRAMS, .doc = "What is missing; 0: it suffices"},
    {.name = "damp", .kind = K_BOOL, .doc = "It should be dried first"},
    {.name = "delta_e",
     .kind = K_REAL,
     .flags = FIELD_NULLABLE,
     .doc = "How far its colour is from the wanted one (CIEDE2000)"},
    {.name = "spool", .kind = K_OBJECT, .doc = "The roll", .of = &spools_shape},
    {.name = "second_spool",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "The roll that goes on",
     .of = &spools_shape},
};
const struct field_shape suggestions_shape = {NULL, fields, LEN(fields), "Suggestion"};

/* --- candidates --- */

static const char candidates[] =
    "SELECT /* scan */ s.id AS id, s.public_id AS spool_id, s.filament AS product, "
    "s.initial_mg - s.used_mg AS left_mg, s.initial_mg AS whole_mg, "
    "coalesce(s.price_cents, f.price_cents) AS price_cents, f.color AS color, "
    "coalesce(date(s.opened_at / 1000, 'unixepoch'), s.purchase_date) AS since, "
    "s.opened_at IS NOT NULL AS opened, shown.dry_by AS dry_by, s.draft AS draft, "
    "sl.printer AS printer, sl.unit AS unit FROM spool s JOIN filament f ON f.id = s.filament "
    "JOIN spools shown ON shown.spool_id = s.public_id "
    "LEFT JOIN slot_assignment a ON a.spool = s.id AND a.unassigned_at IS NULL "
    "LEFT JOIN slot sl ON sl.id = a.slot WHERE s.deleted_at IS NULL AND s.archived_at IS NULL "
    "AND s.initial_mg > s.used_mg AND (:material IS NULL OR lower(f.material) = lower(:material)) "
    "AND (:filament_id IS NULL OR f.public_id = lower(:filament_id)) "
    "AND (:profile IS NULL OR f.profile = :profile) ORDER BY s.id";

static int limit_of(const json_t *args)
{
    const json_t *given = json_object_get(args, "max_delta_e");
    return json_is_number(given) ? (int)(json_number_value(given) * HUNDREDTHS)
                                 : RULE_COLOR_CANDIDATE;
}

/* Those whose colour is near enough to ${wanted}, with their distance. */
static void keep_near(struct db *db, struct color wanted, int limit, json_t *rows)
{
    for (size_t i = json_array_size(rows); i-- > 0;) {
        struct color color;
        json_t *row = json_array_get(rows, i);
        const char *text = args_text(row, "color");
        int distance =
            text && color_parse(text, &color) ? color_distance(wanted, color) : RULE_COLOR_FAR;
        if (distance > limit || distance >= RULE_COLOR_FAR)
            json_array_remove(rows, i);
        else
            db_put(db, row, "distance", json_integer(distance));
    }
}

static enum err check(const json_t *args, struct why *why)
{
    if (args_given(args, "material") || args_given(args, "filament_id") ||
        args_given(args, "profile"))
        return OK;
    return why_fail(why, ERR_INVALID, "required", "material",
                    "say what is needed: material, filament_id or profile");
}

enum err suggestions_candidates(struct db *db, const json_t *args, json_t **ret_rows,
                                struct why *why)
{
    enum err e = check(args, why);
    if (e)
        return e;
    const char *printer = args_text(args, "printer_id"), *text = args_text(args, "color_hex");
    if (printer && !printers_find(db, printer))
        return db_missing(db, why, "printer_not_found", "printer_id", "no such printer");
    json_auto_t *rows = db_rows(db, candidates, args, NULL);
    struct color wanted;
    if (rows && text && color_parse(text, &wanted))
        keep_near(db, wanted, limit_of(args), rows);
    *ret_rows = db_failed(db) ? NULL : json_incref(rows);
    return db_status(db, why);
}

/* --- ranking --- */

static void copy_date(char to[SUGGEST_DATE_SIZE], const json_t *row, const char *key)
{
    const char *text = args_text(row, key);
    text_copy(to, SUGGEST_DATE_SIZE, text ? text : "");
}

static void take_roll(const json_t *row, int64_t printer, struct suggest_roll *ret)
{
    int64_t price = args_int(row, "price_cents", -1), whole = args_int(row, "whole_mg", 0);
    *ret = (struct suggest_roll){
        .id = args_int(row, "id", 0),
        .product = args_int(row, "product", 0),
        .left_mg = args_int(row, "left_mg", 0),
        .whole_mg = whole,
        .cents_per_kg = price >= 0 && whole > 0 ? price * 1000000 / whole : -1,
        .distance = (int)args_int(row, "distance", -1),
        .opened = args_int(row, "opened", 0),
        .draft = args_int(row, "draft", 0),
        .loaded = args_given(row, "printer"),
        .loaded_here = printer && args_int(row, "printer", 0) == printer,
        .humidity = (int)args_int(row, "humidity", -1),
    };
    copy_date(ret->since, row, "since");
    copy_date(ret->dry_by, row, "dry_by");
}

static json_t *spool_of(struct db *db, const json_t *row, struct why *why)
{
    json_t *spool = NULL;
    spools_get(db, row, &spool, why);
    return spool;
}

static json_t *suggestion_json(struct db *db, const struct suggestion *s,
                               const struct suggest_roll *rolls, const json_t *rows,
                               struct why *why)
{
    json_auto_t *reasons = db_args(db, json_array());
    for (int i = 0; i < s->reason_count; i++)
        json_array_append_new(reasons, json_string(s->reasons[i]));
    json_t *row = json_array_get(rows, s->roll);
    int distance = rolls[s->roll].distance;
    json_t *second =
        s->fit == SUGGEST_PAIR ? spool_of(db, json_array_get(rows, s->second), why) : json_null();
    return db_args(db,
                   json_pack("{s:O, s:s, s:f, s:O, s:f, s:f, s:b, s:o, s:o, s:o}", "spool_id",
                             json_object_get(row, "spool_id"), "fit", suggest_fit_slug(s->fit),
                             "score", s->score / 1000.0, "reasons", reasons, "left_grams",
                             (double)s->left_mg / 1000, "short_grams", (double)s->short_mg / 1000,
                             "damp", s->damp, "delta_e",
                             distance < 0 ? json_null() : json_real(distance / (double)HUNDREDTHS),
                             "spool", spool_of(db, row, why), "second_spool", second));
}

enum err suggestions_rank(struct db *db, const json_t *args, const json_t *rows, json_t **ret,
                          struct why *why)
{
    char now[TEXT_TIME_SIZE];
    const char *name = args_text(args, "printer_id");
    int64_t printer = name ? printers_find(db, name) : 0;
    size_t count = json_array_size(rows), most = (size_t)args_int(args, "limit", USUAL);
    struct suggest_wish wish = {.needed_mg = args_int(args, "grams", 0)};
    auto_free struct suggest_roll *rolls = calloc(count + 1, sizeof *rolls);
    auto_free struct suggestion *ranked = calloc(most, sizeof *ranked);
    json_auto_t *list = db_args(db, json_array());
    if (!rolls || !ranked)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for suggestions");
    text_time(now, db_now(db));
    text_copy_len(wish.today, sizeof wish.today, now, SUGGEST_DATE_SIZE - 1);
    for (size_t i = 0; i < count; i++)
        take_roll(json_array_get(rows, i), printer, &rolls[i]);
    size_t found = suggest_rank(&wish, rolls, count, ranked, most);
    for (size_t i = 0; i < found && !db_failed(db); i++)
        json_array_append_new(list, suggestion_json(db, &ranked[i], rolls, rows, why));
    if (!db_failed(db))
        *ret = json_incref(list);
    return db_status(db, why);
}
