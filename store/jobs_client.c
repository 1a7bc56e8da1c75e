#include "store/jobs_client.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/job_identity.h"
#include "store/args.h"
#include "store/db.h"
#include "store/figures.h"
#include "store/jobs.h"
#include "store/printers.h"
#include "store/slots.h"

enum { CLOCK_SKEW_MS = 5 * 60 * 1000 };

static json_t *by_id(struct db *db, int64_t id)
{
    return db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
}

static enum err answer(struct db *db, int64_t job, bool with_usage, json_t **ret, struct why *why)
{
    json_auto_t *args = by_id(db, job);
    json_auto_t *row = db_row(db, "SELECT public_id AS job_id FROM job WHERE id = :id", args, NULL);
    json_auto_t *shown = NULL;
    enum err e = jobs_get(db, row, &shown, why);
    if (e != OK)
        return e;
    *ret = db_args(db, json_pack("{s:O, s:O, s:O}", "job_id", json_object_get(shown, "job_id"),
                                 "status", json_object_get(shown, "status"), "job", shown));
    if (with_usage)
        db_put(db, *ret, "usage", json_incref(json_object_get(shown, "usage")));
    return db_status(db, why);
}

/* --- start --- */

static bool same_print(const json_t *active, const json_t *args)
{
    const char *theirs = args_text(args, "external_id"), *ours = args_text(active, "external_id");
    if (theirs && ours)
        return strcmp(theirs, ours) == 0;
    const char *file = text_base_name(args_text(args, "gcode_file_name"));
    const char *known = text_base_name(args_text(active, "file_name"));
    const char *name = args_text(active, "name");
    return file && ((known && job_same_title(file, known)) || (name && job_same_title(file, name)));
}

static int64_t insert_job(struct db *db, int64_t printer, const json_t *args)
{
    char id[ID_SIZE];
    db_new_id(db, id);
    json_auto_t *row = db_args(db, args_copy(args));
    db_put(db, row, "public_id", json_string(id));
    db_put(db, row, "printer", json_integer(printer));
    db_exec(
        db,
        "INSERT INTO job (public_id, printer, status, file_name, name, external_id, started_at, "
        "source, created_at, updated_at) VALUES (:public_id, :printer, 'printing', "
        ":gcode_file_name, :name, :external_id, coalesce(:start_time, :now), "
        "coalesce(:source, 'api'), :now, :now)",
        row);
    return db_last_row(db);
}

static enum err add_filaments(struct db *db, int64_t printer, int64_t job, const json_t *filaments,
                              struct why *why)
{
    size_t i;
    json_t *entry;
    json_array_foreach (filaments, i, entry) {
        struct slot_address at = {(int16_t)args_int(entry, "ams_unit_number", 0),
                                  (int16_t)args_int(entry, "slot_number", 0)};
        if (!address_possible(at.unit, at.slot))
            return why_fail(why, ERR_INVALID, "no_such_slot", "filaments",
                            "filaments[%zu]: no printer has slot %d of unit %d", i, at.slot,
                            at.unit);
        json_auto_t *args = db_args(db, args_copy(entry));
        db_put(db, args, "job", json_integer(job));
        db_put(db, args, "idx", json_integer((json_int_t)i + 1));
        db_put(db, args, "slot", json_integer(slots_find(db, printer, at, true)));
        db_exec(db,
                "INSERT INTO job_filament (job, idx, slot, mapping_source, estimated_mg, material, "
                "color, alpha, profile) SELECT :job, :idx, sl.id, 'client', :estimated_grams, "
                "sl.material, sl.color, sl.alpha, sl.profile FROM slot sl WHERE sl.id = :slot",
                args);
    }
    json_auto_t *args = by_id(db, job);
    db_exec(db,
            "UPDATE job SET estimated_mg = (SELECT sum(estimated_mg) FROM job_filament "
            "WHERE job = :id) WHERE id = :id",
            args);
    return db_status(db, why);
}

static enum err refuse_busy(const json_t *active, json_t **ret, struct why *why)
{
    *ret = json_pack("{s:O}", "job_id", json_object_get(active, "public_id"));
    return why_fail(why, ERR_CONFLICT, "printer_busy", "printer_id",
                    "another print is active on this printer; end it first");
}

/* Another source told of this print before. */
static enum err join(struct db *db, int64_t job, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *keys = db_args(db, args_copy(args));
    db_put(db, keys, "id", json_integer(job));
    db_exec(db,
            "UPDATE job SET external_id = :external_id, updated_at = :now WHERE id = :id "
            "AND external_id IS NULL AND :external_id IS NOT NULL",
            keys);
    return answer(db, job, false, ret, why);
}

/* Clocks of clients are a little off. */
static enum err refuse_future(struct db *db, const json_t *args, const char *field, struct why *why)
{
    if (args_int(args, field, 0) <= db_now(db) + CLOCK_SKEW_MS)
        return OK;
    return why_fail(why, ERR_INVALID, "in_future", field, "%s is in the future", field);
}

enum err jobs_client_start(struct db *db, const json_t *args, json_t **ret, bool *ret_made,
                           struct why *why)
{
    const char *name = args_text(args, "printer_id");
    int64_t printer = name ? printers_find(db, name) : 0;
    if (!printer)
        return db_missing(db, why, "printer_not_found", "printer_id", "no such printer");
    json_auto_t *keys = by_id(db, printer);
    json_auto_t *active = db_row(db,
                                 "SELECT id, public_id, file_name, name, external_id FROM job "
                                 "WHERE printer = :id AND ended_at IS NULL",
                                 keys, NULL);
    *ret_made = !active;
    if (active && !same_print(active, args))
        return refuse_busy(active, ret, why);
    if (active)
        return join(db, args_int(active, "id", 0), args, ret, why);
    enum err past = refuse_future(db, args, "start_time", why);
    if (past != OK)
        return past;
    int64_t job = insert_job(db, printer, args);
    enum err e = add_filaments(db, printer, job, json_object_get(args, "filaments"), why);
    return e ? e : answer(db, job, false, ret, why);
}

/* --- end --- */

static enum err refuse_end(const json_t *row, const json_t *args, struct why *why)
{
    const char *was = args_text(row, "status"), *status = args_text(args, "status");
    if (args_given(row, "ended_at") && strcmp(was, status) != 0)
        return why_fail(why, ERR_CONFLICT, "job_already_ended", "status",
                        "the print has ended as %s; correct it with PATCH", was);
    int64_t end = args_int(args, "end_time", INT64_MAX);
    if (end / 1000 < args_int(row, "started_at", 0) / 1000)
        return why_fail(why, ERR_INVALID, "end_before_start", "end_time",
                        "end_time is before the start of the print");
    return OK;
}

static void close_job(struct db *db, int64_t job, const json_t *args)
{
    json_auto_t *row = db_args(db, args_copy(args));
    db_put(db, row, "id", json_integer(job));
    db_exec(db,
            "UPDATE job_feed SET to_layer = max(from_layer, coalesce((SELECT layer FROM job "
            "WHERE id = :id), 0)), to_at = max(from_at, :now) WHERE job = :id AND to_at IS NULL",
            row);
    db_exec(db,
            "UPDATE job SET status = :status, reported_mg = :actual_grams_used, "
            "ended_at = max(started_at, coalesce(:end_time, :now)), updated_at = :now "
            "WHERE id = :id",
            row);
}

enum err jobs_client_end(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row = db_row(db,
                              "SELECT id, status, ended_at, started_at FROM job "
                              "WHERE public_id = lower(:job_id)",
                              args, NULL);
    if (!row)
        return db_missing(db, why, "job_not_found", "job_id", "no such print job");
    int64_t job = args_int(row, "id", 0);
    enum err e = refuse_end(row, args, why);
    bool goes_on = !args_given(row, "ended_at");
    if (e == OK && goes_on)
        e = refuse_future(db, args, "end_time", why);
    if (e == OK && goes_on) {
        close_job(db, job, args);
        e = figures_book(db, job, args, why);
    }
    return e ? e : answer(db, job, true, ret, why);
}

/* --- correction --- */

static enum err refuse_correction(const json_t *row, const json_t *args, struct why *why)
{
    bool ended = args_given(row, "ended_at");
    const char *wanted = args_text(args, "status"), *was = args_text(row, "status");
    bool same = !wanted || strcmp(wanted, was) == 0;
    if (!ended && (!same || args_has(args, "usage") || args_has(args, "actual_grams_used")))
        return why_fail(why, ERR_CONFLICT, "job_active", "job_id",
                        "the print goes on; end it before its end is corrected");
    return OK;
}

static void correct_row(struct db *db, int64_t job, const json_t *args)
{
    json_auto_t *row = db_args(db, args_copy(args));
    db_put(db, row, "id", json_integer(job));
    db_put(db, row, "has_note", json_boolean(args_has(args, "note")));
    db_put(db, row, "has_name", json_boolean(args_has(args, "name")));
    bool figures = args_has(args, "usage") || args_has(args, "actual_grams_used");
    if (!figures && !args_has(args, "note") && !args_has(args, "name") && !args_has(args, "status"))
        return;
    db_put(db, row, "has_figures", json_boolean(figures));
    db_exec(db,
            "UPDATE job SET note = CASE WHEN :has_note THEN :note ELSE note END, "
            "name = CASE WHEN :has_name THEN :name ELSE name END, "
            "status = coalesce(:status, status), reported_mg = CASE WHEN :has_figures "
            "THEN :actual_grams_used ELSE reported_mg END, updated_at = :now WHERE id = :id",
            row);
}

/* Another end without new figures: what was told stays, what was computed is computed anew. */
static enum err rebook(struct db *db, int64_t job, const json_t *args, struct why *why)
{
    if (args_has(args, "usage") || args_has(args, "actual_grams_used"))
        return figures_rebook(db, job, args, why);
    json_auto_t *keys = by_id(db, job);
    json_auto_t *told =
        db_row(db,
               "SELECT reported_mg AS actual_grams_used, EXISTS (SELECT 1 FROM job_segment g "
               "WHERE g.job = job.id AND g.source = 'user') AS explicit FROM job WHERE id = :id",
               keys, NULL);
    return args_int(told, "explicit", 0) ? OK : figures_rebook(db, job, told, why);
}

enum err jobs_client_correct(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row = db_row(
        db, "SELECT id, status, ended_at FROM job WHERE public_id = lower(:job_id)", args, NULL);
    if (!row)
        return db_missing(db, why, "job_not_found", "job_id", "no such print job");
    int64_t job = args_int(row, "id", 0);
    enum err e = refuse_correction(row, args, why);
    if (e != OK)
        return e;
    const char *status = args_text(args, "status");
    bool other = status && strcmp(status, args_text(row, "status")) != 0;
    correct_row(db, job, args);
    if (other || args_has(args, "usage") || args_has(args, "actual_grams_used"))
        e = rebook(db, job, args, why);
    return e ? e : answer(db, job, true, ret, why);
}
