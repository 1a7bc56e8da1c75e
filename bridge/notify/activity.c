#include "bridge/notify/activity.h"

#include <string.h>

#include "base/auto.h"
#include "bridge/notify/payload.h"
#include "core/rules.h"
#include "store/args.h"

enum { PERCENT = 100 };

/* What the app declares. */
static const char attributes_type[] = "PrintActivityAttributes";

/* ---- what it shows ---- */

/* The slot that runs out first; NULL: none will. */
static const json_t *next_runout(const json_t *forecast)
{
    const json_t *row, *first = NULL;
    size_t i;
    json_array_foreach (forecast, i, row)
        if (args_given(row, "runs_out_layer") &&
            (!first || args_int(row, "runs_out_layer", 0) < args_int(first, "runs_out_layer", 0)))
            first = row;
    return first;
}

/* A copy of a member; null where it is absent. */
static json_t *member(const json_t *row, const char *key)
{
    json_t *value = json_object_get(row, key);
    return value ? json_incref(value) : json_null();
}

static json_t *text_or_null(const char *text)
{
    return text ? payload_text(text, PAYLOAD_BODY_MOST) : json_null();
}

json_t *activity_state(const json_t *row, const struct activity_live *live, const json_t *forecast,
                       int64_t now)
{
    const json_t *runout = next_runout(forecast);
    json_t *percent =
        live->percent >= 0 ? json_integer(live->percent) : member(row, "progress_percent");
    json_t *ends =
        live->minutes >= 0 ? json_integer(now / 1000 + live->minutes * 60L) : json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "status", member(row, "status"),
                     "progress_percent", percent, "layer", member(row, "layer"), "total_layers",
                     member(row, "total_layers"), "ends_at", ends, "runout_slot",
                     text_or_null(args_text(runout, "label")), "runout_text",
                     text_or_null(args_text(runout, "text")));
}

/* ---- is it news? ---- */

/* By percentage, else by layer; -1: neither is known. */
static int64_t step_of(const json_t *state)
{
    int64_t percent = args_int(state, "progress_percent", -1);
    int64_t layer = args_int(state, "layer", -1), layers = args_int(state, "total_layers", 0);
    if (percent < 0 && layer >= 0 && layers > 0)
        percent = layer * PERCENT / layers;
    return percent < 0 ? -1 : percent / RULE_ACTIVITY_PERCENT;
}

static bool same(const json_t *a, const json_t *b, const char *key)
{
    return args_given(a, key) ? json_equal(json_object_get(a, key), json_object_get(b, key))
                              : !args_given(b, key);
}

enum activity_news activity_compare(const json_t *sent, const json_t *state)
{
    if (!json_is_object(sent) || !same(sent, state, "status"))
        return ACTIVITY_URGENT;
    bool old = step_of(sent) == step_of(state) && same(sent, state, "total_layers") &&
               same(sent, state, "runout_slot");
    return old ? ACTIVITY_OLD : ACTIVITY_NEWS;
}

/* ---- the payload ---- */

static const char *event_of(const json_t *activity)
{
    if (!args_true(activity, "active"))
        return "end";
    return strcmp(args_text(activity, "kind"), "start") == 0 ? "start" : "update";
}

static void add_start(const json_t *activity, json_t *aps)
{
    const char *name = args_text(activity, "name"), *printer = args_text(activity, "printer_name");
    json_t *shown = name ? payload_text(name, PAYLOAD_TITLE_MOST) : json_null();
    json_object_set_new(aps, "attributes-type", json_string(attributes_type));
    json_object_set_new(aps, "attributes",
                        json_pack("{s:O, s:O, s:O}", "job_id", json_object_get(activity, "job_id"),
                                  "printer_id", json_object_get(activity, "printer_id"), "name",
                                  shown));
    json_object_set_new(
        aps, "alert",
        json_pack("{s:o, s:o}", "title", payload_text(printer ? printer : "", PAYLOAD_TITLE_MOST),
                  "body", payload_text(name ? name : "A print started", PAYLOAD_BODY_MOST)));
    json_decref(shown);
}

json_t *activity_payload(const json_t *activity, int64_t now)
{
    const char *event = event_of(activity);
    json_int_t seconds = now / 1000;
    json_t *aps = json_pack("{s:I, s:s, s:O}", "timestamp", seconds, "event", event,
                            "content-state", json_object_get(activity, "state"));
    if (aps && strcmp(event, "end") == 0)
        json_object_set_new(aps, "dismissal-date", json_integer(seconds + RULE_ACTIVITY_SHOWN_S));
    else if (aps)
        json_object_set_new(aps, "stale-date", json_integer(seconds + RULE_ACTIVITY_STALE_S));
    if (aps && strcmp(event, "start") == 0)
        add_start(activity, aps);
    return aps ? json_pack("{s:o}", "aps", aps) : NULL;
}
