#include <string.h>

#include "base/auto.h"
#include "store/args.h"
#include "store/charging.h"
#include "store/db.h"
#include "store/forecasts.h"
#include "store/tracks.h"

static void save_filament(struct db *db, int64_t job, const json_t *filament)
{
    json_auto_t *args = args_copy(filament);
    db_put(db, args, "job", json_integer(job));
    db_exec(
        db,
        "INSERT INTO job_filament (job, idx, material, color, profile, estimated_mg, curve) "
        "VALUES (:job, :index, :material, :color_hex, :profile, :estimated_mg, :curve) "
        "ON CONFLICT (job, idx) DO UPDATE SET material = coalesce(excluded.material, material), "
        "color = coalesce(excluded.color, color), profile = coalesce(excluded.profile, profile), "
        "estimated_mg = excluded.estimated_mg, curve = excluded.curve",
        args);
}

enum err tracks_sliced(struct db *db, int64_t job, const json_t *sliced, struct why *why)
{
    int64_t total = 0;
    size_t i;
    json_t *filament;
    json_array_foreach (json_object_get(sliced, "filaments"), i, filament) {
        save_filament(db, job, filament);
        total += args_int(filament, "estimated_mg", 0);
    }
    json_auto_t *summary = args_copy(sliced);
    json_object_del(summary, "filaments");
    json_auto_t *args = db_args(db, json_pack("{s:I, s:I, s:O}", "id", (json_int_t)job, "total",
                                              (json_int_t)total, "sliced", summary));
    db_exec(db,
            "UPDATE job SET estimated_mg = :total, sliced = :sliced, sliced_state = 'ready', "
            "sliced_reason = NULL, total_layers = coalesce(total_layers, "
            "json_extract(:sliced, '$.total_layers')), updated_at = :now WHERE id = :id",
            args);
    if (db_failed(db))
        return db_status(db, why);
    bool ended = db_int(db, "SELECT ended_at IS NOT NULL FROM job WHERE id = :id", args, 0) != 0;
    return ended ? charging_book(db, job, why) : forecasts_alert(db, job, why);
}

enum err tracks_sliced_wish(struct db *db, int64_t job, struct tracks_wish *ret_wish,
                            struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)job));
    json_auto_t *row = db_row(
        db,
        "SELECT j.sliced IS NOT NULL AS known, j.ended_at IS NOT NULL AS ended, j.sliced_state, "
        "j.plate, j.total_layers, coalesce(p.fetch_sliced_file, (SELECT coalesce(chosen, "
        "configured) = 'true' FROM setting WHERE key = 'printers.fetch_sliced_file'), 1) AS on_, "
        "coalesce(p.fetch_plain_data, (SELECT coalesce(chosen, configured) = 'true' FROM setting "
        "WHERE key = 'printers.fetch_plain_data'), 0) AS plain_data "
        "FROM job j JOIN printer p ON p.id = j.printer WHERE j.id = :id",
        args, NULL);
    if (!row)
        return db_missing(db, why, "job_not_found", "job_id", "no such print job");
    const char *state = args_text(row, "sliced_state");
    *ret_wish = (struct tracks_wish){
        .known = args_int(row, "known", 0),
        .on = args_int(row, "on_", 1),
        .plain_data = args_int(row, "plain_data", 0),
        .ended = args_int(row, "ended", 0),
        .failed = state && strcmp(state, "failed") == 0,
        .plate = (int)args_int(row, "plate", 0),
        .total_layers = (int)args_int(row, "total_layers", 0),
    };
    return db_status(db, why);
}

enum err tracks_sliced_state(struct db *db, int64_t job, const char *state, const char *reason,
                             struct why *why)
{
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:s, s:s?}", "id", (json_int_t)job, "state", state, "reason", reason));
    db_exec(db,
            "UPDATE job SET sliced_state = :state, sliced_reason = :reason, updated_at = :now "
            "WHERE id = :id AND (sliced_state IS NOT :state OR sliced_reason IS NOT :reason)",
            args);
    return db_status(db, why);
}
