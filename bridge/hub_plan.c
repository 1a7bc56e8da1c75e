#include "bridge/hub_plan.h"

#include <jansson.h>

#include "core/change.h"
#include "core/decide.h"
#include "core/printer.h"
#include "store/printers.h"
#include "store/slots.h"

/* One step of a printer, as every function here needs it. */
struct step {
    struct db *db;
    int64_t printer;
    const struct printer *old, *next;
    struct changes changes;
    struct why *why;
};

static const char *source_slug(enum source source)
{
    return source == SOURCE_HOMEASSISTANT ? "homeassistant" : "mqtt";
}

static bool slot_touched(const struct step *step, struct slot_address at)
{
    for (int i = 0; i < step->changes.count; i++) {
        const struct change *change = &step->changes.list[i];
        bool of_slot = change->kind == CHANGE_REPORTED || change->kind == CHANGE_SETTLED;
        if (of_slot && address_equal(change->at, at))
            return true;
    }
    bool feeds = address_equal(step->next->feeding, at);
    return feeds != address_equal(step->old->feeding, at);
}

static enum err save_slots(const struct step *step)
{
    for (int i = 0; i < step->next->slot_count; i++) {
        const struct slot *slot = &step->next->slots[i];
        if (!slot_touched(step, slot->at))
            continue;
        enum err e = slots_save(step->db, step->printer, slot, step->next->nozzles,
                                address_equal(step->next->feeding, slot->at),
                                source_slug(slot->source), step->why);
        if (e != OK)
            return e;
    }
    return OK;
}

/* Does the running print draw from this slot? Unknown counts as yes: a roll that runs out in a
 * print must not lose its grams. */
static bool slot_prints(const struct step *step, struct slot_address at)
{
    const struct printer *next = step->next;
    if (!printer_printing(next->gcode_state))
        return false;
    bool feeds = address_equal(step->old->feeding, at) || address_equal(next->feeding, at);
    return feeds || address_none(next->feeding);
}

static enum err decide(const struct step *step, const struct slot *before, const struct slot *after)
{
    struct tray unseen;
    tray_init(&unseen);
    const struct tray *was = before ? &before->settled : &unseen;
    struct slot_facts facts;
    enum err e = slots_facts(step->db, step->printer, after->at, &after->settled,
                             slot_prints(step, after->at), &facts, step->why);
    if (e != OK)
        return e;
    facts.home_assistant = after->source == SOURCE_HOMEASSISTANT;
    struct decision decision;
    slot_decide(was, &after->settled, &facts, &decision);
    e = slots_apply_decision(step->db, step->printer, after->at, was, &after->settled, &decision,
                             step->why);
    slots_facts_clear(&facts);
    return e;
}

static enum err decide_settled(const struct step *step)
{
    enum err e = OK;
    for (int i = 0; e == OK && i < step->changes.count; i++) {
        const struct change *change = &step->changes.list[i];
        if (change->kind == CHANGE_SETTLED)
            e = decide(step, printer_slot(step->old, change->at),
                       printer_slot(step->next, change->at));
    }
    return e;
}

/* After a print every slot is looked at again: one that ran out is emptied now. */
static enum err decide_after_print(const struct step *step)
{
    if (!printer_printing(step->old->gcode_state) || printer_printing(step->next->gcode_state))
        return OK;
    enum err e = OK;
    for (int i = 0; e == OK && i < step->next->slot_count; i++) {
        const struct slot *slot = &step->next->slots[i];
        if (slot->settled.state != SLOT_UNSEEN)
            e = decide(step, slot, slot);
    }
    return e;
}

static enum err save_state(const struct step *step)
{
    json_auto_t *state = printer_dump(step->next);
    if (!state)
        return why_fail(step->why, ERR_NOMEM, NULL, NULL, "memory ran out");
    return printers_save_state(step->db, step->printer, state, step->why);
}

enum err hub_plan(struct db *db, int64_t printer, const struct printer *old,
                  const struct printer *next, int64_t now, struct why *why)
{
    (void)now;
    if (printer_durable_equal(old, next))
        return OK;
    struct step step = {.db = db, .printer = printer, .old = old, .next = next, .why = why};
    changes_diff(old, next, &step.changes);
    enum err e = save_slots(&step);
    if (e == OK)
        e = decide_settled(&step);
    if (e == OK)
        e = decide_after_print(&step);
    if (e == OK)
        e = save_state(&step);
    return e;
}
