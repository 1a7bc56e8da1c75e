#include "bridge/hub.h"

#include <stdlib.h>

#include "base/auto.h"
#include "bridge/hub_inside.h"
#include "bridge/hub_plan.h"
#include "bridge/message.h"
#include "store/db.h"
#include "store/door.h"

/* Alerts follow from a group as of the last of what happened in it. */
static void note_time(struct hub *hub, int64_t now)
{
    if (now > hub->group.now)
        hub->group.now = now;
}

/* Time first, then the message: what was due before it came is decided as it stood then. */
static enum err run_plan(void *ctx, struct db *db, struct why *why)
{
    struct plan *plan = ctx;
    struct entry *entry;
    db_set_now(db, plan->now);
    enum err e = hub_entry(plan->hub, db, plan->printer, &entry, why);
    if (e != OK)
        return e;
    plan->next = entry->ahead ? *entry->ahead : entry->committed;
    plan->was_refused = printer_commands_refused(&plan->next.printer);
    struct hub_step step = {
        .db = db, .printer = plan->printer, .now = plan->now, .since = plan->hub->group.since};
    if (hub_track_deadline(&plan->next) <= plan->now)
        e = hub_plan_time(&step, &plan->next, why);
    if (e == OK && plan->message)
        e = hub_plan_message(&step, plan->message, &plan->next, why);
    if (e == OK && plan->told)
        e = hub_plan_told(&step, plan->told, &plan->next, why);
    plan->rejected_fields = step.rejected_fields;
    plan->job_changed = step.job_changed;
    plan->wrote = step.wrote;
    if (e != OK)
        return e;
    entry->ahead = &plan->next;
    note_time(plan->hub, plan->now);
    return OK;
}

static void count_message(struct entry *entry, const struct plan *plan)
{
    entry->counts.messages++;
    entry->counts.rejected_fields += plan->rejected_fields;
    entry->counts.last_message_at = plan->now;
}

static void plan_done(void *ctx, enum err result)
{
    struct plan *plan = ctx;
    struct hub *hub = plan->hub;
    pthread_mutex_lock(&hub->view);
    struct entry *entry = hub_find(hub, plan->printer);
    if (entry && result == OK) {
        entry->committed = plan->next;
        entry->deadline = hub_track_deadline(&entry->committed);
        entry->counts.writes += plan->wrote;
        if (plan->message)
            count_message(entry, plan);
        hub->generation++;
        pthread_cond_broadcast(&hub->woken);
    } else if (entry && result != ERR_BUSY) {
        entry->counts.failed_commits++;
    }
    if (entry && result != ERR_BUSY) /* a plan that never ran left nothing behind */
        entry->ahead = NULL;
    pthread_mutex_unlock(&hub->view);
}

void hub_free_plan(struct plan *plan)
{
    json_decref(plan->message);
    free(plan);
}

/* After the door: what is told to others is told without any lock. */
static void settle_plan(struct plan *plan, enum err result)
{
    const struct hub_options *options = &plan->hub->options;
    if (result != OK && result != ERR_NOT_FOUND && options->ask_full)
        options->ask_full(options->ctx, plan->printer);
    if (result == OK && !plan->was_refused && printer_commands_refused(&plan->next.printer) &&
        options->note_refused)
        options->note_refused(options->ctx, plan->printer);
    if (result == OK && plan->job_changed && options->job_changed)
        options->job_changed(options->ctx, plan->printer);
    hub_free_plan(plan);
}

static void run_group(struct hub *hub, struct plan **plans, size_t count)
{
    struct door_request requests[LIMIT_GROUP];
    for (size_t i = 0; i < count; i++)
        requests[i] = (struct door_request){.run = run_plan, .done = plan_done, .ctx = plans[i]};
    door_run_all(hub->door, requests, count);
    for (size_t i = 0; i < count; i++)
        settle_plan(plans[i], requests[i].result);
}

static struct plan *make_plan(struct hub *hub, int64_t printer, json_t *message, int64_t now)
{
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan) {
        json_decref(message);
        return NULL;
    }
    plan->hub = hub;
    plan->printer = printer;
    plan->message = message;
    plan->now = now;
    return plan;
}

static void count_rejected(struct hub *hub, int64_t printer, int64_t now)
{
    pthread_mutex_lock(&hub->view);
    struct entry *entry = hub_find(hub, printer);
    if (entry) {
        entry->counts.messages++;
        entry->counts.rejected++;
        entry->counts.last_message_at = now;
    }
    pthread_mutex_unlock(&hub->view);
}

bool hub_report(struct hub *hub, int64_t printer, const void *bytes, size_t len, int64_t now)
{
    json_t *message = message_parse(bytes, len);
    if (!message) {
        count_rejected(hub, printer, now);
        return false;
    }
    struct plan *plan = make_plan(hub, printer, message, now);
    if (!plan) {
        if (hub->options.ask_full)
            hub->options.ask_full(hub->options.ctx, printer);
        return true;
    }
    hub->pending[hub->pending_count++] = plan;
    if (hub->pending_count == LIMIT_GROUP)
        hub_flush(hub);
    return true;
}

void hub_flush(struct hub *hub)
{
    size_t count = hub->pending_count;
    if (!count)
        return;
    hub->pending_count = 0;
    run_group(hub, hub->pending, count);
}

/* Printers for which something is due, as plans. */
static size_t due_plans(struct hub *hub, int64_t now, struct plan **ret_plans, size_t most)
{
    size_t count = 0;
    pthread_mutex_lock(&hub->view);
    for (size_t i = 0; i < hub->count && count < most; i++)
        if (hub->entries[i]->deadline <= now) {
            ret_plans[count] = make_plan(hub, hub->entries[i]->id, NULL, now);
            count += ret_plans[count] != NULL;
        }
    pthread_mutex_unlock(&hub->view);
    return count;
}

void hub_tick(struct hub *hub, int64_t now)
{
    struct plan *plans[LIMIT_GROUP];
    size_t count = due_plans(hub, now, plans, LIMIT_GROUP);
    if (count)
        run_group(hub, plans, count);
}

int64_t hub_deadline(struct hub *hub)
{
    int64_t first = INT64_MAX;
    pthread_mutex_lock(&hub->view);
    for (size_t i = 0; i < hub->count; i++)
        if (hub->entries[i]->deadline < first)
            first = hub->entries[i]->deadline;
    pthread_mutex_unlock(&hub->view);
    return first;
}

static enum err refuse_stopping(struct why *why)
{
    return why_fail(why, ERR_BUSY, "stopping", NULL, "The service is stopping; try again.");
}

enum err hub_tell(struct hub *hub, int64_t printer, struct hub_told *told, int64_t now,
                  struct why *why)
{
    if (hub_refuses(hub))
        return refuse_stopping(why);
    struct plan *plan = make_plan(hub, printer, NULL, now);
    if (!plan)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    plan->told = told;
    struct door_request request = {.run = run_plan, .done = plan_done, .ctx = plan};
    enum err e = door_run(hub->door, &request);
    if (e != OK && why)
        *why = request.why;
    settle_plan(plan, e);
    return e;
}

struct write {
    struct hub *hub;
    int64_t now;
    hub_run *run;
    void *ctx;
    bool changed;
};

static enum err run_write(void *ctx, struct db *db, struct why *why)
{
    struct write *write = ctx;
    db_set_now(db, write->now);
    int64_t before = db_total_changes(db);
    enum err e = write->run(write->ctx, db, why);
    write->changed = db_total_changes(db) != before;
    if (e == OK)
        note_time(write->hub, write->now);
    return e;
}

static void write_done(void *ctx, enum err result)
{
    const struct write *write = ctx;
    if (result != OK || !write->changed) /* it only looked: nobody need wake up for it */
        return;
    pthread_mutex_lock(&write->hub->view);
    write->hub->generation++;
    pthread_cond_broadcast(&write->hub->woken);
    pthread_mutex_unlock(&write->hub->view);
}

enum err hub_write(struct hub *hub, int64_t now, hub_run *run, void *ctx, struct why *why)
{
    if (hub_refuses(hub))
        return refuse_stopping(why);
    struct write write = {hub, now, run, ctx, false};
    struct door_request request = {.run = run_write, .done = write_done, .ctx = &write};
    enum err e = door_run(hub->door, &request);
    if (e != OK && why)
        *why = request.why;
    return e;
}

/* Read a printer anew that was changed behind the hub; one that is gone keeps a dead entry. */
static enum err run_reload(void *ctx, struct db *db, struct why *why)
{
    struct plan *plan = ctx;
    return hub_load_state(db, plan->printer, &plan->next, why);
}

static void bury(struct hub *hub, int64_t printer)
{
    pthread_mutex_lock(&hub->view);
    struct entry *entry = hub_find(hub, printer);
    if (entry) {
        entry->id = 0;
        entry->deadline = INT64_MAX;
    }
    pthread_mutex_unlock(&hub->view);
}

void hub_forget(struct hub *hub, int64_t printer)
{
    struct plan *plan = make_plan(hub, printer, NULL, 0);
    if (!plan)
        return;
    struct door_request request = {.run = run_reload, .done = plan_done, .ctx = plan};
    if (door_run(hub->door, &request) == ERR_NOT_FOUND)
        bury(hub, printer);
    hub_free_plan(plan);
}
