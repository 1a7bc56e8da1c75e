/* What weighs a roll besides the slicer: its tag, and the moment at which it ran out. */
#include <string.h>

#include "base/auto.h"
#include "store/alerts.h"
#include "store/args.h"
#include "store/charging_inside.h"
#include "store/db.h"
#include "store/ledger.h"

/* --- tags --- */

/* The filament that alone came from a slot; -1: none, or several. */
static int only_filament(const struct trace_part *parts, size_t count, struct slot_address at)
{
    int only = -1;
    for (size_t i = 0; i < count; i++) {
        if (!address_equal(parts[i].at, at))
            continue;
        if (only >= 0 && parts[i].filament != only)
            return -1;
        only = parts[i].filament;
    }
    return only;
}

static bool first_of_slot(const struct charging_case *c, size_t feed)
{
    for (size_t i = 0; i < feed; i++)
        if (address_equal(c->feeds[i].at, c->feeds[feed].at))
            return false;
    return true;
}

static bool other_tag(const struct tray *tray, const struct tray *than)
{
    return tray->tray_uuid[0] != '\0' && strcmp(tray->tray_uuid, than->tray_uuid) != 0;
}

/* From the first reading to the last of one slot: what lies between was of the same print. */
static int64_t lost_in_slot(const struct charging_case *c, size_t first)
{
    const struct tray *before = &c->more[first].before, *after = before;
    for (size_t i = first; i < c->feed_count; i++) {
        if (!address_equal(c->feeds[i].at, c->feeds[first].at))
            continue;
        if (other_tag(&c->more[i].before, before) || other_tag(&c->more[i].after, before))
            return charge_unknown;
        after = &c->more[i].after;
    }
    return charge_remain(before, after);
}

static void add_lost(struct charge_filament *filament, int64_t mg, int64_t percent_mg, bool *spoilt)
{
    if (mg < 0)
        *spoilt = true;
    if (*spoilt) {
        filament->remain_mg = charge_unknown;
        return;
    }
    filament->remain_mg = (filament->remain_mg > 0 ? filament->remain_mg : 0) + mg;
    filament->percent_mg += percent_mg;
}

static void read_tags_of(struct charging_case *c, const struct trace_part *parts, size_t count,
                         struct charge_filament *filament)
{
    bool spoilt = false;
    for (size_t i = 0; i < c->feed_count; i++) {
        if (!first_of_slot(c, i))
            continue;
        int only = only_filament(parts, count, c->feeds[i].at);
        if (only == filament->filament)
            add_lost(filament, lost_in_slot(c, i), (int64_t)c->more[i].before.weight_g * 10,
                     &spoilt);
    }
    /* A part that no reading covers leaves the sum too small. */
    for (size_t i = 0; i < count; i++)
        if (parts[i].filament == filament->filament &&
            (parts[i].rule == TRACE_UNSEEN || parts[i].rule == TRACE_LIKENESS ||
             parts[i].rule == TRACE_OPEN ||
             only_filament(parts, count, parts[i].at) != filament->filament))
            filament->remain_mg = charge_unknown;
}

void charging_read_tags(struct charging_case *c, const struct trace_part *parts, size_t count)
{
    for (size_t i = 0; i < c->filament_count; i++)
        read_tags_of(c, parts, count, &c->filaments[i]);
}

/* --- runouts --- */

/* The feed was of that roll when its slot became empty, or when the printer said that it ran out.
 */
static bool dried_up(const struct charging_case *c, const struct case_feed *feed, int64_t at,
                     int64_t spool)
{
    return at >= feed->from_at && at <= feed->to_at && charging_roll_at(c, feed->slot, at) == spool;
}

/*
 * Did the roll of this charge run out? The printer says so itself; or its slot became empty while
 * it fed the running print, and another slot took over unforeseen. Whatever the slot shows after
 * that: it may have been filled again at once. Emptied in a pause, or without a successor: that may
 * be a person's swap. A roll that fed again afterwards had not run out.
 */
static bool ran_out(const struct charging_case *c, const struct charge *charge,
                    const struct charge *next)
{
    bool succeeded = next && next->filament == charge->filament && next->rule == TRACE_CONTINUED &&
                     !address_equal(next->at, charge->at);
    bool out = false;
    for (size_t i = 0; i < c->feed_count; i++) {
        const struct case_feed *feed = &c->more[i];
        if (!address_equal(c->feeds[i].at, charge->at) || c->feeds[i].spool != charge->spool)
            continue;
        out = dried_up(c, feed, feed->ran_out_at, charge->spool) ||
              (succeeded && dried_up(c, feed, feed->emptied_at, charge->spool));
    }
    return out;
}

static int64_t slot_of(const struct charging_case *c, struct slot_address at)
{
    for (size_t i = 0; i < c->feed_count; i++)
        if (address_equal(c->feeds[i].at, at))
            return c->more[i].slot;
    return 0;
}

/* What stands of a roll, apart from this print's own weighing: as of the end of the print, so that
 * what came later is not taken for a part of the runout. */
static json_t *balance_of(struct db *db, const struct charging_case *c, int64_t spool)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:I, s:I}", "spool", (json_int_t)spool, "job",
                                              (json_int_t)c->job, "at", (json_int_t)c->ended_at));
    return db_row(
        db,
        "SELECT s.initial_mg, s.initial_mg - coalesce(sum(u.mg), 0) AS mg, "
        "coalesce(sum(CASE WHEN u.kind = 'print' THEN u.mg END), 0) AS booked_mg "
        "FROM spool s LEFT JOIN usage u ON u.spool = s.id AND u.at <= :at AND u.reverses IS NULL "
        "AND u.weighed IS NOT :job AND NOT EXISTS (SELECT 1 FROM usage r WHERE r.reverses = u.id) "
        "WHERE s.id = :spool GROUP BY s.id",
        args, NULL);
}

/* {id, mg} of the row of this print that stands for the roll; undone: a person took one back. */
static json_t *standing(struct db *db, const struct charging_case *c, int64_t spool)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I}", "spool", (json_int_t)spool, "job", (json_int_t)c->job));
    return db_row(
        db,
        "SELECT u.id, u.mg, u.slot, (SELECT r.source FROM usage r WHERE r.reverses = u.id) = 'undo' "
        "AS undone FROM usage u WHERE u.weighed = :job AND u.spool = :spool AND u.reverses IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM usage r WHERE r.reverses = u.id AND r.source <> 'undo') "
        "ORDER BY undone DESC LIMIT 1",
        args, NULL);
}

static enum err take_back(struct db *db, const json_t *row, struct why *why)
{
    char id[ID_SIZE];
    const struct ledger_reversal reversal = {.row = args_int(row, "id", 0), .source = "rebooked"};
    return ledger_reverse(db, &reversal, id, why);
}

static json_t *weighing_evidence(const json_t *balance)
{
    int64_t mg = args_int(balance, "mg", 0), initial = args_int(balance, "initial_mg", 0);
    int64_t booked = args_int(balance, "booked_mg", 0);
    int permille = 0;
    json_t *evidence = json_pack("{s:s, s:I, s:I}", "rule", "runout", "left_mg", (json_int_t)mg,
                                 "booked_mg", (json_int_t)booked);
    if (charge_calibration(booked + mg, booked, &permille) && initial > 0)
        json_object_set_new(evidence, "suggested_permille", json_integer(permille));
    return evidence;
}

static enum err weigh(struct db *db, const struct charging_case *c, int64_t slot, int64_t spool,
                      struct why *why)
{
    json_auto_t *balance = balance_of(db, c, spool);
    json_auto_t *row = standing(db, c, spool);
    int64_t mg = args_int(balance, "mg", 0);
    if (!balance || args_int(balance, "initial_mg", 0) <= 0 || args_int(row, "undone", 0) ||
        (row ? args_int(row, "mg", 0) : 0) == mg)
        return db_status(db, why);
    enum err e = row ? take_back(db, row, why) : OK;
    json_auto_t *evidence = weighing_evidence(balance);
    char id[ID_SIZE];
    const struct ledger_entry entry = {
        .spool = spool,
        .slot = slot,
        .mg = mg,
        .kind = "runout",
        .source = "runout",
        .note = "the roll ran out: what the ledger still had of it, or had too little",
        .at = c->ended_at,
        .weighed = c->job,
        .evidence = evidence,
    };
    return e || mg == 0 ? e : ledger_add(db, &entry, id, why);
}

/* Rolls that this print weighed before and does not any more. */
static enum err take_back_others(struct db *db, const struct charging_case *c, const json_t *kept,
                                 struct why *why)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:O}", "job", (json_int_t)c->job, "kept", kept));
    json_auto_t *rows =
        db_rows(db,
                "SELECT u.id FROM usage u WHERE u.weighed = :job "
                "AND u.reverses IS NULL AND u.spool NOT IN (SELECT value FROM json_each(:kept)) "
                "AND NOT EXISTS (SELECT 1 FROM usage r WHERE r.reverses = u.id) /* scan */",
                args, NULL);
    size_t i;
    const json_t *row;
    enum err e = OK;
    json_array_foreach (rows, i, row)
        e = e ? e : take_back(db, row, why);
    return e;
}

static bool known(const json_t *kept, int64_t spool)
{
    size_t i;
    const json_t *value;
    json_array_foreach (kept, i, value)
        if (json_integer_value(value) == spool)
            return true;
    return false;
}

enum err charging_weigh(struct db *db, const struct charging_case *c, const struct charges *charges,
                        struct why *why)
{
    json_auto_t *kept = json_array();
    enum err e = OK;
    for (int i = 0; i < charges->count && e == OK; i++) {
        const struct charge *charge = &charges->list[i];
        const struct charge *next = i + 1 < charges->count ? &charges->list[i + 1] : NULL;
        int64_t slot = slot_of(c, charge->at);
        if (!charge->spool || !slot || charge->mg < 0 || known(kept, charge->spool) ||
            !ran_out(c, charge, next))
            continue;
        json_array_append_new(kept, json_integer(charge->spool));
        e = weigh(db, c, slot, charge->spool, why);
    }
    return e ? e : take_back_others(db, c, kept, why);
}
