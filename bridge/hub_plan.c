#include "bridge/hub_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "bridge/hub_inside.h"
#include "bridge/hub_jobs.h"
#include "core/change.h"
#include "core/decide.h"
#include "core/job_identity.h"
#include "core/told.h"
#include "store/alerts.h"
#include "store/jobs.h"
#include "store/printers.h"
#include "store/slots.h"
#include "store/tracks.h"

/* One step of a printer, as every function here needs it. */
struct change_set {
    const struct hub_step *step;
    const struct track *old, *next;
    struct changes changes;
    struct why *why;
};

static const char *source_slug(enum source source)
{
    return source == SOURCE_HOMEASSISTANT ? "homeassistant" : "mqtt";
}

static bool slot_touched(const struct change_set *set, struct slot_address at)
{
    for (int i = 0; i < set->changes.count; i++) {
        const struct change *change = &set->changes.list[i];
        bool of_slot = change->kind == CHANGE_REPORTED || change->kind == CHANGE_SETTLED;
        if (of_slot && address_equal(change->at, at))
            return true;
    }
    bool feeds = address_equal(set->next->printer.feeding, at);
    return feeds != address_equal(set->old->printer.feeding, at);
}

static enum err save_slots(const struct change_set *set)
{
    for (int i = 0; i < set->next->printer.slot_count; i++) {
        const struct slot *slot = &set->next->printer.slots[i];
        if (!slot_touched(set, slot->at))
            continue;
        enum err e = slots_save(set->step->db, set->step->printer, slot, set->next->printer.nozzles,
                                address_equal(set->next->printer.feeding, slot->at),
                                source_slug(slot->source), set->why);
        if (e != OK)
            return e;
    }
    return OK;
}

static enum err decide(const struct change_set *set, const struct slot *before,
                       const struct slot *after, bool printing)
{
    struct tray unseen;
    tray_init(&unseen);
    const struct tray *was = before ? &before->settled : &unseen;
    struct slot_facts facts;
    enum err e = slots_facts(set->step->db, set->step->printer, after->at, &after->settled,
                             printing, &facts, set->why);
    if (e != OK)
        return e;
    facts.home_assistant = after->source == SOURCE_HOMEASSISTANT;
    struct decision decision;
    slot_decide(was, &after->settled, &facts, &decision);
    e = slots_apply_decision(set->step->db, set->step->printer, after->at, was, &after->settled,
                             &decision, set->why);
    slots_facts_clear(&facts);
    return e;
}

static enum err decide_settled(const struct change_set *set)
{
    enum err e = OK;
    for (int i = 0; e == OK && i < set->changes.count; i++) {
        const struct change *change = &set->changes.list[i];
        bool printing =
            job_uses(&set->next->job, change->at) || job_uses(&set->old->job, change->at);
        if (change->kind == CHANGE_SETTLED)
            e = decide(set, printer_slot(&set->old->printer, change->at),
                       printer_slot(&set->next->printer, change->at), printing);
    }
    return e;
}

/* After a print every slot is looked at again: one that ran out is emptied now. */
static enum err decide_after_print(const struct change_set *set)
{
    if (!job_active(&set->old->job) || job_active(&set->next->job))
        return OK;
    enum err e = OK;
    for (int i = 0; e == OK && i < set->next->printer.slot_count; i++) {
        const struct slot *slot = &set->next->printer.slots[i];
        if (slot->settled.state != SLOT_UNSEEN)
            e = decide(set, slot, slot, false);
    }
    return e;
}

/* Names that were erased are stored as their hashes only, however often the printer tells them. */
static enum err save_state(const struct change_set *set)
{
    struct track *shown auto_free = malloc(sizeof *shown);
    if (!shown)
        return why_fail(set->why, ERR_NOMEM, NULL, NULL, "memory ran out");
    *shown = *set->next;
    if (jobs_names_erased(set->step->db, shown->job.row)) {
        job_forget_printer_names(&shown->job, &shown->printer);
        job_forget_names(&shown->job);
    }
    json_t *printer = printer_dump(&shown->printer), *job = job_dump(&shown->job);
    json_auto_t *state = json_pack("{s:o, s:o}", "printer", printer, "job", job);
    if (!state)
        return why_fail(set->why, ERR_NOMEM, NULL, NULL, "memory ran out");
    return printers_save_state(set->step->db, set->step->printer, state, set->why);
}

/* LAN mode with authorisation came or went. */
static enum err tell_locked(const struct change_set *set)
{
    bool was = printer_commands_refused(&set->old->printer);
    bool is = printer_commands_refused(&set->next->printer);
    return was == is ? OK
                     : alerts_printer(set->step->db, set->step->printer, ALERT_LOCKED_MODE, is,
                                      "commands_refused", 0, set->why);
}

static bool nothing_durable(const struct track *old, const struct track *next)
{
    return printer_durable_equal(&old->printer, &next->printer) &&
           memcmp(&old->job, &next->job, sizeof old->job) == 0;
}

static bool happened(const struct job_events *events, enum job_event_kind kind)
{
    for (int i = 0; i < events->count; i++)
        if (events->list[i].kind == kind)
            return true;
    return false;
}

/* Whoever ends alerts himself has to find those of his own group: they are told before. */
static enum err tell_before(const struct hub_step *step, const struct job_events *events,
                            struct why *why)
{
    return happened(events, JOB_EVENT_RESUME) ? alerts_follow(step->db, step->since, why) : OK;
}

/* ${old} has become ${next}, and ${events} befell its print. */
static enum err write_step(struct hub_step *step, const struct track *old, struct track *next,
                           const struct job_events *events, struct why *why)
{
    if (nothing_durable(old, next) && !events->count)
        return OK;
    step->wrote = true;
    struct change_set set = {.step = step, .old = old, .next = next, .why = why};
    changes_diff(&old->printer, &next->printer, &set.changes);
    enum err e = tell_before(step, events, why);
    if (e == OK)
        e = save_slots(&set);
    if (e == OK)
        e = hub_write_job(step, old->job.row, events, &next->printer, &next->job, why);
    if (e == OK)
        e = decide_settled(&set);
    if (e == OK)
        e = decide_after_print(&set);
    if (e == OK)
        e = tell_locked(&set);
    if (e == OK)
        e = save_state(&set);
    return e;
}

enum err hub_plan_time(struct hub_step *step, struct track *track, struct why *why)
{
    struct track *old auto_free = malloc(sizeof *old);
    struct job_events *events auto_free = calloc(1, sizeof *events);
    if (!old || !events)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    *old = *track;
    printer_tick(&track->printer, step->now);
    job_tick(&track->job, &track->printer, step->now, events);
    return write_step(step, old, track, events, why);
}

enum err hub_plan_message(struct hub_step *step, const json_t *message, struct track *track,
                          struct why *why)
{
    struct track *old auto_free = malloc(sizeof *old);
    struct job_events *events auto_free = calloc(1, sizeof *events);
    if (!old || !events)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    *old = *track;
    step->rejected_fields += printer_apply(&track->printer, message, step->now);
    job_step(&track->job, &old->printer, &track->printer, step->now, events);
    return write_step(step, old, track, events, why);
}

static enum err ignore(struct hub_told *told, const char *reason)
{
    told->action = HUB_TOLD_IGNORED;
    snprintf(told->reason, sizeof told->reason, "%s", reason);
    return OK;
}

static bool apply_told(struct hub_told *told, struct track *track, int64_t now)
{
    if (told->print)
        return printer_apply_told(&track->printer, told->print, now);
    return printer_apply_told_slot(&track->printer, told->slot, now);
}

/* What the caller is answered; Home Assistant only logs it, so that it explains itself. */
static enum err explain_told(struct hub_told *told, const struct track *old,
                             const struct track *next, const struct job_events *events)
{
    told->job = next->job.row;
    if (told->slot) {
        told->action = HUB_TOLD_SLOT;
        return OK;
    }
    if (happened(events, JOB_EVENT_END))
        told->action = HUB_TOLD_JOB_ENDED;
    if (happened(events, JOB_EVENT_START))
        told->action = HUB_TOLD_JOB_STARTED;
    if (told->action != HUB_TOLD_IGNORED)
        return OK;
    if (told->print->status == TOLD_NOTHING)
        return ignore(told, "this status says nothing of a print; what goes on goes on");
    if (!job_active(&old->job) && !job_active(&next->job))
        return ignore(told, "no print is going on that this could end");
    told->action = HUB_TOLD_JOB_UPDATED;
    return OK;
}

/* Weights belong to the print that goes on: known before it may end, or once it has begun. */
static enum err save_told(struct hub_step *step, const struct hub_told *told, const struct job *job,
                          struct why *why)
{
    bool changed = false;
    if (!told->print || !job->row || !job_active(job))
        return OK;
    enum err e = tracks_told(step->db, step->printer, job->row, told->print, &changed, why);
    step->wrote |= changed;
    return e;
}

enum err hub_plan_told(struct hub_step *step, struct hub_told *told, struct track *track,
                       struct why *why)
{
    struct track *old auto_free = malloc(sizeof *old);
    struct job_events *events auto_free = calloc(1, sizeof *events);
    if (!old || !events)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    told->job = track->job.row;
    if (printer_speaks(&track->printer, step->now))
        return ignore(told, "the printer's own connection is live and knows better");
    *old = *track;
    if (!apply_told(told, track, step->now))
        return ignore(told, "it says nothing new: older than what is known, or unavailable");
    job_step(&track->job, &old->printer, &track->printer, step->now, events);
    bool replaced = happened(events, JOB_EVENT_START);
    enum err e = replaced ? OK : save_told(step, told, &old->job, why);
    if (e == OK)
        e = write_step(step, old, track, events, why);
    if (e == OK && replaced)
        e = save_told(step, told, &track->job, why);
    if (e == OK && !step->wrote)
        return ignore(told, "it says nothing new: all of this is known");
    return e == OK ? explain_told(told, old, track, events) : e;
}
