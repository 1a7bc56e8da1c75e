#include <string.h>

#include "base/auto.h"
#include "core/decide.h"
#include "core/tray.h"
#include "store/args.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/questions.h"
#include "store/slots.h"
#include "store/slots_inside.h"
#include "store/spools.h"

/* A user's word about a slot, and what the slot showed when it was said. */
struct word {
    int64_t slot, spool, before; /* spool 0: none of the rolls */
    const char *event, *reason;
    int64_t at;
    struct tray tray;
    char seen[FINGERPRINT_SIZE];
    bool asked; /* a question about the slot was open */
};

static enum err find_usable(struct db *db, const json_t *args, int64_t *ret_spool, struct why *why)
{
    *ret_spool = spools_find(db, json_object_get(args, "spool_id"));
    if (!*ret_spool) {
        if (db_int(db, "SELECT 1 FROM spool WHERE public_id = lower(:spool_id)", args, 0))
            return why_fail(why, ERR_CONFLICT, "spool_deleted", "spool_id", "the roll was deleted");
        return db_missing(db, why, "spool_not_found", "spool_id", "no such spool");
    }
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)*ret_spool));
    if (db_int(db, "SELECT archived_at IS NOT NULL FROM spool WHERE id = :id", keys, 0))
        return why_fail(why, ERR_CONFLICT, "spool_archived", "spool_id",
                        "the roll is archived; restore it first");
    return db_status(db, why);
}

static enum err read_event(const json_t *args, struct word *word, struct why *why)
{
    enum event_type event;
    word->event = args_text(args, "event_type");
    if (!word->event)
        word->event = "manual";
    if (!decide_event_from_slug(word->event, &event))
        return why_fail(why, ERR_INVALID, "unknown_event_type", "event_type",
                        "no such event_type: %s", word->event);
    return OK;
}

static enum err hear(struct db *db, const json_t *args, struct word *word, struct why *why)
{
    word->reason = args_text(args, "reason");
    word->at = args_int(args, "assigned_at", 0);
    if (word->at > db_now(db))
        return why_fail(why, ERR_INVALID, "in_the_future", "assigned_at",
                        "a roll cannot have been assigned in the future");
    json_auto_t *open = slots_open_row(db, word->slot);
    word->before = args_int(open, "spool", 0);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "slot", (json_int_t)word->slot));
    word->asked =
        db_int(db, "SELECT 1 FROM question WHERE slot = :slot AND state = 'open'", keys, 0) != 0;
    enum err e = slots_tray(db, word->slot, &word->tray, why);
    match_fingerprint(&word->tray, word->seen);
    return e ? e : read_event(args, word, why);
}

static enum err learn(struct db *db, const struct word *word, struct why *why)
{
    if (!word->seen[0])
        return OK;
    int64_t learned = slots_learned(db, word->seen);
    switch (decide_learning(learned, word->spool, word->asked)) {
    case LEARN_REMEMBER:
        return slots_learn(db, word->seen, word->spool, why);
    case LEARN_FORGET:
        return slots_forget(db, word->seen, why);
    case LEARN_KEEP:
        break;
    }
    return OK;
}

/* The user confirms what was assigned: no new row of the history. */
static enum err confirm(struct db *db, const struct word *word, struct why *why)
{
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:s}", "slot", (json_int_t)word->slot, "fingerprint", word->seen));
    db_exec(db,
            "UPDATE slot_assignment SET by_user = 1, fingerprint = :fingerprint, runout_at = NULL, "
            "mismatch_asked = 0, updated_at = :now WHERE slot = :slot AND unassigned_at IS NULL "
            "AND (by_user = 0 OR fingerprint <> :fingerprint OR runout_at IS NOT NULL)",
            args);
    return db_status(db, why);
}

static enum err put(struct db *db, const struct word *word, struct why *why)
{
    struct slots_put put = {
        .slot = word->slot,
        .spool = word->spool,
        .event = word->event,
        .reason = word->reason,
        .source = "api",
        .by_user = true,
        .confidence = -1,
        .fingerprint = word->seen,
        .at = word->at,
    };
    return slots_put(db, &put, why);
}

static enum err execute(struct db *db, const struct word *word, struct why *why)
{
    enum err e =
        word->spool == word->before && word->spool ? confirm(db, word, why) : put(db, word, why);
    if (e == OK && word->spool)
        e = slots_bind(db, word->spool, &word->tray, why);
    if (e == OK)
        e = learn(db, word, why);
    if (e == OK)
        e = questions_close(db, word->slot, word->spool,
                            word->spool ? "answered by an assignment" : "the roll was taken out",
                            why);
    const struct ledger_span span = {.from = word->at ? word->at : db_now(db), .to = db_now(db)};
    if (e == OK)
        e = ledger_follow(db, word->slot, &span, why);
    return e ? e : slots_refresh_match(db, word->slot, why);
}

static json_t *public_id(struct db *db, int64_t spool)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)spool));
    json_auto_t *row =
        spool ? db_row(db, "SELECT public_id FROM spool WHERE id = :id", args, NULL) : NULL;
    json_t *id = json_object_get(row, "public_id");
    return id ? json_incref(id) : json_null();
}

static enum err answer(struct db *db, const struct word *word, json_t *moved_from, json_t **ret,
                       struct why *why)
{
    json_t *slot = NULL;
    enum err e = slots_row(db, word->slot, &slot, why);
    if (e)
        return e;
    json_t *previous = word->before == word->spool ? json_null() : public_id(db, word->before);
    *ret = db_args(db, json_pack("{s:O, s:o, s:o, s:o, s:o}", "ams_slot_id",
                                 json_object_get(slot, "ams_slot_id"), "spool_id",
                                 public_id(db, word->spool), "previous_spool_id", previous,
                                 "moved_from", moved_from, "slot", slot));
    return db_status(db, why);
}

/* Where the roll is now, if that is another slot; JSON null else. */
static json_t *elsewhere(struct db *db, const struct word *word)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:I}", "spool", (json_int_t)word->spool,
                                              "slot", (json_int_t)word->slot));
    json_t *row = db_row(db,
                         "SELECT p.public_id AS printer_id, sl.unit AS ams_unit_number, "
                         "sl.slot AS slot_number FROM slot_assignment a JOIN slot sl ON sl.id = "
                         "a.slot JOIN printer p ON p.id = sl.printer WHERE a.spool = :spool "
                         "AND a.unassigned_at IS NULL AND a.slot <> :slot",
                         args, NULL);
    return row ? row : json_null();
}

static enum err refuse_loaded(const json_t *args, const json_t *from, struct why *why)
{
    const char *if_loaded = args_text(args, "if_loaded");
    if (!if_loaded || strcmp(if_loaded, "move") == 0 || json_is_null(from))
        return OK;
    if (strcmp(if_loaded, "reject") != 0)
        return why_fail(why, ERR_INVALID, "unknown_value", "if_loaded",
                        "if_loaded is move or reject");
    return why_fail(why, ERR_CONFLICT, "spool_already_assigned", "spool_id",
                    "the roll is in slot %d of unit %d of %s",
                    (int)args_int(from, "slot_number", 0),
                    (int)args_int(from, "ams_unit_number", 0), args_text(from, "printer_id"));
}

enum err slots_assign(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    struct word word = {0};
    enum err e = slots_named(db, args, true, &word.slot, why);
    if (e == OK)
        e = find_usable(db, args, &word.spool, why);
    if (e == OK)
        e = hear(db, args, &word, why);
    if (e)
        return e;
    json_auto_t *from = elsewhere(db, &word);
    e = refuse_loaded(args, from, why);
    if (e == OK)
        e = execute(db, &word, why);
    return e ? e : answer(db, &word, json_incref(from), ret, why);
}

enum err slots_unassign(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    struct word word = {0};
    enum err e = slots_named(db, args, false, &word.slot, why);
    if (e == OK)
        e = hear(db, args, &word, why);
    if (e == OK && word.before)
        e = execute(db, &word, why);
    return e ? e : answer(db, &word, json_null(), ret, why);
}
