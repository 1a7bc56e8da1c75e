#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/decide.h"
#include "core/tray.h"
#include "store/args.h"
#include "store/db.h"
#include "store/questions.h"
#include "store/slots.h"
#include "store/slots_inside.h"
#include "store/spools.h"

/* --- facts --- */

static enum question_kind question_of(struct db *db, const json_t *keys)
{
    json_auto_t *row =
        db_row(db, "SELECT kind FROM question WHERE slot = :slot AND state = 'open'", keys, NULL);
    const char *slug = args_text(row, "kind");
    for (int kind = QUESTION_NONE + 1; slug && kind < QUESTION_COUNT; kind++)
        if (strcmp(decide_question_slug((enum question_kind)kind), slug) == 0)
            return (enum question_kind)kind;
    return QUESTION_NONE;
}

static void copy_print(char to[FINGERPRINT_SIZE], const json_t *row)
{
    const char *text = args_text(row, "fingerprint");
    text_copy(to, FINGERPRINT_SIZE, text ? text : "");
}

static void fill_assignment(struct db *db, int64_t slot, struct slot_facts *facts)
{
    json_auto_t *open = slots_open_row(db, slot);
    facts->assigned = args_int(open, "spool", 0);
    facts->by_user = args_int(open, "by_user", 0) != 0;
    facts->mismatch_asked = args_int(open, "mismatch_asked", 0) != 0;
    facts->ran_out = args_given(open, "runout_at");
    copy_print(facts->assigned_print, open);
}

/* A roll that the user took off the record does not come back by itself. */
static void fill_left(struct db *db, const json_t *keys, struct slot_facts *facts)
{
    json_auto_t *left = db_row(db,
                               "SELECT spool, fingerprint FROM slot_assignment a "
                               "WHERE slot = :slot AND spool IS NOT NULL "
                               "AND unassigned_at IS NOT NULL AND NOT EXISTS (SELECT 1 "
                               "FROM slot_assignment n WHERE n.slot = a.slot AND n.by_user = 1 "
                               "AND n.spool IS NULL AND n.assigned_at = a.unassigned_at) "
                               "ORDER BY assigned_at DESC, id DESC LIMIT 1",
                               keys, NULL);
    facts->left = args_int(left, "spool", 0);
    copy_print(facts->left_print, left);
}

enum err slots_facts(struct db *db, int64_t printer, struct slot_address at,
                     const struct tray *tray, bool printing, struct slot_facts *ret_facts,
                     struct why *why)
{
    int64_t slot = slots_find(db, printer, at, true);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "slot", (json_int_t)slot));
    memset(ret_facts, 0, sizeof *ret_facts);
    ret_facts->printer = printer;
    ret_facts->at = at;
    ret_facts->printing = printing;
    fill_assignment(db, slot, ret_facts);
    fill_left(db, keys, ret_facts);
    ret_facts->open_question = question_of(db, keys);
    char seen[FINGERPRINT_SIZE];
    match_fingerprint(tray, seen);
    ret_facts->learned = seen[0] ? slots_learned(db, seen) : 0;
    struct roll *rolls = NULL;
    enum err e = slots_rolls(db, &rolls, &ret_facts->roll_count, why);
    ret_facts->rolls = rolls;
    if (e)
        slots_facts_clear(ret_facts);
    return e;
}

void slots_facts_clear(struct slot_facts *facts)
{
    free((struct roll *)(uintptr_t)facts->rolls);
    facts->rolls = NULL;
    facts->roll_count = 0;
}

/* --- execution --- */

/* Everything that a step of a decision needs. */
struct act {
    struct db *db;
    int64_t slot;
    const struct tray *after;
    const struct decision *decision;
    const char *source;
    struct why *why;
};

static enum err put(const struct act *act, int64_t spool, enum event_type event, const char *reason)
{
    struct slots_put put = {
        .slot = act->slot,
        .spool = spool,
        .event = decide_event_slug(event),
        .reason = reason,
        .source = act->source,
        .confidence = spool ? act->decision->confidence : -1,
        .fingerprint = act->decision->fingerprint,
    };
    return slots_put(act->db, &put, act->why);
}

static enum err forget(const struct act *act)
{
    return slots_forget(act->db, act->decision->fingerprint, act->why);
}

static enum err close_question(const struct act *act)
{
    return questions_close(act->db, act->slot, 0, "its cause has gone", act->why);
}

static enum err end(const struct act *act)
{
    return put(act, 0, act->decision->end_event, act->decision->end_reason);
}

static enum err mark_runout(const struct act *act)
{
    json_auto_t *args = db_args(act->db, json_pack("{s:I}", "slot", (json_int_t)act->slot));
    db_exec(act->db,
            "UPDATE slot_assignment SET runout_at = :now, updated_at = :now "
            "WHERE slot = :slot AND unassigned_at IS NULL AND runout_at IS NULL",
            args);
    return db_status(act->db, act->why);
}

static enum err resume(const struct act *act)
{
    json_auto_t *args = db_args(act->db, json_pack("{s:I}", "slot", (json_int_t)act->slot));
    db_exec(act->db,
            "UPDATE slot_assignment SET runout_at = NULL, updated_at = :now "
            "WHERE slot = :slot AND unassigned_at IS NULL",
            args);
    return db_status(act->db, act->why);
}

static const int64_t usual_roll_mg =
    1000000; /* where the tag does not say; confirmed by the user */

static json_t *draft_colors(const struct draft *draft)
{
    json_t *list = json_array();
    for (int i = 0; draft->colors.count > 1 && i < draft->colors.count; i++) {
        char text[COLOR_TEXT_SIZE];
        color_text(draft->colors.list[i], text);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

/* The body that a user would have sent. */
static json_t *draft_body(struct db *db, const struct draft *draft)
{
    const char *product = draft->product[0] ? draft->product : draft->material;
    json_t *body = db_args(
        db, json_pack("{s:s, s:s, s:s, s:I, s:b, s:o}", "brand",
                      draft->brand[0] ? draft->brand : "Unknown", "product_name",
                      product[0] ? product : "Unknown", "material_type",
                      draft->material[0] ? draft->material : "Unknown", "initial_weight_grams",
                      (json_int_t)(draft->weight_mg > 0 ? draft->weight_mg : usual_roll_mg),
                      "draft", 1, "color_hexes", draft_colors(draft)));
    if (draft->colors.count > 0) {
        char text[COLOR_TEXT_SIZE];
        color_text(draft->colors.list[0], text);
        db_put(db, body, "color_hex", json_string(text));
        db_put(db, body, "color_alpha", json_integer(draft->colors.list[0].a));
    }
    if (draft->profile[0])
        db_put(db, body, "profile", json_string(draft->profile));
    if (draft->tray_uuid[0])
        db_put(db, body, "tray_uuid", json_string(draft->tray_uuid));
    if (draft->tag_uid[0])
        db_put(db, body, "tag_uids", json_pack("[s]", draft->tag_uid));
    if (draft->remaining_mg >= 0)
        db_put(db, body, "extra",
               json_pack("{s:f}", "tag_remaining_grams", (double)draft->remaining_mg / 1000));
    return body;
}

static enum err draft(const struct act *act)
{
    json_auto_t *body = draft_body(act->db, &act->decision->draft);
    json_auto_t *made = NULL;
    enum err e = spools_create(act->db, body, &made, act->why);
    if (e)
        return e;
    int64_t spool = spools_find(act->db, json_object_get(made, "spool_id"));
    return put(act, spool, act->decision->assign_event, act->decision->reason);
}

static enum err assign(const struct act *act)
{
    enum err e = put(act, act->decision->roll, act->decision->assign_event, act->decision->reason);
    if (e == OK)
        e = questions_close(act->db, act->slot, act->decision->roll, "a roll was recognised",
                            act->why);
    return e;
}

static enum err bind_tag(const struct act *act)
{
    json_auto_t *open = slots_open_row(act->db, act->slot);
    int64_t spool = args_int(open, "spool", 0);
    return spool ? slots_bind(act->db, spool, act->after, act->why) : OK;
}

static enum err rebase(const struct act *act)
{
    json_auto_t *args = db_args(act->db, json_pack("{s:I, s:s}", "slot", (json_int_t)act->slot,
                                                   "fingerprint", act->decision->fingerprint));
    db_exec(act->db,
            "UPDATE slot_assignment SET fingerprint = :fingerprint, mismatch_asked = 0, "
            "updated_at = :now WHERE slot = :slot AND unassigned_at IS NULL",
            args);
    return db_status(act->db, act->why);
}

static enum err announce(const struct act *act)
{
    return slots_tell_roll(act->db, act->slot, act->why);
}

static enum err ask(const struct act *act)
{
    json_auto_t *candidates = slots_candidates_json(act->db, &act->decision->candidates);
    json_auto_t *row = NULL;
    enum err e = slots_row(act->db, act->slot, &row, act->why);
    if (e == OK)
        e = questions_open(act->db, act->slot, decide_question_slug(act->decision->question),
                           act->decision->reason, candidates, json_object_get(row, "reported"),
                           act->why);
    if (e == OK)
        e = slots_tell_question(act->db, act->slot, act->why);
    if (e || act->decision->question != QUESTION_MISMATCH)
        return e;
    json_auto_t *args = db_args(act->db, json_pack("{s:I}", "slot", (json_int_t)act->slot));
    db_exec(act->db,
            "UPDATE slot_assignment SET mismatch_asked = 1, updated_at = :now "
            "WHERE slot = :slot AND unassigned_at IS NULL",
            args);
    return db_status(act->db, act->why);
}

/* In the order of the bits, as core/decide.h says. */
static const struct {
    unsigned bit;
    enum err (*run)(const struct act *act);
} steps[] = {
    {DECIDE_FORGET, forget}, {DECIDE_CLOSE, close_question},
    {DECIDE_END, end},       {DECIDE_RUNOUT, mark_runout},
    {DECIDE_RESUME, resume}, {DECIDE_DRAFT, draft},
    {DECIDE_ASSIGN, assign}, {DECIDE_BIND, bind_tag},
    {DECIDE_BASE, rebase},   {DECIDE_ANNOUNCE, announce},
    {DECIDE_ASK, ask},
};

enum err slots_apply_decision(struct db *db, int64_t printer, struct slot_address at,
                              const struct tray *before, const struct tray *after,
                              const struct decision *decision, struct why *why)
{
    (void)before;
    int64_t slot = slots_find(db, printer, at, true);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)slot));
    json_auto_t *row = db_row(db, "SELECT source FROM slot WHERE id = :id", keys, NULL);
    const char *source = args_text(row, "source");
    struct act act = {
        .db = db,
        .slot = slot,
        .after = after,
        .decision = decision,
        .source = source ? source : "mqtt",
        .why = why,
    };
    enum err e = OK;
    for (size_t i = 0; e == OK && i < LEN(steps); i++)
        if (decision->kind & steps[i].bit)
            e = steps[i].run(&act);
    return e ? e : slots_refresh_match(db, slot, why);
}
