#include "core/slot_scene.h"

#include <string.h>

#include "base/text.h"
#include "core/profile.h"

const struct roll *slot_roll(const struct slot_facts *facts, int64_t id)
{
    for (size_t i = 0; i < facts->roll_count; i++)
        if (facts->rolls[i].id == id)
            return &facts->rolls[i];
    return NULL;
}

void slot_close_question(struct scene *scene, enum question_kind kind)
{
    if (scene->facts->open_question == kind)
        scene->ret->kind |= DECIDE_CLOSE;
}

void slot_ask(struct scene *scene, enum question_kind kind, const char *reason)
{
    scene->ret->kind |= DECIDE_ASK;
    scene->ret->question = kind;
    text_copy(scene->ret->reason, sizeof scene->ret->reason, reason);
}

static bool side_unknown(const struct look *look, const struct roll *roll)
{
    bool known = text_equal_nocase(roll->tag_uids[0], look->tag_uid) ||
                 text_equal_nocase(roll->tag_uids[1], look->tag_uid);

    return look->tag_uid[0] != '\0' && !known &&
           (roll->tag_uids[0][0] == '\0' || roll->tag_uids[1][0] == '\0');
}

void slot_bind_tag(struct scene *scene, const struct roll *roll)
{
    if ((scene->is.tray_uuid[0] != '\0' && roll->tray_uuid[0] == '\0') ||
        side_unknown(&scene->is, roll))
        scene->ret->kind |= DECIDE_BIND;
}

static bool tag_evidence(enum evidence evidence)
{
    return evidence == EVIDENCE_TRAY_UUID || evidence == EVIDENCE_TAG_UID;
}

static enum event_type assign_event(const struct candidate *best)
{
    if (!tag_evidence(best->evidence))
        return EVENT_AUTO_MATCHED;
    return best->elsewhere ? EVENT_AUTO_MOVED : EVENT_RFID;
}

static void assign(struct scene *scene, const struct candidate *best)
{
    struct decision *ret = scene->ret;
    const struct roll *roll = slot_roll(scene->facts, best->roll);

    ret->kind |= DECIDE_ASSIGN;
    ret->roll = best->roll;
    ret->confidence = best->score;
    ret->assign_event = assign_event(best);
    memcpy(ret->reason, best->reason, sizeof ret->reason);
    if (!tag_evidence(best->evidence))
        ret->kind |= DECIDE_ANNOUNCE;
    if (roll)
        slot_bind_tag(scene, roll);
    slot_close_question(scene, QUESTION_WHICH_SPOOL);
}

static void draft_names(const struct look *look, struct draft *ret)
{
    const struct profile *profile = profile_find(look->profile);

    text_copy(ret->brand, sizeof ret->brand, "Bambu Lab");
    text_copy(ret->material, sizeof ret->material, look->material);
    if (ret->material[0] == '\0' && profile)
        text_copy(ret->material, sizeof ret->material, profile->material);
    text_copy(ret->profile, sizeof ret->profile, look->profile);
    text_copy(ret->product, sizeof ret->product, look->name);
    if (ret->product[0] == '\0')
        text_copy(ret->product, sizeof ret->product, profile ? profile->product : ret->material);
}

static void draft(struct scene *scene)
{
    struct draft *ret = &scene->ret->draft;
    const struct tray *tray = scene->after;

    draft_names(&scene->is, ret);
    ret->colors = scene->is.colors;
    memcpy(ret->tray_uuid, scene->is.tray_uuid, sizeof ret->tray_uuid);
    memcpy(ret->tag_uid, scene->is.tag_uid, sizeof ret->tag_uid);
    ret->weight_mg = tray->weight_g > 0 ? (int64_t)tray->weight_g * 1000 : 0;
    ret->remaining_mg = -1;
    if (tray->remain_percent >= 0 && ret->weight_mg > 0)
        ret->remaining_mg = ret->weight_mg * tray->remain_percent / 100;
    scene->ret->kind |= DECIDE_DRAFT;
    scene->ret->assign_event = EVENT_RFID;
    scene->ret->confidence = RULE_SCORE_TRAY_UUID;
    slot_ask(scene, QUESTION_DRAFT, "a roll that was never seen before, entered from its tag");
}

/* An answer about a roll that is gone, or that carries another tag, is no answer any more. */
static void forget(struct scene *scene)
{
    const struct roll *roll = slot_roll(scene->facts, scene->facts->learned);

    if (scene->facts->learned != 0 && (!roll || match_tags(&scene->is, roll) == MATCH_MISMATCH))
        scene->ret->kind |= DECIDE_FORGET;
}

void slot_rank(struct scene *scene, int64_t not_roll)
{
    const struct slot_facts *facts = scene->facts;
    const char *print = scene->ret->fingerprint;
    struct match_context context = {
        .printer = facts->printer,
        .at = facts->at,
        .learned = facts->learned,
        .left = facts->left,
        .left_same = print[0] != '\0' && strcmp(print, facts->left_print) == 0,
        .not_roll = not_roll,
    };

    match_rank(&scene->is, &context, facts->rolls, facts->roll_count, &scene->ret->candidates);
}

/* Looked at again, with nothing new to see: what was to ask was asked, and perhaps dismissed. */
static bool unmoved(const struct scene *scene)
{
    struct look before;

    look_of(scene->before, &before);
    return scene->facts->assigned == 0 && scene->before->state == scene->after->state &&
           look_changed(&before, &scene->is) == LOOK_SAME;
}

/* A question to which the roll that has just left gave rise is not answered by that roll. */
static bool left_again(const struct scene *scene)
{
    const struct candidate *best = &scene->ret->candidates.list[0];

    return best->roll == scene->facts->left && !tag_evidence(best->evidence);
}

static const char *why_ask(const struct candidates *candidates)
{
    if (candidates->count == 0 || candidates->list[0].score < RULE_SCORE_THRESHOLD)
        return "no roll fits";
    if (tag_evidence(candidates->list[0].evidence))
        return candidates->list[0].reason;
    return "more than one roll fits";
}

void slot_find(struct scene *scene, int64_t not_roll)
{
    const struct candidates *candidates = &scene->ret->candidates;
    int best;

    forget(scene);
    slot_rank(scene, not_roll);
    best = candidates->count > 0 ? candidates->list[0].score : 0;
    if (candidates->unique && !(unmoved(scene) && left_again(scene)))
        assign(scene, &candidates->list[0]);
    else if (unmoved(scene))
        return;
    else if (look_tagged(&scene->is) && best < RULE_SCORE_THRESHOLD)
        draft(scene);
    else
        slot_ask(scene, QUESTION_WHICH_SPOOL, why_ask(candidates));
}
