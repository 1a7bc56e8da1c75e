#include "bridge/homeassistant/discovery_act.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/homeassistant/discovery_make.h"
#include "bridge/hub.h"
#include "core/body_value.h"
#include "core/field.h"
#include "store/alerts.h"
#include "store/changes.h"
#include "store/changes_row.h"
#include "store/db.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/questions.h"
#include "store/readers.h"
#include "store/slots.h"
#include "store/spools.h"

enum { CHANGES_STEP = 200, REFUSED_MOST = 16 };

struct discovery_act {
    struct hub *hub;
    struct readers *readers;
    struct db *db;   /* of them, while something is read */
    int64_t seq;     /* of the feed, looked through for alerts; -1: not yet */
    int64_t told;    /* of the feed, in the last topics; -1: none yet */
    json_t *refused; /* [{printer_id, event}] that wait to be published */
};

enum err discovery_act_open(struct hub *hub, struct readers *readers,
                            struct discovery_act **ret_act, struct why *why)
{
    struct discovery_act *act = calloc(1, sizeof *act);
    if (!act)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    act->hub = hub;
    act->seq = act->told = -1;
    act->refused = json_array();
    act->readers = readers;
    *ret_act = act;
    return OK;
}

void discovery_act_close(struct discovery_act *act)
{
    if (!act)
        return;
    json_decref(act->refused);
    free(act);
}

/* --- reading --- */

static bool look(struct discovery_act *act)
{
    struct why why;
    return readers_take(act->readers, &act->db, &why) == OK;
}

static void looked(struct discovery_act *act)
{
    readers_give(act->readers, act->db);
    act->db = NULL;
}

static bool has_roll(const json_t *spools, const char *id)
{
    size_t i;
    const json_t *spool;
    json_array_foreach (spools, i, spool)
        if (strcmp(json_string_value(json_object_get(spool, "spool_id")), id) == 0)
            return true;
    return false;
}

/* Behind those to choose from: what a slot says of its roll must not depend on how long ago that
 * was changed. */
static enum err add_loaded(struct db *db, const json_t *slots, json_t *spools, struct why *why)
{
    size_t i;
    const json_t *slot;
    json_array_foreach (slots, i, slot) {
        json_t *id = json_object_get(slot, "spool_id"), *spool = NULL;
        if (!json_is_string(id) || has_roll(spools, json_string_value(id)))
            continue;
        json_auto_t *args = json_pack("{s:O}", "spool_id", id);
        enum err e = spools_get(db, args, &spool, why);
        if (e != OK)
            return e;
        json_array_append_new(spools, spool);
    }
    return OK;
}

struct shown {
    json_t *printers, *slots, *spools;
};

static enum err read_shown(struct db *db, struct shown *shown, struct why *why)
{
    json_t *recent = json_pack("{s:i, s:s}", "limit", DISCOVERY_OPTIONS - 1, "sort", "-updated_at");
    enum err e = list_rows(db, spools_list, recent, &shown->spools, why);
    if (e == OK)
        e = list_rows(db, printers_list, json_object(), &shown->printers, why);
    if (e == OK)
        e = list_rows(db, slots_list, json_object(), &shown->slots, why);
    return e == OK ? add_loaded(db, shown->slots, shown->spools, why) : e;
}

json_t *discovery_act_topics(struct discovery_act *act, const struct discovery_names *names)
{
    struct why why;
    char problem[LOG_VALUE];
    struct shown shown = {0};
    json_t *topics = NULL;
    if (!look(act))
        return NULL;
    int64_t newest = changes_newest(act->db);
    enum err e = read_shown(act->db, &shown, &why);
    looked(act);
    if (e == OK)
        topics = discovery_make(names, shown.printers, shown.slots, shown.spools);
    else
        log_line(LOG_WARN, "homeassistant.mqtt", "problem=%s", log_value(why.text, problem));
    if (topics)
        act->told = newest;
    json_decref(shown.printers);
    json_decref(shown.slots);
    json_decref(shown.spools);
    return topics;
}

bool discovery_act_news(struct discovery_act *act)
{
    if (json_array_size(act->refused))
        return true;
    if (!look(act))
        return false;
    int64_t newest = changes_newest(act->db);
    looked(act);
    return newest != act->told;
}

static json_t *row_of(struct db *db, const json_t *change)
{
    auto_buf text = {0};
    const char *id = json_string_value(json_object_get(change, "id"));
    if (!changes_row(db, "alert", id, &text) || text.failed)
        return NULL;
    return json_loadb(text.data, text.len, 0, NULL);
}

static void take_changes(struct discovery_act *act, const json_t *changes, json_t *events)
{
    size_t i;
    const json_t *change;
    json_array_foreach (changes, i, change) {
        const char *entity = json_string_value(json_object_get(change, "entity"));
        const char *op = json_string_value(json_object_get(change, "op"));
        act->seq = json_integer_value(json_object_get(change, "seq"));
        if (strcmp(entity, "alert") != 0 || strcmp(op, "insert") != 0)
            continue;
        json_auto_t *alert = row_of(act->db, change);
        json_t *printer = json_object_get(alert, "printer_id");
        if (json_is_string(printer))
            json_array_append_new(events, json_pack("{s:O, s:o}", "printer_id", printer, "event",
                                                    discovery_make_event(alert)));
    }
}

json_t *discovery_act_events(struct discovery_act *act)
{
    json_t *events = json_deep_copy(act->refused);
    json_array_clear(act->refused);
    if (!look(act))
        return events;
    if (act->seq < 0)
        act->seq = changes_newest(act->db);
    size_t found;
    do {
        json_auto_t *changes = changes_since(act->db, act->seq, CHANGES_STEP);
        found = json_array_size(changes);
        take_changes(act, changes, events);
    } while (found == CHANGES_STEP);
    looked(act);
    return events;
}

/* --- commands --- */

struct order {
    const struct discovery_command *command;
    json_t *args; /* the slot */
};

static json_t *first_candidate(const json_t *question)
{
    const json_t *best = json_array_get(json_object_get(question, "candidates"), 0);
    return json_object_get(best, "spool_id");
}

static enum err slot_of(struct db *db, const struct order *order, json_t **ret, struct why *why)
{
    return slots_at(db, printers_find(db, order->command->printer), order->command->at, ret, why);
}

/* The question's first candidate is right; what is assigned already, where it doubts that. */
static enum err confirm(struct db *db, const struct order *order, struct why *why)
{
    json_auto_t *slot = NULL, *question = NULL, *answered = NULL;
    enum err e = slot_of(db, order, &slot, why);
    const json_t *id = json_object_get(slot, "open_question_id");
    if (e == OK && !json_is_string(id))
        return why_fail(why, ERR_CONFLICT, "no_question", NULL, "nothing is asked of this slot");
    json_auto_t *args = json_pack("{s:O?}", "question_id", id);
    if (e == OK)
        e = questions_get(db, args, &question, why);
    json_t *candidate = first_candidate(question);
    bool assigned = json_is_string(json_object_get(slot, "spool_id"));
    if (e == OK && !assigned && !candidate)
        return why_fail(why, ERR_CONFLICT, "no_candidate", NULL,
                        "no roll fits: choose one for this slot");
    if (assigned)
        json_object_set_new(args, "confirm", json_true());
    else
        json_object_set(args, "spool_id", candidate);
    return e == OK ? questions_answer(db, args, &answered, why) : e;
}

/* "#12 Brand Product": the number is what counts. */
static enum err choose(struct db *db, const struct order *order, struct why *why)
{
    json_auto_t *done = NULL;
    char number[16];
    const char *choice = order->command->payload;
    if (strcmp(choice, "Empty") == 0)
        return slots_unassign(db, order->args, &done, why);
    size_t len = strspn(choice + (*choice == '#'), "0123456789");
    if (*choice != '#' || !len || !text_copy_len(number, sizeof number, choice + 1, len))
        return why_fail(why, ERR_INVALID, "invalid_choice", "spool_id",
                        "%.60s is no roll: choose one of the options", choice);
    json_object_set_new(order->args, "spool_id", json_string(number));
    return slots_assign(db, order->args, &done, why);
}

/* Read and bounded as a PUT of the roll reads it. */
static enum err set_threshold(struct db *db, const struct order *order, struct why *why)
{
    static const struct field grams = {
        .name = "threshold_grams", .kind = K_GRAMS, .min = 0, .max = LIMIT_GRAMS};
    json_auto_t *slot = NULL, *spool = NULL, *milligrams = NULL;
    enum err e = body_value_text(&grams, order->command->payload, &milligrams, why);
    if (e == OK)
        e = slot_of(db, order, &slot, why);
    json_t *id = json_object_get(slot, "spool_id");
    if (e == OK && !json_is_string(id))
        e = why_fail(why, ERR_CONFLICT, "slot_empty", NULL, "there is no roll in this slot");
    if (e != OK)
        return e;
    json_auto_t *args = json_pack("{s:O, s:O}", "spool_id", id, "threshold_grams", milligrams);
    return spools_update(db, args, &spool, why);
}

static enum err run_order(void *ctx, struct db *db, struct why *why)
{
    const struct order *order = ctx;
    json_auto_t *done = NULL;
    switch (order->command->verb) {
    case DISCOVERY_SET:
        return choose(db, order, why);
    case DISCOVERY_CLEAR:
        return slots_unassign(db, order->args, &done, why);
    case DISCOVERY_THRESHOLD:
        return set_threshold(db, order, why);
    case DISCOVERY_CONFIRM:
    default:
        return confirm(db, order, why);
    }
}

void discovery_act_refuse(struct discovery_act *act, const char *printer, const struct why *why)
{
    char detail[LOG_VALUE];
    log_line(LOG_WARN, "homeassistant.mqtt", "refused=%s detail=%s", why->code,
             log_value(why->text, detail));
    if (json_array_size(act->refused) < REFUSED_MOST)
        json_array_append_new(act->refused, json_pack("{s:s, s:o}", "printer_id", printer, "event",
                                                      discovery_make_refusal(why)));
}

void discovery_act_command(struct discovery_act *act, const struct discovery_command *command)
{
    struct why why = {0};
    json_auto_t *args =
        json_pack("{s:s, s:i, s:i, s:s}", "printer_id", command->printer, "ams_unit_number",
                  command->at.unit, "slot_number", command->at.slot, "event_type", "manual");
    struct order order = {command, args};
    if (hub_write(act->hub, clock_now(), run_order, &order, &why) != OK)
        discovery_act_refuse(act, command->printer, &why);
}
