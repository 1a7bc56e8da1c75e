#include "store/charging.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "store/args.h"
#include "store/charging_inside.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/slots.h"

enum { PARTS_MOST = 4096 };

/* One charge on its way into the ledger. */
struct booking {
    struct db *db;
    const struct charging_case *c;
    const struct charge *charge, *next; /* next of the same filament; NULL: it is the last */
    int filament;                       /* from 1 */
    int64_t slot, spool;
};

static json_t *by_job(struct db *db, int64_t job)
{
    return db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
}

static json_t *row_or_null(int64_t row)
{
    return row ? json_integer(row) : json_null();
}

static json_t *mg_or_null(int64_t mg)
{
    return mg >= 0 ? json_integer(mg) : json_null();
}

/* When this part began: with the feed that opened it, with its roll, or with its layer. */
static int64_t part_time(const struct charging_case *c, const struct charge *charge)
{
    for (size_t i = 0; i < c->feed_count; i++)
        if (address_equal(c->feeds[i].at, charge->at) && c->feeds[i].spool == charge->spool &&
            c->feeds[i].from_layer == charge->from_layer)
            return c->more[i].from_at;
    for (size_t i = 0; i < c->stay_count; i++)
        if (address_equal(c->stays[i].at, charge->at) && c->stays[i].spool == charge->spool &&
            c->stays[i].layer == charge->from_layer)
            return c->stay_times[i].since;
    for (size_t i = 0; i < c->trail_count && charge->from_layer > 0; i++)
        if (c->trail[i].layer >= charge->from_layer)
            return c->trail[i].at;
    return c->started_at;
}

/* Who was in a slot that was never seen feeding: by its history at the start of the print, else the
 * first roll that was named afterwards. */
static int64_t roll_at_start(struct db *db, const struct charging_case *c, int64_t slot)
{
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:I}", "slot", (json_int_t)slot, "at", (json_int_t)c->started_at));
    return db_int(
        db,
        "SELECT coalesce((SELECT a.spool FROM slot_assignment a WHERE a.slot = :slot "
        "AND a.spool IS NOT NULL AND a.assigned_at <= :at "
        "AND coalesce(a.unassigned_at, :at + 1) > :at ORDER BY a.assigned_at DESC LIMIT 1), "
        "(SELECT a.spool FROM slot_assignment a WHERE a.slot = :slot AND a.spool IS NOT NULL "
        "AND a.assigned_at > :at ORDER BY a.assigned_at, a.id LIMIT 1), 0)",
        args, 0);
}

static int to_layer(const struct booking *b)
{
    const struct charging_case *c = b->c;
    if (b->next)
        return b->next->from_layer;
    int end = c->whole && c->total_layers > c->end_layer ? c->total_layers : c->end_layer;
    return end > b->charge->from_layer ? end : b->charge->from_layer;
}

static const char save_row[] =
    "INSERT INTO job_segment (job, filament, segment, slot, spool, from_layer, to_layer, from_at, "
    "to_at, mg, source, estimate, evidence) VALUES (:job, :filament, :segment, :slot, :spool, "
    ":from_layer, :to_layer, :from_at, :to_at, :mg, :source, :estimate, :evidence) "
    "ON CONFLICT (job, filament, segment) DO UPDATE SET slot = excluded.slot, "
    "spool = excluded.spool, from_layer = excluded.from_layer, to_layer = excluded.to_layer, "
    "from_at = excluded.from_at, to_at = excluded.to_at, mg = excluded.mg, "
    "source = excluded.source, estimate = excluded.estimate, evidence = excluded.evidence "
    "WHERE (slot, spool, from_layer, to_layer, from_at, to_at, mg, source, estimate, evidence) "
    "IS NOT (excluded.slot, excluded.spool, excluded.from_layer, excluded.to_layer, "
    "excluded.from_at, excluded.to_at, excluded.mg, excluded.source, excluded.estimate, "
    "excluded.evidence)";

static bool guessed(const struct charge *charge)
{
    return charge->estimate || charge->rule == TRACE_LIKENESS;
}

static void save_segment(const struct booking *b, const json_t *evidence)
{
    const struct charge *charge = b->charge;
    int64_t to_at = b->next ? part_time(b->c, b->next) : b->c->ended_at;
    json_auto_t *args = db_args(
        b->db, json_pack("{s:I, s:i, s:i, s:o, s:o, s:i, s:i, s:I, s:I, s:o, s:s, s:b, s:O}", "job",
                         (json_int_t)b->c->job, "filament", b->filament, "segment", charge->segment,
                         "slot", row_or_null(b->slot), "spool", row_or_null(b->spool), "from_layer",
                         charge->from_layer, "to_layer", to_layer(b), "from_at",
                         (json_int_t)part_time(b->c, charge), "to_at", (json_int_t)to_at, "mg",
                         mg_or_null(charge->mg), "source", charge_source_slug(charge->source),
                         "estimate", guessed(charge), "evidence", evidence));
    db_exec(b->db, save_row, args);
}

static enum err book_charge(struct booking *b, struct why *why)
{
    const struct charge *charge = b->charge;
    b->slot = address_none(charge->at) ? 0 : slots_find(b->db, b->c->printer, charge->at, true);
    bool seen = charge->rule != TRACE_UNSEEN && charge->rule != TRACE_LIKENESS;
    b->spool = charge->spool;
    if (!b->spool && b->slot && !seen)
        b->spool = roll_at_start(b->db, b->c, b->slot);
    json_auto_t *evidence = charging_part_evidence(charge, to_layer(b));
    save_segment(b, evidence);
    const struct ledger_charge row = {
        .job = b->c->job,
        .slot = b->slot,
        .spool = b->spool,
        .filament = b->filament,
        .segment = charge->segment,
        .mg = charge->mg > 0 ? charge->mg : 0,
        .kind = "print",
        .source = charge_source_slug(charge->source),
        .estimate = guessed(charge),
        .at = b->c->ended_at,
        .evidence = evidence,
    };
    return ledger_book(b->db, &row, why);
}

/* Segments of an earlier charging that are no more: what the ledger names stays, its grams go. */
static enum err empty_rest(struct db *db, int64_t job, int filament, int count, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:i, s:i}", "job", (json_int_t)job, "filament",
                                              filament, "count", count));
    json_auto_t *rows = db_rows(db,
                                "SELECT segment FROM job_segment WHERE job = :job "
                                "AND filament = :filament AND segment >= :count AND mg > 0",
                                args, NULL);
    db_exec(db,
            "UPDATE job_segment SET mg = 0 WHERE job = :job AND filament = :filament "
            "AND segment >= :count AND mg IS NOT 0",
            args);
    size_t i;
    json_t *row;
    enum err e = OK;
    json_array_foreach (rows, i, row) {
        const struct ledger_charge gone = {.job = job,
                                           .filament = filament,
                                           .segment = (int)args_int(row, "segment", 0),
                                           .kind = "print",
                                           .source = "rebooked"};
        e = e ? e : ledger_book(db, &gone, why);
    }
    db_exec(db,
            "DELETE FROM job_segment WHERE job = :job AND filament = :filament "
            "AND segment >= :count AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.job = :job "
            "AND u.filament = :filament AND u.segment = job_segment.segment)",
            args);
    return e;
}

static const struct charge *next_of(const struct charges *charges, int i)
{
    bool more =
        i + 1 < charges->count && charges->list[i + 1].filament == charges->list[i].filament;
    return more ? &charges->list[i + 1] : NULL;
}

/* The charges of one filament (-1: of no filament in particular). */
static enum err book_filament(struct db *db, const struct charging_case *c,
                              const struct charges *charges, int filament, struct why *why)
{
    int index = filament < 0 ? CASE_UNPLACED : filament + 1, count = 0;
    enum err e = OK;
    for (int i = 0; i < charges->count && e == OK; i++) {
        if (charges->list[i].filament != filament)
            continue;
        struct booking b = {.db = db,
                            .c = c,
                            .charge = &charges->list[i],
                            .next = next_of(charges, i),
                            .filament = index};
        e = book_charge(&b, why);
        count = charges->list[i].segment + 1;
    }
    return e ? e : empty_rest(db, c->job, index, count, why);
}

/* What a filament came to is the sum of its parts; unknown where one of them is. */
static void save_sum(struct db *db, int64_t job, int index, const char *source,
                     const struct charge_sum *sum, const json_t *evidence)
{
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:i, s:b, s:s, s:o, s:o, s:O?}", "job", (json_int_t)job, "idx", index,
                      "known", !sum || sum->mg >= 0, "source", source, "low",
                      mg_or_null(sum ? sum->low_mg : charge_unknown), "high",
                      mg_or_null(sum ? sum->high_mg : charge_unknown), "evidence", evidence));
    db_exec(
        db,
        "UPDATE job_filament SET used_mg = n.used, low_mg = :low, high_mg = :high, "
        "source = :source, evidence = :evidence FROM (SELECT CASE WHEN :known AND count(*) = count(mg) "
        "THEN coalesce(sum(mg), 0) END AS used FROM job_segment WHERE job = :job "
        "AND filament = :idx) n WHERE job = :job AND idx = :idx "
        "AND (used_mg, low_mg, high_mg, source, evidence) "
        "IS NOT (n.used, :low, :high, :source, :evidence)",
        args);
}

/* Grams that belong to no filament in particular have a row of their own, while there are any. */
static enum err book_unplaced(struct db *db, const struct charging_case *c,
                              const struct charges *charges, struct why *why)
{
    const struct charge *last = charges->count ? &charges->list[charges->count - 1] : NULL;
    json_auto_t *args = by_job(db, c->job);
    db_put(db, args, "idx", json_integer(CASE_UNPLACED));
    if (last && last->filament < 0)
        db_exec(
            db,
            "INSERT INTO job_filament (job, idx) VALUES (:job, :idx) ON CONFLICT (job, idx) DO NOTHING",
            args);
    enum err e = book_filament(db, c, charges, -1, why);
    if (e == OK)
        save_sum(db, c->job, CASE_UNPLACED, charge_source_slug(last ? last->source : CHARGE_OPEN),
                 NULL, NULL);
    return e;
}

static void save_total(struct db *db, int64_t job)
{
    json_auto_t *args = by_job(db, job);
    db_exec(db,
            "UPDATE job SET actual_mg = n.mg, updated_at = :now FROM (SELECT sum(f.used_mg) AS mg "
            "FROM job_filament f WHERE f.job = :job) n WHERE id = :job AND actual_mg IS NOT n.mg",
            args);
}

/* By which later corrections of a slot's history see what they change. */
static void save_rolls(struct db *db, const struct charging_case *c)
{
    for (size_t i = 0; i < c->feed_count; i++) {
        if (!c->more[i].row)
            continue;
        json_auto_t *args = db_args(db, json_pack("{s:I, s:o}", "id", (json_int_t)c->more[i].row,
                                                  "spool", row_or_null(c->feeds[i].spool)));
        db_exec(db, "UPDATE job_feed SET spool = :spool WHERE id = :id AND spool IS NOT :spool",
                args);
    }
}

static enum err save_charges(struct db *db, const struct charging_case *c,
                             const struct charges *charges, struct why *why)
{
    enum err e = OK;
    for (int i = 0; i < charges->sum_count && e == OK; i++) {
        const struct charge_sum *sum = &charges->sums[i];
        json_auto_t *evidence = charging_sum_evidence(c, sum);
        e = book_filament(db, c, charges, sum->filament, why);
        if (e == OK)
            save_sum(db, c->job, sum->filament + 1, charge_source_slug(sum->source), sum, evidence);
    }
    if (e == OK)
        e = book_unplaced(db, c, charges, why);
    save_total(db, c->job);
    save_rolls(db, c);
    return e ? e : db_status(db, why);
}

static size_t trace(const struct charging_case *c, struct trace_part *parts)
{
    const struct trace_input input = {
        .curve = {c->points, c->point_count},
        .tools = c->tools,
        .tool_count = c->tool_count,
        .feeds = c->feeds,
        .feed_count = c->feed_count,
        .stays = c->stays,
        .stay_count = c->stay_count,
        .mapping = c->mapping,
        .mapping_count = CASE_FILAMENTS,
        .likeness = c->likeness,
        .likeness_count = CASE_FILAMENTS,
        .whole = c->whole,
        .end_layer = c->end_layer,
        .end_percent = c->end_percent,
    };
    size_t count = trace_parts(&input, parts, PARTS_MOST);
    return count < PARTS_MOST ? count : PARTS_MOST;
}

static void charge(struct charging_case *c, struct trace_part *parts, struct charges *ret)
{
    size_t count = trace(c, parts);
    charging_read_tags(c, parts, count);
    const struct charge_input input = {
        .filaments = c->filaments,
        .filament_count = c->filament_count,
        .parts = parts,
        .part_count = count,
        .even = c->even,
        .whole = c->whole,
        .layer = c->end_layer,
        .total_layers = c->total_layers,
        .user_mg = charge_unknown,
        .reported_mg = c->reported_mg,
    };
    charge_job(&input, ret);
}

static enum err book_case(struct db *db, struct charging_case *c, struct why *why)
{
    struct trace_part *parts auto_free = calloc(PARTS_MOST, sizeof *parts);
    struct charges *charges auto_free = calloc(1, sizeof *charges);
    if (!parts || !charges)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    charge(c, parts, charges);
    enum err e = save_charges(db, c, charges, why);
    return e ? e : charging_weigh(db, c, charges, why);
}

enum err charging_book(struct db *db, int64_t job, struct why *why)
{
    struct charging_case *c auto_free = malloc(sizeof *c);
    if (!c)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    enum err e = charging_case_read(db, job, c, why);
    if (e != OK)
        return e;
    if (!c->utility && !c->explicit_figures && c->ended_at)
        e = book_case(db, c, why);
    charging_case_clear(c);
    return e;
}
