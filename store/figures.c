#include "store/figures.h"

#include <string.h>

#include "base/auto.h"
#include "core/address.h"
#include "core/share.h"
#include "store/args.h"
#include "store/charging.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/slots.h"
#include "store/spools.h"

static const int64_t mg_unknown = -1;

/* One figure on its way into the ledger. */
struct figure {
    int64_t slot, spool; /* row ids; 0 unknown */
    int64_t mg;          /* mg_unknown: open */
    int64_t foreseen_mg; /* of an open one: its estimate; 0 none */
    int filament;        /* from 1 */
    const char *source;
    bool estimate;
};

struct job_row {
    int64_t id, printer, started_at, ended_at;
    int64_t estimated_mg; /* of the whole print; 0 unknown */
    bool completed;
};

static json_t *by_job(struct db *db, const struct job_row *job)
{
    return db_args(
        db, json_pack("{s:I, s:I}", "job", (json_int_t)job->id, "at", (json_int_t)job->started_at));
}

/* Who was in the slot when the print began, else who came first afterwards. */
static int64_t roll_in(struct db *db, const struct job_row *job, int64_t slot)
{
    json_auto_t *args = by_job(db, job);
    db_put(db, args, "slot", json_integer(slot));
    return db_int(db,
                  "SELECT coalesce((SELECT spool FROM slot_assignment WHERE slot = :slot "
                  "AND spool IS NOT NULL AND assigned_at <= :at "
                  "AND coalesce(unassigned_at, :at + 1) > :at ORDER BY assigned_at DESC LIMIT 1), "
                  "(SELECT spool FROM slot_assignment WHERE slot = :slot AND spool IS NOT NULL "
                  "AND assigned_at > :at ORDER BY assigned_at, id LIMIT 1), 0)",
                  args, 0);
}

/* The filament of the print that came from this slot; a new one where none did. */
static int filament_of(struct db *db, const struct job_row *job, int64_t slot)
{
    json_auto_t *args = by_job(db, job);
    db_put(db, args, "slot", slot ? json_integer(slot) : json_null());
    int known = (int)db_int(
        db, "SELECT idx FROM job_filament WHERE job = :job AND slot = :slot ORDER BY idx", args, 0);
    if (known)
        return known;
    db_exec(db,
            "INSERT INTO job_filament (job, idx, slot, mapping_source) SELECT :job, "
            "coalesce(max(idx), 0) + 1, :slot, 'client' FROM job_filament WHERE job = :job",
            args);
    return (int)db_int(db, "SELECT max(idx) FROM job_filament WHERE job = :job", args, 0);
}

/* The first segment of this filament that holds nothing, else a new one. */
static int free_segment(struct db *db, const json_t *args)
{
    int next = (int)db_int(
        db, "SELECT count(*) FROM job_segment WHERE job = :job AND filament = :filament", args, 0);
    return (int)db_int(db,
                       "SELECT min(segment) FROM job_segment WHERE job = :job "
                       "AND filament = :filament AND coalesce(mg, 0) = 0",
                       args, next);
}

/* What is known of an open figure, in the form of store/charging. */
static void put_evidence(struct db *db, json_t *args, const struct figure *figure)
{
    if (figure->mg != mg_unknown)
        return;
    json_t *most = figure->foreseen_mg > 0 ? json_integer(figure->foreseen_mg) : json_null();
    db_put(db, args, "evidence",
           json_pack("{s:s, s:i, s:O}", "source", "open", "low_mg", 0, "high_mg", most));
    db_put(
        db, args, "basis",
        json_pack("{s:s, s:{s:O}, s:b}", "basis", "open", "said_mg", "estimate", most, "whole", 0));
    json_decref(most);
}

static enum err book(struct db *db, const struct job_row *job, const struct figure *figure,
                     struct why *why)
{
    json_auto_t *args = by_job(db, job);
    db_put(db, args, "filament", json_integer(figure->filament));
    int segment = free_segment(db, args);
    db_put(db, args, "segment", json_integer(segment));
    db_put(db, args, "slot", figure->slot ? json_integer(figure->slot) : json_null());
    db_put(db, args, "spool", figure->spool ? json_integer(figure->spool) : json_null());
    db_put(db, args, "mg", figure->mg >= 0 ? json_integer(figure->mg) : json_null());
    put_evidence(db, args, figure);
    db_put(db, args, "source", json_string(figure->source));
    db_put(db, args, "estimate", json_boolean(figure->estimate));
    db_put(db, args, "end", json_integer(job->ended_at));
    db_exec(
        db,
        "INSERT INTO job_segment (job, filament, segment, slot, spool, from_at, to_at, mg, "
        "source, estimate, evidence) VALUES (:job, :filament, :segment, :slot, :spool, :at, :end, "
        ":mg, :source, :estimate, :evidence) ON CONFLICT (job, filament, segment) DO UPDATE SET slot = excluded.slot, "
        "spool = excluded.spool, from_layer = NULL, to_layer = NULL, "
        "from_at = excluded.from_at, to_at = excluded.to_at, mg = excluded.mg, "
        "source = excluded.source, estimate = excluded.estimate, "
        "evidence = excluded.evidence",
        args);
    db_exec(db,
            "UPDATE job_filament SET used_mg = coalesce(used_mg + :mg, used_mg, :mg), "
            "source = :source, evidence = :basis WHERE job = :job AND idx = :filament",
            args);
    const struct ledger_charge charge = {.job = job->id,
                                         .slot = figure->slot,
                                         .spool = figure->spool,
                                         .filament = figure->filament,
                                         .segment = segment,
                                         .mg = figure->mg > 0 ? figure->mg : 0,
                                         .kind = "print",
                                         .source = figure->source,
                                         .estimate = figure->estimate,
                                         .at = job->ended_at};
    return ledger_book(db, &charge, why);
}

/* --- usage: as told --- */

static enum err read_place(struct db *db, const struct job_row *job, const json_t *entry, size_t i,
                           struct figure *figure, struct why *why)
{
    const json_t *place = json_object_get(entry, "slot");
    if (!json_is_object(place))
        place = entry;
    struct slot_address at = {(int16_t)args_int(place, "ams_unit_number", 0),
                              (int16_t)args_int(place, "slot_number", 0)};
    const json_t *spool = json_object_get(entry, "spool_id");
    if (spool)
        figure->spool = spools_find(db, spool);
    if (spool && !figure->spool)
        return why_fail(why, ERR_NOT_FOUND, "spool_not_found", "usage", "usage[%zu]: no such spool",
                        i);
    if (address_none(at) && spool)
        return OK;
    if (!address_possible(at.unit, at.slot))
        return why_fail(why, ERR_INVALID, "no_such_slot", "usage",
                        "usage[%zu]: name a spool_id, or the slot of a printer", i);
    figure->slot = slots_find(db, job->printer, at, true);
    if (!figure->spool)
        figure->spool = roll_in(db, job, figure->slot);
    return OK;
}

static enum err book_usage(struct db *db, const struct job_row *job, const json_t *usage,
                           struct why *why)
{
    size_t i;
    json_t *entry;
    enum err e = OK;
    json_array_foreach (usage, i, entry) {
        struct figure figure = {.mg = args_int(entry, "grams", 0), .source = "user"};
        e = e ? e : read_place(db, job, entry, i, &figure, why);
        if (e)
            break;
        figure.filament = filament_of(db, job, figure.slot);
        e = book(db, job, &figure, why);
    }
    return e;
}

/* --- one sum, or only estimates --- */

/* Filaments with a slot: idx, slot, estimated_mg. */
static json_t *known_filaments(struct db *db, const struct job_row *job)
{
    json_auto_t *args = by_job(db, job);
    return db_rows(db,
                   "SELECT idx, slot, coalesce(estimated_mg, 0) AS mg FROM job_filament "
                   "WHERE job = :job ORDER BY idx",
                   args, NULL);
}

static int64_t sum_of(const json_t *filaments)
{
    int64_t sum = 0;
    size_t i;
    json_t *row;
    json_array_foreach (filaments, i, row)
        sum += args_int(row, "mg", 0);
    return sum;
}

/* ${total} over the filaments by their estimates; parts sum to it. */
static enum err book_split(struct db *db, const struct job_row *job, const json_t *filaments,
                           int64_t total, struct figure like, struct why *why)
{
    int64_t sum = sum_of(filaments), before = 0;
    size_t i;
    json_t *row;
    enum err e = OK;
    json_array_foreach (filaments, i, row) {
        int64_t after = before + args_int(row, "mg", 0);
        struct figure figure = like;
        figure.mg = share_until(total, after, sum) - share_until(total, before, sum);
        figure.filament = (int)args_int(row, "idx", 0);
        figure.slot = args_int(row, "slot", 0);
        figure.spool = figure.slot ? roll_in(db, job, figure.slot) : 0;
        before = after;
        if (e == OK && figure.mg)
            e = book(db, job, &figure, why);
    }
    return e;
}

/* One sum that nothing splits: on the one known slot, else open. */
static enum err book_whole(struct db *db, const struct job_row *job, const json_t *filaments,
                           struct figure figure, struct why *why)
{
    if (json_array_size(filaments) == 1) {
        const json_t *only = json_array_get(filaments, 0);
        figure.slot = args_int(only, "slot", 0);
        figure.spool = figure.slot ? roll_in(db, job, figure.slot) : 0;
    }
    figure.filament = filament_of(db, job, figure.slot);
    return book(db, job, &figure, why);
}

/* Nobody knows how much: the charges stay open, with their estimates to be seen. */
static enum err leave_open(struct db *db, const struct job_row *job, const json_t *filaments,
                           struct why *why)
{
    struct figure figure = {.mg = mg_unknown, .source = "open"};
    size_t i;
    const json_t *row;
    enum err e = OK;
    json_array_foreach (filaments, i, row) {
        figure.filament = (int)args_int(row, "idx", 0);
        figure.slot = args_int(row, "slot", 0);
        figure.spool = figure.slot ? roll_in(db, job, figure.slot) : 0;
        figure.foreseen_mg = args_int(row, "mg", 0);
        e = e ? e : book(db, job, &figure, why);
    }
    if (json_array_size(filaments))
        return e;
    figure.filament = filament_of(db, job, 0);
    return book(db, job, &figure, why);
}

static enum err book_sum(struct db *db, const struct job_row *job, int64_t total, struct why *why)
{
    json_auto_t *filaments = known_filaments(db, job);
    struct figure figure = {.mg = total, .source = "reported"};
    if (sum_of(filaments) > 0)
        return book_split(db, job, filaments, total, figure, why);
    return book_whole(db, job, filaments, figure, why);
}

/* Without figures: a completed print books its estimates, another one leaves them to be seen. */
static enum err book_estimates(struct db *db, const struct job_row *job, struct why *why)
{
    if (charging_followed(db, job->id))
        return charging_book(db, job->id, why);
    json_auto_t *filaments = known_filaments(db, job);
    int64_t sum = sum_of(filaments);
    struct figure like = {
        .mg = sum ? sum : job->estimated_mg, .source = "estimate", .estimate = true};
    if (!job->completed || like.mg <= 0)
        return leave_open(db, job, filaments, why);
    if (sum > 0)
        return book_split(db, job, filaments, sum, like, why);
    return book_whole(db, job, filaments, like, why);
}

static enum err read_job(struct db *db, int64_t id, struct job_row *ret_job, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    json_auto_t *row = db_row(
        db, "SELECT printer, started_at, ended_at, status, estimated_mg FROM job WHERE id = :id",
        args, NULL);
    const char *status = args_text(row, "status");
    *ret_job = (struct job_row){.id = id,
                                .printer = args_int(row, "printer", 0),
                                .started_at = args_int(row, "started_at", 0),
                                .ended_at = args_int(row, "ended_at", 0),
                                .estimated_mg = args_int(row, "estimated_mg", 0),
                                .completed = status && strcmp(status, "completed") == 0};
    return db_status(db, why);
}

enum err figures_book(struct db *db, int64_t id, const json_t *args, struct why *why)
{
    struct job_row job;
    enum err e = read_job(db, id, &job, why);
    if (e)
        return e;
    if (json_array_size(json_object_get(args, "usage")))
        e = book_usage(db, &job, json_object_get(args, "usage"), why);
    else if (args_given(args, "actual_grams_used") && !charging_followed(db, id))
        e = book_sum(db, &job, args_int(args, "actual_grams_used", 0), why);
    else
        e = book_estimates(db, &job, why);
    if (e)
        return e;
    json_auto_t *keys = by_job(db, &job);
    db_exec(db,
            "UPDATE job SET actual_mg = (SELECT sum(used_mg) FROM job_filament WHERE job = :job) "
            "WHERE id = :job",
            keys);
    return db_status(db, why);
}

/* --- correction --- */

/* Segments that nothing was booked into again: their rows stay, their grams go. */
static enum err reverse_rest(struct db *db, int64_t job, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    json_auto_t *rows = db_rows(db,
                                "SELECT filament, segment FROM job_segment WHERE job = :job "
                                "AND coalesce(mg, 0) = 0 ORDER BY filament, segment",
                                args, NULL);
    size_t i;
    json_t *row;
    enum err e = OK;
    json_array_foreach (rows, i, row) {
        const struct ledger_charge gone = {.job = job,
                                           .filament = (int)args_int(row, "filament", 0),
                                           .segment = (int)args_int(row, "segment", 0),
                                           .kind = "print",
                                           .source = "user"};
        e = e ? e : ledger_book(db, &gone, why);
    }
    return e ? e : db_status(db, why);
}

enum err figures_rebook(struct db *db, int64_t job, const json_t *args, struct why *why)
{
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    db_exec(db, "UPDATE job_segment SET mg = 0, spool = NULL, source = NULL WHERE job = :job",
            keys);
    db_exec(db, "UPDATE job_filament SET used_mg = NULL, source = NULL WHERE job = :job", keys);
    enum err e = figures_book(db, job, args, why);
    return e ? e : reverse_rest(db, job, why);
}
