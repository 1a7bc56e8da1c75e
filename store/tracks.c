#include "store/tracks.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/job.h"
#include "core/job_identity.h"
#include "core/tray.h"
#include "store/args.h"
#include "store/db.h"
#include "store/slots.h"

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *number_or_null(int64_t number, int64_t least)
{
    return number >= least ? json_integer(number) : json_null();
}

/* Parameters by the names of the columns. */
static json_t *job_args(struct db *db, const struct job *job)
{
    json_auto_t *dump = job_dump(job);
    return db_args(
        db, json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:o, s:o, s:o, s:o, s:s, "
                      "s:o, s:o, s:O}",
                      "id", (json_int_t)job->row, "kind", job->utility ? "utility" : "print",
                      "status", job_status_slug(job->status), "file_name", text_or_null(job->file),
                      "name", text_or_null(*job->title ? job->title : job->name), "plate",
                      number_or_null(job->plate, 1), "task_id", text_or_null(job->task_id),
                      "subtask_id", text_or_null(job->subtask_id), "start_seen", job->start_seen,
                      "started_at", (json_int_t)job->started_at, "ended_at",
                      number_or_null(job->ended_at, 1), "error_code", number_or_null(job->error, 1),
                      "layer", number_or_null(job->layer, 0), "total_layers",
                      number_or_null(job->total_layers, 1), "mapping_source",
                      job_mapping_slug(job->mapping_source), "progress_percent",
                      number_or_null(job->percent, 0), "end_percent",
                      number_or_null(job->end_percent, 0), "state", dump ? dump : json_null()));
}

static void end_as_unknown(struct db *db, const json_t *args)
{
    db_exec(db,
            "UPDATE job SET status = 'unknown', ended_at = max(started_at, :now), "
            "updated_at = :now WHERE id = :active",
            args);
}

/* A job that another source keeps active on this printer; 0: none of this name. */
static int64_t take_over(struct db *db, int64_t printer, const struct job *job)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "printer", (json_int_t)printer));
    json_auto_t *row = db_row(db,
                              "SELECT id, file_name, name FROM job WHERE printer = :printer "
                              "AND ended_at IS NULL",
                              args, NULL);
    if (!row)
        return 0;
    const char *file = args_text(row, "file_name"), *name = args_text(row, "name");
    const char *base = text_base_name(file);
    bool same = (base && (job_same_title(base, job->file) || job_same_title(base, job->name))) ||
                (name && job_same_title(name, job->name));
    int64_t active = args_int(row, "id", 0);
    if (same)
        return active;
    json_auto_t *old = db_args(db, json_pack("{s:I}", "active", (json_int_t)active));
    end_as_unknown(db, old);
    return 0;
}

enum err tracks_start(struct db *db, int64_t printer, const struct job *job, const char *source,
                      int64_t *ret_job, struct why *why)
{
    *ret_job = take_over(db, printer, job);
    if (*ret_job) {
        struct job taken = *job;
        taken.row = *ret_job;
        return tracks_update(db, printer, &taken, why);
    }
    char id[ID_SIZE];
    db_new_id(db, id);
    json_auto_t *args = job_args(db, job);
    db_put(db, args, "public_id", json_string(id));
    db_put(db, args, "printer", json_integer(printer));
    db_put(db, args, "source", json_string(source));
    db_exec(
        db,
        "INSERT INTO job (public_id, printer, kind, status, file_name, name, plate, task_id, "
        "subtask_id, start_seen, started_at, layer, total_layers, mapping_source, "
        "progress_percent, source, created_at, updated_at) VALUES (:public_id, :printer, :kind, "
        ":status, :file_name, :name, :plate, :task_id, :subtask_id, :start_seen, :started_at, "
        ":layer, :total_layers, :mapping_source, :progress_percent, :source, :now, :now)",
        args);
    *ret_job = db_last_row(db);
    struct job started = *job;
    started.row = *ret_job;
    return tracks_update(db, printer, &started, why);
}

/* Every mapped filament is a row, whether or not a sliced file is known; until one is, it looks
 * like what its slot reports. */
static void save_mapping(struct db *db, int64_t printer, const struct job *job)
{
    for (int i = 0; i < job->mapping_count; i++) {
        if (address_none(job->mapping[i]))
            continue;
        int64_t slot = slots_find(db, printer, job->mapping[i], true);
        json_auto_t *args = db_args(
            db, json_pack("{s:I, s:i, s:I, s:s}", "job", (json_int_t)job->row, "idx", i + 1, "slot",
                          (json_int_t)slot, "source", job_mapping_slug(job->mapping_source)));
        db_exec(db,
                "INSERT INTO job_filament (job, idx, slot, mapping_source, material, color, alpha, "
                "profile) SELECT :job, :idx, sl.id, :source, sl.material, sl.color, sl.alpha, "
                "sl.profile FROM slot sl WHERE sl.id = :slot ON CONFLICT (job, idx) DO UPDATE SET "
                "slot = excluded.slot, mapping_source = excluded.mapping_source "
                "WHERE slot IS NOT excluded.slot OR mapping_source IS NOT excluded.mapping_source",
                args);
    }
}

enum err tracks_update(struct db *db, int64_t printer, const struct job *job, struct why *why)
{
    json_auto_t *args = job_args(db, job);
    db_exec(
        db,
        "UPDATE job SET kind = :kind, status = CASE WHEN ended_at IS NULL THEN :status "
        "ELSE status END, file_name = CASE WHEN names_erased_at "
        "IS NULL THEN coalesce(:file_name, file_name) END, name = CASE WHEN names_erased_at "
        "IS NULL THEN coalesce(:name, name) END, plate = coalesce(:plate, plate), "
        "task_id = coalesce(:task_id, task_id), subtask_id = coalesce(:subtask_id, subtask_id), "
        "layer = coalesce(:layer, layer), total_layers = coalesce(:total_layers, total_layers), "
        "progress_percent = coalesce(:progress_percent, progress_percent), "
        "end_percent = :end_percent, "
        "mapping_source = :mapping_source, error_code = :error_code, ended_at = coalesce(ended_at, "
        ":ended_at), "
        "updated_at = :now WHERE id = :id",
        args);
    db_exec(db,
            "INSERT INTO job_layer (job, layer, at) SELECT :id, :layer, :now "
            "WHERE :layer IS NOT NULL ON CONFLICT (job, layer) DO NOTHING",
            args);
    save_mapping(db, printer, job);
    return db_status(db, why);
}

/* What the tag says, as columns of that prefix; without a tag that can be read there are none. */
static void put_tag(struct db *db, json_t *args, const struct tray *tray)
{
    if (!tray || tray->state != SLOT_PRESENT || !*tray->tray_uuid || tray->weight_g <= 0 ||
        tray->remain_percent < 0)
        return;
    db_put(db, args, "tag", json_string(tray->tray_uuid));
    db_put(db, args, "remain", json_integer(tray->remain_percent));
    db_put(db, args, "weight_g", json_integer(tray->weight_g));
}

static void close_feed(struct db *db, const struct job *job, int layer, int64_t at,
                       const struct tray *left)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:i, s:I}", "job", (json_int_t)job->row, "layer",
                              layer > 0 ? layer : 0, "at", (json_int_t)at));
    put_tag(db, args, left);
    db_exec(db,
            "UPDATE job_feed SET to_layer = max(from_layer, :layer), to_at = max(from_at, :at), "
            "to_tag = :tag, to_remain = :remain, to_weight_g = :weight_g "
            "WHERE job = :job AND to_at IS NULL",
            args);
}

enum err tracks_feed(struct db *db, int64_t printer, const struct job *job,
                     const struct job_part *before, const struct tray *left, const struct tray *fed,
                     struct why *why)
{
    if (!address_none(before->at))
        close_feed(db, job, before->to_layer, before->to_at, left);
    int64_t slot = slots_find(db, printer, job->source, true);
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:I, s:i, s:o, s:I}", "job", (json_int_t)job->row, "slot",
                      (json_int_t)slot, "layer", job->from_layer, "percent",
                      number_or_null(job->from_percent, 0), "at", (json_int_t)job->from_at));
    put_tag(db, args, fed);
    /* One feed at a time, even where the clock was set back. */
    db_exec(db,
            "INSERT INTO job_feed (job, slot, from_layer, from_percent, from_at, from_tag, "
            "from_remain, from_weight_g) SELECT :job, :slot, :layer, :percent, max(:at, coalesce("
            "(SELECT max(f.to_at) FROM job_feed f WHERE f.job = :job), :at)), :tag, :remain, "
            ":weight_g FROM job WHERE id = :job AND source <> 'homeassistant'",
            args);
    return db_status(db, why);
}

enum err tracks_ran_out(struct db *db, int64_t job, int64_t since, struct why *why)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I}", "job", (json_int_t)job, "since", (json_int_t)since));
    db_exec(db,
            "UPDATE job_feed SET ran_out_at = :now WHERE job = :job AND to_at IS NULL "
            "AND ran_out_at IS NULL AND from_at <= :since",
            args);
    if (db_changes(db) > 0) /* it is news of that print */
        db_exec(db, "UPDATE job SET updated_at = :now WHERE id = :job", args);
    return db_status(db, why);
}

enum err tracks_emptied(struct db *db, int64_t job, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    db_exec(db, "UPDATE job_feed SET emptied_at = :now WHERE job = :job AND to_at IS NULL", args);
    return db_status(db, why);
}

enum err tracks_end(struct db *db, int64_t printer, const struct job *job,
                    const struct job_part *last, const struct tray *left, struct why *why)
{
    close_feed(db, job, job->layer, address_none(last->at) ? job->ended_at : last->to_at, left);
    return tracks_update(db, printer, job, why);
}
