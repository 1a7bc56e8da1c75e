#include "store/source_events.h"

#include "base/auto.h"
#include "base/limits.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"

static const char *const sources[] = {"webhook", "poll", NULL};
static const char *const kinds[] = {"print_event", "ams_update", NULL};

static const struct field fields[] = {
    {.name = "source_event_id", .kind = K_TEXT, .doc = "Number of the event, growing"},
    {.name = "source", .kind = K_TEXT, .words = sources, .doc = "How it came"},
    {.name = "printer_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Printer"},
    {.name = "kind", .kind = K_TEXT, .words = kinds, .doc = "What it tells of"},
    {.name = "occurred_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "When it happened, by the clock of the sender"},
    {.name = "received_at", .kind = K_TIME, .doc = "When it came"},
    {.name = "body",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "As it came; null: it was no JSON object",
     .of = &field_any},
    {.name = "action", .kind = K_TEXT, .doc = "What was done"},
    {.name = "reason", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Why"},
};
const struct field_shape source_events_shape = {"source_events", fields, LEN(fields),
                                                "SourceEvent"};

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

/* The last one that did nothing, if it says the same. */
static bool repeats(struct db *db, const json_t *args)
{
    return db_int(db,
                  "SELECT action = :action AND reason IS :reason FROM source_event "
                  "WHERE source = :source AND printer IS :printer AND kind = :kind "
                  "AND action IN ('ignored', 'refused') "
                  "AND body ->> '$.ams_unit_number' IS CAST(:body AS TEXT) ->> '$.ams_unit_number' "
                  "AND body ->> '$.slot_number' IS CAST(:body AS TEXT) ->> '$.slot_number' "
                  "AND body ->> '$.printer_id' IS CAST(:body AS TEXT) ->> '$.printer_id' "
                  "ORDER BY id DESC LIMIT 1 /* scan */",
                  args, 0) != 0;
}

enum err source_events_record(struct db *db, const struct source_event *event, struct why *why)
{
    json_auto_t *args = db_args(
        db, json_pack("{s:s, s:o, s:s, s:o, s:O?, s:s, s:o, s:i}", "source", event->source,
                      "printer", event->printer ? json_integer(event->printer) : json_null(),
                      "kind", event->kind, "occurred_at",
                      event->occurred_at ? json_integer(event->occurred_at) : json_null(), "body",
                      event->body, "action", event->action, "reason", text_or_null(event->reason),
                      "kept", LIMIT_SOURCE_EVENTS));
    if (event->once && repeats(db, args))
        return db_status(db, why);
    db_exec(db,
            "INSERT INTO source_event (source, printer, kind, occurred_at, received_at, body, "
            "action, reason) VALUES (:source, :printer, :kind, :occurred_at, :now, :body, :action, "
            ":reason)",
            args);
    db_exec(db, "DELETE FROM source_event WHERE id <= (SELECT max(id) FROM source_event) - :kept",
            args);
    return db_status(db, why);
}

enum err source_events_list(struct db *db, const json_t *args, struct list *ret_list,
                            struct why *why)
{
    static const struct list_filter filters[] = {{"source", "source = :source"},
                                                 {"printer_id", "printer_id = :printer_id"},
                                                 {"kind", "kind = :kind"},
                                                 {"action", "action = :action"}};
    static const struct list_sort sorts[] = {{"source_event_id", "source_event_id"}};
    static const struct list_kind kind = {
        .shape = &source_events_shape,
        .key = "source_event_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "DESC",
    };
    enum err e = list_read(db, &kind, args, ret_list, why);
    /* What is newest tells a list from another. */
    ret_list->seq = db_int(db, "SELECT max(id) FROM source_event", NULL, 0);
    return e ? e : db_status(db, why);
}
