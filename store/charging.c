#include "store/charging.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "core/share.h"
#include "store/args.h"
#include "store/charging_inside.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/slots.h"

enum { PARTS_MOST = 4096 };

/* One part on its way into the ledger. */
struct booking {
    struct db *db;
    const struct charging_case *c;
    const struct trace_part *part;
    int segment;
    int64_t slot, spool, mg;
};

static const char *source_of(const struct charging_case *c)
{
    return c->basis == CASE_CURVE ? "slicer_curve" : "slicer_layers";
}

/* What the rule saw: kept with the row, and told by explain. */
static json_t *evidence_of(const struct booking *b)
{
    const struct charging_case *c = b->c;
    const struct trace_part *p = b->part;
    struct curve curve = {c->points, c->point_count};
    int64_t whole = curve_total(&curve, p->filament), mg = c->estimated_mg[p->filament];
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:i, s:I, s:I}", "rule",
                     trace_rule_slug(p->rule), "basis", source_of(c), "slicer_mg", (json_int_t)mg,
                     "length", (json_int_t)whole, "from", (json_int_t)p->from, "to",
                     (json_int_t)p->to, "from_layer", p->from_layer, "low_mg",
                     (json_int_t)share_until(mg, p->low, whole), "high_mg",
                     (json_int_t)share_until(mg, p->high, whole));
}

/* When this part began, by the feed that opened it; the job's start where none did. */
static int64_t part_time(const struct charging_case *c, const struct trace_part *part)
{
    for (size_t i = 0; i < c->feed_count; i++)
        if (address_equal(c->feeds[i].at, part->at) && c->feeds[i].spool == part->spool &&
            c->feeds[i].from_layer == part->from_layer)
            return c->feed_from[i];
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

static int to_layer(const struct charging_case *c, const struct trace_part *part,
                    const struct trace_part *next)
{
    if (next && next->filament == part->filament)
        return next->from_layer;
    int end = c->whole && c->total_layers > c->end_layer ? c->total_layers : c->end_layer;
    return end > part->from_layer ? end : part->from_layer;
}

static void save_segment(const struct booking *b, int last_layer, const json_t *evidence)
{
    const struct trace_part *p = b->part;
    json_auto_t *args = db_args(
        b->db,
        json_pack("{s:I, s:i, s:i, s:o, s:o, s:i, s:i, s:I, s:I, s:I, s:s, s:b, s:O}", "job",
                  (json_int_t)b->c->job, "filament", p->filament + 1, "segment", b->segment, "slot",
                  b->slot ? json_integer(b->slot) : json_null(), "spool",
                  b->spool ? json_integer(b->spool) : json_null(), "from_layer", p->from_layer,
                  "to_layer", last_layer, "from_at", (json_int_t)part_time(b->c, p), "to_at",
                  (json_int_t)b->c->ended_at, "mg", (json_int_t)b->mg, "source", source_of(b->c),
                  "estimate", b->c->basis == CASE_LAYERS, "evidence", evidence));
    db_exec(b->db,
            "INSERT INTO job_segment (job, filament, segment, slot, spool, from_layer, to_layer, "
            "from_at, to_at, mg, source, estimate, evidence) VALUES (:job, :filament, :segment, "
            ":slot, :spool, :from_layer, :to_layer, :from_at, :to_at, :mg, :source, :estimate, "
            ":evidence) ON CONFLICT (job, filament, segment) DO UPDATE SET slot = excluded.slot, "
            "spool = excluded.spool, from_layer = excluded.from_layer, "
            "to_layer = excluded.to_layer, from_at = excluded.from_at, to_at = excluded.to_at, "
            "mg = excluded.mg, source = excluded.source, estimate = excluded.estimate, "
            "evidence = excluded.evidence",
            args);
}

static enum err book_part(struct booking *b, const struct trace_part *next, struct why *why)
{
    const struct charging_case *c = b->c;
    const struct trace_part *p = b->part;
    struct curve curve = {c->points, c->point_count};
    int64_t whole = curve_total(&curve, p->filament), mg = c->estimated_mg[p->filament];
    b->mg = share_until(mg, p->to, whole) - share_until(mg, p->from, whole);
    b->slot = address_none(p->at) ? 0 : slots_find(b->db, c->printer, p->at, true);
    b->spool = p->spool;
    bool seen = p->rule != TRACE_UNSEEN && p->rule != TRACE_LIKENESS;
    if (!b->spool && b->slot && !seen)
        b->spool = roll_at_start(b->db, c, b->slot);
    json_auto_t *evidence = evidence_of(b);
    save_segment(b, to_layer(c, p, next), evidence);
    const struct ledger_charge charge = {
        .job = c->job,
        .slot = b->slot,
        .spool = b->spool,
        .filament = p->filament + 1,
        .segment = b->segment,
        .mg = b->mg,
        .kind = "print",
        .source = source_of(c),
        .estimate = c->basis == CASE_LAYERS || p->rule == TRACE_LIKENESS,
        .at = c->ended_at,
        .evidence = evidence,
    };
    return ledger_book(b->db, &charge, why);
}

/* Segments of an earlier charging that are no more: their rows stay, their grams go. */
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
            "AND segment >= :count",
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
    return e;
}

static void save_filament(struct db *db, const struct charging_case *c,
                          const struct trace_part *last)
{
    struct curve curve = {c->points, c->point_count};
    int f = last->filament;
    int64_t whole = curve_total(&curve, f), mg = c->estimated_mg[f];
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:i, s:I, s:I, s:I, s:s}", "job", (json_int_t)c->job, "idx", f + 1,
                      "used", (json_int_t)share_until(mg, last->to, whole), "low",
                      (json_int_t)share_until(mg, last->low, whole), "high",
                      (json_int_t)share_until(mg, last->high, whole), "source", source_of(c)));
    db_exec(db,
            "UPDATE job_filament SET used_mg = :used, low_mg = :low, high_mg = :high, "
            "source = :source WHERE job = :job AND idx = :idx",
            args);
}

/* Parts of one filament, from ${parts} on; returns how many there were. */
static size_t book_filament(struct db *db, const struct charging_case *c,
                            const struct trace_part *parts, size_t count, enum err *e,
                            struct why *why)
{
    size_t n = 0;
    while (n < count && parts[n].filament == parts[0].filament)
        n++;
    for (size_t i = 0; i < n && *e == OK; i++) {
        struct booking b = {.db = db, .c = c, .part = &parts[i], .segment = (int)i};
        *e = book_part(&b, i + 1 < n ? &parts[i + 1] : NULL, why);
    }
    if (*e == OK)
        *e = empty_rest(db, c->job, parts[0].filament + 1, (int)n, why);
    if (*e == OK)
        save_filament(db, c, &parts[n - 1]);
    return n;
}

static size_t trace(const struct charging_case *c, struct trace_part *parts)
{
    const struct trace_input input = {
        .curve = {c->points, c->point_count},
        .tools = c->tools,
        .tool_count = c->tool_count,
        .feeds = c->feeds,
        .feed_count = c->feed_count,
        .mapping = c->mapping,
        .mapping_count = CASE_FILAMENTS,
        .likeness = c->likeness,
        .likeness_count = CASE_FILAMENTS,
        .whole = c->whole,
        .end_layer = c->end_layer,
        .end_percent = c->end_percent,
    };
    return trace_parts(&input, parts, PARTS_MOST);
}

static void save_total(struct db *db, int64_t job)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    db_exec(db,
            "UPDATE job SET actual_mg = (SELECT sum(f.used_mg) FROM job_filament f "
            "WHERE f.job = :job), updated_at = :now WHERE id = :job",
            args);
}

static enum err book_case(struct db *db, const struct charging_case *c, struct why *why)
{
    struct trace_part *parts auto_free = calloc(PARTS_MOST, sizeof *parts);
    if (!parts)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    size_t count = trace(c, parts);
    if (count > PARTS_MOST)
        return why_fail(why, ERR_TOO_BIG, "too_many_parts", NULL,
                        "The print changed rolls too often to be charged.");
    enum err e = OK;
    for (size_t i = 0; i < count && e == OK;) {
        if (c->estimated_mg[parts[i].filament] < 0) {
            i++; /* grams that nobody told stay open */
            continue;
        }
        i += book_filament(db, c, parts + i, count - i, &e, why);
    }
    if (e == OK)
        save_total(db, c->job);
    return e ? e : db_status(db, why);
}

enum err charging_book(struct db *db, int64_t job, struct why *why)
{
    struct charging_case *c auto_free = malloc(sizeof *c);
    if (!c)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    enum err e = charging_case_read(db, job, c, why);
    if (e != OK)
        return e;
    bool nothing =
        c->utility || c->explicit_figures || c->thin || !c->ended_at || c->basis == CASE_NOTHING;
    if (!nothing)
        e = book_case(db, c, why);
    charging_case_clear(c);
    return e;
}
