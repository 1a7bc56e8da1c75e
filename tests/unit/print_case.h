/*
 * A print in the store for tests: ten layers of 1 g each of one filament. Slot 1 feeds from the
 * beginning, slot 2 continues in layer 5, whose middle is the end of the first part: 4.5 g and
 * 5.5 g.
 * Owner: the test. Thread: one.
 */
#ifndef TESTS_PRINT_CASE_H
#define TESTS_PRINT_CASE_H

#include "store_case.h"

#include "base/text.h"
#include "core/job.h"
#include "store/charging.h"
#include "store/printers.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/tracks.h"

enum { PRINT_LAYERS = 10, PRINT_MINUTE = 60000 };

static inline void print_must(enum err e, const struct why *why)
{
    if (e != OK)
        fail_msg("%s: %s", why->code, why->text);
}

static inline int64_t print_printer(struct db *db)
{
    json_auto_t *made = case_ok(db, printers_create, json_pack("{s:s}", "printer_id", "p1"));
    return printers_find(db, "p1");
}

/* A roll of ${grams}, called as its product, in ${slot} of unit 1 (0: in none). */
static inline void print_roll(struct db *db, const char *name, int grams, int slot)
{
    json_auto_t *made =
        case_ok(db, spools_create,
                json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "brand", "A", "product_name", name,
                          "material_type", "PLA", "color_hex", "#FF0000", "initial_weight_grams",
                          grams * 1000, "cost_usd", 2000));
    if (!slot)
        return;
    json_auto_t *put =
        case_ok(db, slots_assign,
                json_pack("{s:s, s:i, s:i, s:O}", "printer_id", "p1", "ams_unit_number", 1,
                          "slot_number", slot, "spool_id", json_object_get(made, "spool_id")));
}

static inline json_t *print_spool_id(struct db *db, const char *name)
{
    json_auto_t *args = json_pack("{s:s}", "name", name);
    json_auto_t *row =
        db_row(db,
               "SELECT s.public_id FROM spool s JOIN filament f ON f.id = s.filament "
               "WHERE f.name = :name /* scan */",
               args, NULL);
    assert_non_null(row);
    return json_incref(json_object_get(row, "public_id"));
}

static inline int64_t print_used(struct db *db, const char *name)
{
    json_auto_t *id = print_spool_id(db, name);
    json_auto_t *args = json_pack("{s:O}", "id", id);
    return db_int(db, "SELECT used_mg FROM spool WHERE public_id = :id", args, -1);
}

static inline struct tray print_tag(int percent)
{
    struct tray tray;
    tray_init(&tray);
    tray.state = SLOT_PRESENT;
    text_copy(tray.tray_uuid, sizeof tray.tray_uuid, "AB");
    tray.remain_percent = percent;
    tray.weight_g = 1000;
    return tray;
}

static inline struct job print_begin(struct db *db, int64_t printer)
{
    struct why why = {0};
    struct job job = {.status = JOB_PRINTING,
                      .start_seen = 1,
                      .ran = 1,
                      .started_at = db_now(db),
                      .layer = 0,
                      .total_layers = PRINT_LAYERS,
                      .percent = -1,
                      .end_percent = -1,
                      .mapping_source = MAPPING_COMMAND,
                      .mapping_count = 1,
                      .mapping = {{1, 1}}};
    text_copy(job.file, sizeof job.file, "cube.3mf");
    print_must(tracks_start(db, printer, &job, "mqtt", &job.row, &why), &why);
    return job;
}

/* Of ${grams} in place of ten. */
static inline void print_slice_of(struct db *db, const struct job *job, int grams)
{
    struct why why = {0};
    json_auto_t *curve = json_array();
    for (int layer = 1; layer <= PRINT_LAYERS; layer++)
        json_array_append_new(curve, json_pack("[i, i, i]", layer, -1, layer * 1000));
    json_auto_t *sliced = json_pack(
        "{s:i, s:i, s:[[i, i]], s:[{s:i, s:s, s:s, s:s, s:i, s:O}]}", "plate", 1, "total_layers",
        PRINT_LAYERS, "tools", 0, 0, "filaments", "index", 1, "material", "PLA", "color_hex",
        "#FF0000", "profile", "GFL99", "estimated_mg", grams * 1000, "curve", curve);
    print_must(tracks_sliced(db, job->row, sliced, &why), &why);
}

static inline void print_slice(struct db *db, const struct job *job)
{
    print_slice_of(db, job, 10);
}

static inline void print_feed(struct db *db, int64_t printer, struct job *job, int slot, int layer,
                              const struct tray *left, const struct tray *fed)
{
    struct why why = {0};
    const struct job_part before = {.at = job->source, .to_layer = layer, .to_at = db_now(db)};
    job->source = (struct slot_address){1, (int16_t)slot};
    job->layer = job->from_layer = layer;
    job->from_percent = -1;
    job->from_at = db_now(db);
    print_must(tracks_feed(db, printer, job, &before, left, fed, &why), &why);
    case_later(db, PRINT_MINUTE);
}

static inline void print_end(struct db *db, int64_t printer, struct job *job,
                             enum job_status status, int layer, const struct tray *left)
{
    struct why why = {0};
    const struct job_part last = {.at = job->source, .to_at = db_now(db)};
    job->status = status;
    job->layer = layer;
    job->ended_at = db_now(db);
    print_must(tracks_end(db, printer, job, &last, left, &why), &why);
    print_must(charging_book(db, job->row, &why), &why);
    case_sound(db);
}

/* Names the only print. */
static inline json_t *print_job_args(struct db *db)
{
    json_auto_t *row = db_row(db, "SELECT public_id FROM job /* scan */", NULL, NULL);
    return json_pack("{s:O}", "job_id", json_object_get(row, "public_id"));
}

static inline void print_dry(struct db *db, const struct job *job)
{
    struct why why = {0};
    print_must(tracks_emptied(db, job->row, &why), &why);
}

/* The whole print as told above. */
static inline struct job print_two_slots(struct db *db, int64_t printer)
{
    struct job job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_feed(db, printer, &job, 2, 5, NULL, NULL);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    return job;
}

/* Rows of the ledger. */
static inline int64_t print_events(struct db *db)
{
    return db_int(db, "SELECT count(*) FROM usage /* scan */", NULL, -1);
}

/* ${slot} held ${name} at its first stay in the history. */
static inline void print_correct(struct db *db, int slot, const char *name)
{
    json_auto_t *id = print_spool_id(db, name);
    json_auto_t *rows = case_rows(db, slots_history,
                                  json_pack("{s:s, s:i, s:i}", "printer_id", "p1",
                                            "ams_unit_number", 1, "slot_number", slot));
    json_t *last = json_array_get(rows, json_array_size(rows) - 1);
    json_auto_t *done = case_ok(
        db, slots_correct,
        json_pack("{s:O, s:O}", "history_id", json_object_get(last, "history_id"), "spool_id", id));
}

static inline void print_reach(struct db *db, int64_t printer, struct job *job, int layer)
{
    struct why why = {0};
    job->layer = layer;
    print_must(tracks_update(db, printer, job, &why), &why);
    case_later(db, PRINT_MINUTE);
}

#endif
