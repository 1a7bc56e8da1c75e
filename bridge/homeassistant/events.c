#include "bridge/homeassistant/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/id.h"
#include "bridge/homeassistant/entities.h"
#include "bridge/hub.h"
#include "core/told.h"
#include "store/args.h"
#include "store/db.h"
#include "store/jobs.h"
#include "store/printers.h"
#include "store/slots.h"
#include "store/source_events.h"

/* --- the printer --- */

struct search {
    const char *name;
    int64_t id;
};

static enum err run_search(void *ctx, struct db *db, struct why *why)
{
    struct search *search = ctx;
    search->id = printers_find_or_make(db, search->name);
    if (search->id || db_failed(db))
        return db_status(db, why);
    return why_fail(why, ERR_INVALID, "invalid_printer_id", "printer_id",
                    "printer_id has 1 to 64 of A-Z a-z 0-9 _ . -");
}

static enum err find_printer(const struct events *events, const char *name, int64_t now,
                             int64_t *ret_id, struct why *why)
{
    struct search search = {.name = name};
    enum err e = hub_write(events->hub, now, run_search, &search, why);
    *ret_id = search.id;
    return e;
}

/* --- the record and the answer --- */

static const char *const actions[] = {
    [HUB_TOLD_IGNORED] = "ignored",         [HUB_TOLD_JOB_STARTED] = "job_started",
    [HUB_TOLD_JOB_UPDATED] = "job_updated", [HUB_TOLD_JOB_ENDED] = "job_ended",
    [HUB_TOLD_SLOT] = "slot_updated",
};

struct record {
    struct source_event event;
    const struct hub_told *told; /* NULL: it was refused before */
    unsigned skipped;
    json_t *answer;
};

static enum err add_slot(struct db *db, int64_t printer, struct slot_address at, json_t *answer,
                         struct why *why)
{
    json_auto_t *row = NULL;
    enum err e = slots_at(db, printer, at, &row, why);
    json_object_set_new(answer, "ams_unit_number", json_integer(at.unit));
    json_object_set_new(answer, "slot_number", json_integer(at.slot));
    const json_t *match = json_object_get(row, "match");
    const json_t *question = json_object_get(row, "open_question_id");
    json_object_set_new(answer, "match", match ? json_deep_copy(match) : json_null());
    json_object_set_new(answer, "question_id", question ? json_deep_copy(question) : json_null());
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err run_record(void *ctx, struct db *db, struct why *why)
{
    struct record *record = ctx;
    const struct hub_told *told = record->told;
    enum err e = source_events_record(db, &record->event, why);
    if (e != OK || !told)
        return e;
    bool ignored = told->action == HUB_TOLD_IGNORED;
    json_t *answer =
        json_pack("{s:s, s:s, s:o, s:o, s:i}", "status", ignored ? "ignored" : "ok", "action",
                  actions[told->action], "reason",
                  *told->reason ? json_string(told->reason) : json_null(), "printer_id",
                  printers_id(db, record->event.printer), "skipped_fields", (int)record->skipped);
    if (!answer)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    record->answer = answer;
    if (told->print)
        json_object_set_new(answer, "job_id", jobs_id(db, told->job));
    if (told->print)
        return db_status(db, why);
    return add_slot(db, record->event.printer, told->slot->at, answer, why);
}

/* A body that was refused is kept as well: that is when somebody will want to see it. */
static void record_refusal(const struct events *events, const char *kind, const json_t *body,
                           int64_t now, const struct why *reason)
{
    struct why why;
    struct record record = {.event = {.source = events->source,
                                      .kind = kind,
                                      .body = json_is_object(body) ? body : NULL,
                                      .action = "refused",
                                      .reason = reason->text,
                                      .once = events->quiet}};
    enum err e = hub_write(events->hub, now, run_record, &record, &why);
    (void)e; /* the refusal itself is what the caller answers */
}

static enum err finish(const struct events *events, const struct hub_told *told, int64_t printer,
                       const char *kind, const json_t *body, int64_t now, json_t **ret_answer,
                       struct why *why)
{
    bool print = told->print;
    struct record record = {
        .event = {.source = events->source,
                  .printer = printer,
                  .kind = kind,
                  .occurred_at = print ? told->print->occurred_at : told->slot->occurred_at,
                  .body = body,
                  .action = actions[told->action],
                  .reason = told->reason,
                  .once = events->quiet && told->action == HUB_TOLD_IGNORED},
        .told = told,
        .skipped = print ? told->print->skipped : told->slot->skipped};
    enum err e = hub_write(events->hub, now, run_record, &record, why);
    if (e == OK)
        *ret_answer = record.answer;
    else
        json_decref(record.answer);
    return e;
}

/* --- bodies --- */

enum err events_print(const struct events *events, const json_t *body, int64_t now,
                      json_t **ret_answer, struct why *why)
{
    int64_t printer = 0;
    *ret_answer = NULL;
    struct told_print *print auto_free = malloc(sizeof *print);
    if (!print)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    enum err e = told_read_print(body, print, why);
    if (e == OK)
        e = find_printer(events, print->printer, now, &printer, why);
    if (e == ERR_INVALID)
        record_refusal(events, "print_event", body, now, why);
    struct hub_told told = {.print = print};
    if (e == OK)
        e = hub_tell(events->hub, printer, &told, now, why);
    if (e == OK)
        e = finish(events, &told, printer, "print_event", body, now, ret_answer, why);
    return e;
}

/* Colour and material may be entities of their own: the state of each is then its own half of the
 * slot. The caller owns the result. */
static json_t *own_half(const struct events *events, const json_t *body)
{
    const char *id = json_string_value(json_object_get(body, "entity_id"));
    const struct entity *entity = id ? entities_find(events->entities, id) : NULL;
    json_t *copy = json_deep_copy(body);
    if (!entity || entity->part == ENTITY_WHOLE)
        return copy;
    const char *key = entity->part == ENTITY_COLOR ? "color" : "material";
    if (!json_object_get(copy, key))
        json_object_set(copy, key, json_object_get(copy, "state"));
    json_object_del(copy, "state");
    return copy;
}

/* What the body leaves out, the configured entity says. */
static enum err place_by_entity(const struct events *events, struct told_slot *slot,
                                struct why *why)
{
    const struct entity *entity =
        *slot->entity ? entities_find(events->entities, slot->entity) : NULL;
    if (!address_none(slot->at))
        return OK;
    if (!entity)
        return why_fail(why, ERR_INVALID, "unknown_entity", "entity_id",
                        "%.80s is no slot that is known: send ams_unit_number and slot_number, or "
                        "add it to [homeassistant.entities]",
                        slot->entity);
    slot->at = entity->at;
    return OK;
}

enum err events_slot(const struct events *events, const json_t *body, int64_t now,
                     json_t **ret_answer, struct why *why)
{
    int64_t printer = 0;
    *ret_answer = NULL;
    struct told_slot slot;
    json_auto_t *half = own_half(events, body);
    enum err e = told_read_slot(half, &slot, why);
    if (e == OK)
        e = place_by_entity(events, &slot, why);
    if (e == OK)
        e = find_printer(events, slot.printer, now, &printer, why);
    if (e == ERR_INVALID)
        record_refusal(events, "ams_update", body, now, why);
    struct hub_told told = {.slot = &slot};
    if (e == OK)
        e = hub_tell(events->hub, printer, &told, now, why);
    if (e == OK)
        e = finish(events, &told, printer, "ams_update", body, now, ret_answer, why);
    return e;
}
