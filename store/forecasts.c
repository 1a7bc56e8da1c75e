#include "store/forecasts.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "core/forecast.h"
#include "core/share.h"
#include "store/alerts.h"
#include "store/args.h"
#include "store/charging_inside.h"
#include "store/db.h"

enum { PARTS_MOST = 1024 };
enum { MINUTE_MS = 60 * 1000, HOUR_MINUTES = 60, CLOCK_AT = 11 }; /* in text_time */

/* A running print, and where each of its filaments comes from now. */
struct outlook {
    struct db *db;
    struct charging_case c;
    struct trace_part parts[PARTS_MOST];
    size_t part_count;
    struct slot_address now[CASE_FILAMENTS];
    int minutes_left;
};

static void trace_now(struct outlook *o)
{
    const struct trace_input input = {
        .curve = {o->c.points, o->c.point_count},
        .tools = o->c.tools,
        .tool_count = o->c.tool_count,
        .feeds = o->c.feeds,
        .feed_count = o->c.feed_count,
        .stays = o->c.stays,
        .stay_count = o->c.stay_count,
        .mapping = o->c.mapping,
        .mapping_count = CASE_FILAMENTS,
        .likeness = o->c.likeness,
        .likeness_count = CASE_FILAMENTS,
        .end_layer = o->c.end_layer,
        .end_percent = -1,
    };
    size_t count = trace_parts(&input, o->parts, PARTS_MOST);
    o->part_count = count < PARTS_MOST ? count : PARTS_MOST;
    for (size_t i = 0; i < o->part_count; i++) /* the last part of a filament wins */
        o->now[o->parts[i].filament] = o->parts[i].at;
}

/* What this print has taken from a roll so far: not booked yet, but gone. */
static int64_t taken(const struct outlook *o, int64_t spool)
{
    struct curve curve = {o->c.points, o->c.point_count};
    int64_t mg = 0;
    for (size_t i = 0; i < o->part_count; i++) {
        const struct trace_part *p = &o->parts[i];
        int64_t whole = curve_total(&curve, p->filament);
        int64_t estimated = o->c.estimated_mg[p->filament];
        if (p->spool == spool && estimated > 0)
            mg += share_until(estimated, p->to, whole) - share_until(estimated, p->from, whole);
    }
    return mg;
}

/* The slot with the roll in it: id, label, spool (row id), spool_id, left_mg. */
static json_t *slot_row(const struct outlook *o, struct slot_address at)
{
    json_auto_t *args =
        db_args(o->db, json_pack("{s:I, s:i, s:i}", "printer", (json_int_t)o->c.printer, "unit",
                                 at.unit, "slot", at.slot));
    return db_row(
        o->db,
        "SELECT sl.id, sl.label, sl.unit, sl.slot, s.id AS spool, s.public_id AS spool_id, "
        "s.initial_mg - s.used_mg AS left_mg FROM slot sl "
        "LEFT JOIN slot_assignment a ON a.slot = sl.id AND a.unassigned_at IS NULL "
        "LEFT JOIN spool s ON s.id = a.spool WHERE sl.printer = :printer "
        "AND sl.unit = :unit AND sl.slot = :slot",
        args, NULL);
}

/* Rolls that the printer may go on with: same profile and colour, in the order of the slots. */
static json_t *backups_of(const struct outlook *o, const json_t *slot)
{
    json_auto_t *args = db_args(o->db, json_pack("{s:O}", "id", json_object_get(slot, "id")));
    return db_rows(
        o->db,
        "SELECT sl.unit, sl.slot, sl.label, s.id AS spool, s.public_id AS spool_id, "
        "s.initial_mg - s.used_mg AS left_mg FROM slot me JOIN slot sl ON sl.printer = me.printer "
        "JOIN slot_assignment a ON a.slot = sl.id AND a.unassigned_at IS NULL "
        "JOIN spool s ON s.id = a.spool WHERE me.id = :id AND sl.id <> me.id "
        "AND sl.state = 'present' AND sl.profile = me.profile AND sl.color = me.color "
        "AND sl.unit <> 255 ORDER BY sl.unit, sl.slot",
        args, NULL);
}

static json_t *grams(int64_t mg)
{
    return json_real((double)mg / 1000);
}

static json_t *place_of(const json_t *row)
{
    return json_pack("{s:O, s:O}", "ams_unit_number", json_object_get(row, "unit"), "slot_number",
                     json_object_get(row, "slot"));
}

static json_t *or_null(const json_t *row, const char *key)
{
    json_t *value = json_object_get(row, key);
    return value ? json_incref(value) : json_null();
}

/* The backups as they are shown; what they hold together goes into ${ret_mg}. */
static json_t *show_backups(const struct outlook *o, const json_t *rows, int64_t *ret_mg)
{
    json_t *list = json_array();
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        int64_t left = args_int(row, "left_mg", 0) - taken(o, args_int(row, "spool", 0));
        if (left <= 0)
            continue;
        *ret_mg += left;
        json_array_append_new(list, json_pack("{s:o, s:O, s:O, s:o}", "slot", place_of(row),
                                              "label", json_object_get(row, "label"), "spool_id",
                                              json_object_get(row, "spool_id"), "remaining_grams",
                                              grams(left)));
    }
    return list;
}

/* When the roll ends (ms); -1: nobody knows. */
static int64_t when(const struct outlook *o, const struct forecast *f)
{
    int64_t in =
        forecast_time(o->c.end_layer, o->c.total_layers, o->minutes_left, f->runs_out_layer);
    return in < 0 ? -1 : db_now(o->db) + in;
}

static json_t *time_or_null(int64_t ms)
{
    char text[TEXT_TIME_SIZE];
    if (ms < 0)
        return json_null();
    text_time(text, ms);
    return json_string(text);
}

/* By the clock of the house, as this machine has it, and which clock that is: "22:40 UTC+1". */
static void tell_clock(struct buf *text, struct db *db, int64_t ms)
{
    char local[TEXT_TIME_SIZE];
    json_auto_t *args = db_args(db, json_pack("{s:I}", "at", (json_int_t)(ms / 1000)));
    int64_t east = db_int(
        db, "SELECT (CAST(strftime('%s', :at, 'unixepoch', 'localtime') AS INTEGER) - :at) / 60",
        args, 0);
    text_time(local, ms + east * MINUTE_MS);
    buf_format(text, "%.5s UTC", local + CLOCK_AT);
    if (east)
        buf_format(text, "%c%d", east < 0 ? '-' : '+', abs((int)east) / HOUR_MINUTES);
    if (east % HOUR_MINUTES)
        buf_format(text, ":%02d", abs((int)east) % HOUR_MINUTES);
}

/* "A2 runs out at layer 143, about 21:40 UTC; A4 continues with 310.0 g; 12.0 g short" */
static json_t *tell(struct db *db, const char *label, const struct forecast *f, int64_t at,
                    const json_t *backups, int64_t short_mg)
{
    auto_buf text = {0};
    size_t i;
    json_t *backup;
    if (f->runs_out_layer < 0) {
        buf_format(&text, "%s lasts to the end", label);
        return json_string(text.data);
    }
    buf_format(&text, "%s runs out at layer %d", label, (int)f->runs_out_layer);
    if (at >= 0) {
        buf_text(&text, ", about ");
        tell_clock(&text, db, at);
    }
    json_array_foreach (backups, i, backup)
        buf_format(&text, "; %s continues with %.1f g",
                   json_string_value(json_object_get(backup, "label")),
                   json_number_value(json_object_get(backup, "remaining_grams")));
    if (short_mg)
        buf_format(&text, "; %.1f g short", (double)short_mg / 1000);
    return json_string(text.failed ? label : text.data);
}

/* The filaments that come from ${at}, in ${ret}; their number. */
static size_t filaments_at(const struct outlook *o, struct slot_address at,
                           struct forecast_filament *ret)
{
    size_t count = 0;
    for (int f = 0; f < CASE_FILAMENTS; f++)
        if (o->c.estimated_mg[f] > 0 && address_equal(o->now[f], at))
            ret[count++] = (struct forecast_filament){f, o->c.estimated_mg[f]};
    return count;
}

static json_t *forecast_of(const struct outlook *o, struct slot_address at)
{
    struct forecast_filament filaments[CASE_FILAMENTS];
    size_t count = filaments_at(o, at, filaments);
    json_auto_t *slot = slot_row(o, at);
    int64_t spool = args_int(slot, "spool", 0);
    if (!slot || !spool)
        return NULL; /* without a roll there is nothing to foresee: that is another alert */
    int64_t left = args_int(slot, "left_mg", 0) - taken(o, spool), held = 0;
    struct curve curve = {o->c.points, o->c.point_count};
    struct forecast f;
    forecast_slot(&curve, filaments, count, o->c.end_layer, left, &f);
    json_auto_t *rows = f.runs_out_layer >= 0 ? backups_of(o, slot) : json_array();
    json_auto_t *backups = show_backups(o, rows, &held);
    int64_t ends = when(o, &f);
    int64_t short_mg = f.short_mg > held ? f.short_mg - held : 0;
    const char *label = args_text(slot, "label");
    return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:O, s:o, s:o}", "slot", place_of(slot),
                     "label", label, "spool_id", or_null(slot, "spool_id"), "needed_grams",
                     grams(f.needed_mg), "remaining_grams", grams(left > 0 ? left : 0),
                     "runs_out_layer",
                     f.runs_out_layer >= 0 ? json_integer(f.runs_out_layer) : json_null(),
                     "runs_out_at", time_or_null(ends), "continues", backups, "short_grams",
                     grams(short_mg), "text", tell(o->db, label, &f, ends, backups, short_mg));
}

static bool seen_before(const struct outlook *o, int filament)
{
    for (int f = 0; f < filament; f++)
        if (o->c.estimated_mg[f] > 0 && address_equal(o->now[f], o->now[filament]))
            return true;
    return false;
}

static json_t *forecast_all(const struct outlook *o)
{
    json_t *list = json_array();
    for (int f = 0; f < CASE_FILAMENTS; f++) {
        if (o->c.estimated_mg[f] <= 0 || address_none(o->now[f]) || seen_before(o, f))
            continue;
        json_t *forecast = forecast_of(o, o->now[f]);
        if (forecast)
            json_array_append_new(list, forecast);
    }
    return list;
}

static bool is_running(struct db *db, int64_t job)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    return db_int(db, "SELECT 1 FROM job WHERE id = :job AND ended_at IS NULL AND kind = 'print'",
                  args, 0) != 0;
}

enum err forecasts_read(struct db *db, int64_t job, int minutes_left, json_t **ret_list,
                        struct why *why)
{
    if (!is_running(db, job)) {
        *ret_list = json_array();
        return db_status(db, why);
    }
    struct outlook *o auto_free = calloc(1, sizeof *o);
    if (!o)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    o->db = db;
    o->minutes_left = minutes_left;
    enum err e = charging_case_read(db, job, &o->c, why);
    if (e != OK)
        return e;
    bool running = !o->c.ended_at && !o->c.utility;
    if (running)
        trace_now(o);
    json_t *list = running ? forecast_all(o) : json_array();
    charging_case_clear(&o->c);
    e = db_status(db, why);
    if (e == OK)
        *ret_list = list;
    else
        json_decref(list);
    return e;
}

static enum err alert_one(struct db *db, int64_t job, const json_t *forecast, struct why *why)
{
    const json_t *slot = json_object_get(forecast, "slot");
    char cause[96];
    snprintf(cause, sizeof cause, "runout_forecast:%lld:%d/%d", (long long)job,
             (int)args_int(slot, "ams_unit_number", 0), (int)args_int(slot, "slot_number", 0));
    if (json_number_value(json_object_get(forecast, "short_grams")) <= 0)
        return alerts_end(db, cause, why);
    json_auto_t *args = db_args(db, args_copy(slot));
    db_put(db, args, "job", json_integer(job));
    db_put(db, args, "spool_id", or_null(forecast, "spool_id"));
    json_auto_t *at =
        db_row(db,
               "SELECT j.printer, sl.id, p.name, (SELECT s.id FROM spool s "
               "WHERE s.public_id = :spool_id) AS spool FROM job j "
               "JOIN printer p ON p.id = j.printer JOIN slot sl ON sl.printer = p.id "
               "AND sl.unit = :ams_unit_number AND sl.slot = :slot_number WHERE j.id = :job",
               args, NULL);
    auto_buf text = {0};
    buf_format(&text, "%s: %s", args_text(at, "name"), args_text(forecast, "text"));
    if (!at || text.failed)
        return db_missing(db, why, "job_not_found", "job_id", "no such print job");
    const struct alert alert = {
        .kind = ALERT_RUNOUT_FORECAST,
        .cause = cause,
        .text = text.data,
        .data = forecast,
        .printer = args_int(at, "printer", 0),
        .slot = args_int(at, "id", 0),
        .spool = args_int(at, "spool", 0),
        .job = job,
    };
    return alerts_open(db, &alert, why);
}

static const json_t *short_in(const json_t *list, const json_t *slot)
{
    size_t i;
    const json_t *forecast;
    json_array_foreach (list, i, forecast)
        if (json_equal(json_object_get(forecast, "slot"), slot) &&
            json_number_value(json_object_get(forecast, "short_grams")) > 0)
            return forecast;
    return NULL;
}

void forecasts_freshen(struct db *db, int64_t job, int minutes_left, json_t *row)
{
    struct why why;
    json_t *list = NULL;
    auto_buf text = {0};
    if (forecasts_read(db, job, minutes_left, &list, &why) != OK)
        return;
    const json_t *now = short_in(list, json_object_get(json_object_get(row, "data"), "slot"));
    buf_format(&text, "%s: %s", args_text(row, "printer"), now ? args_text(now, "text") : "");
    if (now && !text.failed) {
        json_object_set_new(row, "text", json_string(text.data));
        json_object_set_new(row, "data", json_deep_copy(now));
    }
    json_decref(list);
}

enum err forecasts_alert(struct db *db, int64_t job, struct why *why)
{
    json_auto_t *list = NULL;
    enum err e = forecasts_read(db, job, -1, &list, why);
    size_t i;
    json_t *forecast;
    json_array_foreach (list, i, forecast)
        e = e ? e : alert_one(db, job, forecast, why);
    return e;
}
