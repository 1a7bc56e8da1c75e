#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "core/decide.h"
#include "core/tray.h"
#include "store/args.h"
#include "store/db.h"
#include "store/slots.h"
#include "store/slots_inside.h"
#include "store/spools_inside.h"

/* A candidate as a client sees it: its roll by public id and number, and why. */
static json_t *candidate_json(struct db *db, const struct candidate *candidate)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)candidate->roll));
    json_auto_t *roll =
        db_row(db, "SELECT public_id, number FROM spool WHERE id = :id", args, NULL);
    return json_pack("{s:O?, s:O?, s:f, s:s, s:s, s:b, s:b, s:b}", "spool_id",
                     json_object_get(roll, "public_id"), "spool_number",
                     json_object_get(roll, "number"), "score", candidate->score / 1000.0,
                     "evidence", match_evidence_slug(candidate->evidence), "reason",
                     candidate->reason, "elsewhere", candidate->elsewhere, "archived",
                     candidate->archived, "empty", candidate->empty);
}

json_t *slots_candidates_json(struct db *db, const struct candidates *candidates)
{
    json_t *list = db_args(db, json_array());
    for (int i = 0; i < candidates->count; i++)
        if (json_array_append_new(list, candidate_json(db, &candidates->list[i])))
            db_fail(db, ERR_NOMEM, NULL, "", "no memory for candidates");
    return list;
}

static enum err rank(struct db *db, int64_t slot, struct candidates *ret, struct why *why)
{
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)slot));
    json_auto_t *row =
        db_row(db, "SELECT printer, unit, slot FROM slot WHERE id = :id", keys, NULL);
    struct slot_address at = {.unit = (int16_t)args_int(row, "unit", 0),
                              .slot = (int16_t)args_int(row, "slot", 0)};
    struct tray tray;
    struct slot_facts facts;
    enum err e = slots_tray(db, slot, &tray, why);
    if (e == OK)
        e = slots_facts(db, args_int(row, "printer", 0), at, &tray, false, &facts, why);
    if (e)
        return e;
    struct look look;
    char seen[FINGERPRINT_SIZE];
    look_of(&tray, &look);
    look_fingerprint(&look, seen);
    struct match_context context = {
        .printer = facts.printer,
        .at = at,
        .learned = facts.learned,
        .left = facts.left,
        .left_same = seen[0] && strcmp(seen, facts.left_print) == 0,
    };
    match_rank(&look, &context, facts.rolls, facts.roll_count, ret);
    slots_facts_clear(&facts);
    return OK;
}

enum err slots_candidates(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t slot;
    struct candidates candidates = {0};
    enum err e = slots_named(db, args, false, &slot, why);
    if (e == OK)
        e = rank(db, slot, &candidates, why);
    if (e)
        return e;
    json_auto_t *list = slots_candidates_json(db, &candidates);
    size_t i;
    json_t *entry;
    json_array_foreach (list, i, entry) {
        json_t *spool = NULL;
        e = spools_row(db, candidates.list[i].roll, &spool, why);
        if (e)
            return e;
        db_put(db, entry, "spool", spool);
    }
    *ret = json_incref(list);
    return db_status(db, why);
}
