#include <string.h>

#include "base/text.h"
#include "core/slot_scene.h"

static const struct roll *find_owner(const struct slot_facts *facts, const struct look *look)
{
    for (size_t i = 0; i < facts->roll_count; i++)
        if (match_tags(look, &facts->rolls[i]) == MATCH_OK)
            return &facts->rolls[i];
    return NULL;
}

static bool filled(const struct tray *tray)
{
    return tray->state == SLOT_PRESENT || tray->state == SLOT_UNKNOWN ||
           tray->state == SLOT_READING;
}

static bool external(const struct scene *scene)
{
    return scene->facts->at.unit == UNIT_EXTERNAL;
}

static void end(struct scene *scene, enum event_type event, const char *reason)
{
    scene->ret->kind |= DECIDE_END;
    scene->ret->end_event = event;
    text_copy(scene->ret->end_reason, sizeof scene->ret->end_reason, reason);
    slot_close_question(scene, QUESTION_MISMATCH);
}

static void rebase(struct scene *scene)
{
    if (scene->ret->fingerprint[0] != '\0' &&
        strcmp(scene->ret->fingerprint, scene->facts->assigned_print) != 0)
        scene->ret->kind |= DECIDE_BASE;
}

static void decide_empty(struct scene *scene)
{
    const struct slot_facts *facts = scene->facts;

    slot_close_question(scene, QUESTION_WHICH_SPOOL);
    if (facts->assigned == 0)
        return;
    if (!facts->ran_out && !filled(scene->before) && facts->assigned_print[0] == '\0')
        return; /* assigned in advance: nothing has left the slot */
    if (!facts->printing && facts->ran_out)
        end(scene, EVENT_RUNOUT, "the roll ran out in a print that is booked");
    else if (!facts->printing)
        end(scene, EVENT_UNLOAD, "the slot is empty");
    else if (!facts->ran_out)
        scene->ret->kind |= DECIDE_RUNOUT;
}

/* The user took every roll out of this slot on record, and nothing moved since. */
static bool left_alone(const struct scene *scene)
{
    struct look before;

    look_of(scene->before, &before);
    return scene->facts->by_user && scene->before->state != SLOT_EMPTY &&
           look_changed(&before, &scene->is) == LOOK_SAME;
}

/* External holders have no sensor: their settings alone do not say that a roll is there. */
static bool external_unmoved(const struct scene *scene)
{
    struct look before;

    look_of(scene->before, &before);
    if (!external(scene))
        return false;
    return scene->before->state == SLOT_UNSEEN || scene->after->state == SLOT_UNKNOWN ||
           (scene->before->state == scene->after->state &&
            look_changed(&before, &scene->is) == LOOK_SAME);
}

static void decide_unassigned(struct scene *scene)
{
    if (!left_alone(scene) && !external_unmoved(scene))
        slot_find(scene, 0);
}

static void decide_undescribed(struct scene *scene)
{
    if (scene->facts->assigned == 0) {
        decide_unassigned(scene);
    } else if (scene->facts->ran_out) {
        end(scene, EVENT_RUNOUT, "the roll ran out and another was put in");
        slot_find(scene, scene->facts->assigned);
    }
}

static enum event_type change_event(enum look_change change, bool home_assistant)
{
    switch (change) {
    case LOOK_TAG:
        return EVENT_RFID;
    case LOOK_MATERIAL:
        return home_assistant ? EVENT_HA_MATERIAL_CHANGE : EVENT_MQTT_MATERIAL_CHANGE;
    case LOOK_COLOR:
        return home_assistant ? EVENT_HA_COLOR_CHANGE : EVENT_MQTT_COLOR_CHANGE;
    case LOOK_SAME:
        break;
    }
    return EVENT_NONE;
}

static enum look_change seen_change(const struct scene *scene)
{
    bool other = scene->owner && scene->owner != scene->assigned;
    bool contradicted =
        scene->assigned && match_tags(&scene->is, scene->assigned) == MATCH_MISMATCH;
    bool news = look_described(&scene->was) ? !look_tagged(&scene->was) : !scene->facts->by_user;

    if (news && (other || contradicted))
        return LOOK_TAG;
    return look_described(&scene->was) ? look_changed(&scene->was, &scene->is) : LOOK_SAME;
}

/* The printer's settings were put right: they agree with the roll now, or the user said before
 * that this roll looks so. */
static bool corrected(const struct scene *scene, enum look_change change)
{
    return change != LOOK_TAG && scene->assigned &&
           (scene->facts->learned == scene->assigned->id ||
            match_fits(&scene->is, scene->assigned));
}

static void decide_same_roll(struct scene *scene)
{
    slot_close_question(scene, QUESTION_MISMATCH);
    if (scene->facts->ran_out)
        scene->ret->kind |= DECIDE_RESUME;
    slot_bind_tag(scene, scene->assigned);
    rebase(scene);
}

static void decide_agreeing(struct scene *scene)
{
    const struct roll *roll = scene->assigned;

    slot_close_question(scene, QUESTION_MISMATCH);
    if (look_tagged(&scene->is) && (scene->facts->by_user || match_fits(&scene->is, roll))) {
        slot_bind_tag(scene, roll);
        rebase(scene);
    }
}

/* The user knows that this roll looks so here: it was answered, or was so the last time. */
static bool settled(const struct scene *scene)
{
    const struct slot_facts *facts = scene->facts;

    if (facts->mismatch_asked || facts->learned == facts->assigned)
        return true;
    return facts->left == facts->assigned &&
           strcmp(facts->left_print, scene->ret->fingerprint) == 0;
}

/* Nothing was seen to change: what was said stays, and a disagreement is asked about once. */
static void decide_standing(struct scene *scene)
{
    const struct slot_facts *facts = scene->facts;
    bool other = scene->owner && scene->owner != scene->assigned;

    if (facts->assigned_print[0] == '\0')
        rebase(scene);
    if (!scene->assigned)
        return;
    if (!other && !match_disagrees(&scene->is, scene->assigned)) {
        decide_agreeing(scene);
    } else if (!settled(scene) && facts->open_question != QUESTION_MISMATCH) {
        slot_rank(scene, facts->assigned);
        slot_ask(scene, QUESTION_MISMATCH,
                 "the printer shows something else than the assigned roll");
    }
}

static void decide_changed(struct scene *scene, enum look_change change)
{
    static const char *const reasons[] = {
        [LOOK_TAG] = "the slot shows another tag",
        [LOOK_MATERIAL] = "the slot shows another material",
        [LOOK_COLOR] = "the slot shows another colour",
    };

    end(scene, change_event(change, scene->facts->home_assistant), reasons[change]);
    slot_find(scene, scene->facts->assigned);
}

static void decide_described(struct scene *scene)
{
    enum look_change change = seen_change(scene);

    if (scene->facts->assigned == 0) {
        decide_unassigned(scene);
    } else if (scene->assigned && scene->owner == scene->assigned) {
        decide_same_roll(scene);
    } else if (scene->facts->ran_out) {
        end(scene, EVENT_RUNOUT, "the roll ran out and another was put in");
        slot_find(scene, scene->facts->assigned);
    } else if (change == LOOK_SAME) {
        decide_standing(scene);
    } else if (corrected(scene, change)) {
        slot_close_question(scene, QUESTION_MISMATCH);
        rebase(scene);
    } else {
        decide_changed(scene, change);
    }
}

static void set_scene(struct scene *scene)
{
    const struct slot_facts *facts = scene->facts;

    look_of(scene->after, &scene->is);
    if (facts->assigned == 0 || !look_parse(facts->assigned_print, &scene->was))
        look_of(scene->before, &scene->was);
    scene->assigned = facts->assigned != 0 ? slot_roll(facts, facts->assigned) : NULL;
    scene->owner = find_owner(facts, &scene->is);
    if (scene->assigned && match_tags(&scene->is, scene->assigned) == MATCH_OK)
        scene->owner = scene->assigned;
    look_fingerprint(&scene->is, scene->ret->fingerprint);
}

void slot_decide(const struct tray *before, const struct tray *after,
                 const struct slot_facts *facts, struct decision *ret)
{
    struct scene scene = {.before = before, .after = after, .facts = facts, .ret = ret};

    memset(ret, 0, sizeof *ret);
    set_scene(&scene);
    switch (after->state) {
    case SLOT_EMPTY:
        decide_empty(&scene);
        break;
    case SLOT_UNKNOWN:
        decide_undescribed(&scene);
        break;
    case SLOT_PRESENT:
        look_described(&scene.is) ? decide_described(&scene) : decide_undescribed(&scene);
        break;
    case SLOT_UNSEEN:
    case SLOT_READING:
        break; /* nothing is known: nothing changes */
    }
}
