#include "store/alerts.h"

#include "base/auto.h"
#include "base/id.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/deliveries.h"
#include "store/list.h"

static const struct field fields[] = {
    {.name = "alert_id", .kind = K_TEXT, .doc = "Identifier of the alert"},
    {.name = "kind", .kind = K_TEXT, .words = alert_slugs, .doc = "What it is about"},
    {.name = "severity", .kind = K_TEXT, .words = alert_severities, .doc = "How bad it is"},
    {.name = "text", .kind = K_TEXT, .doc = "For people"},
    {.name = "data", .kind = K_OBJECT, .doc = "For programs", .of = &alert_data},
    {.name = "printer_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Printer"},
    {.name = "ams_slot_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Slot"},
    {.name = "spool_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Roll"},
    {.name = "job_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Print"},
    {.name = "question_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Question"},
    {.name = "opened_at", .kind = K_TIME, .doc = "Since when"},
    {.name = "acked_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "Seen by the user"},
    {.name = "ended_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "Its cause has gone; of an event: when it was told"},
};
const struct field_shape alerts_shape = {"alerts", fields, LEN(fields), "Alert"};

static const struct field acked_fields[] = {
    {.name = "acked", .kind = K_INT, .doc = "How many were not acknowledged before"},
};
const struct field_shape alerts_acked_shape = {NULL, acked_fields, LEN(acked_fields),
                                               "AlertsAcked"};

static void put_id(struct db *db, json_t *args, const char *key, int64_t id)
{
    if (id)
        db_put(db, args, key, json_integer(id));
}

static bool told(struct db *db, const struct alert *alert, const json_t *args)
{
    return db_int(db,
                  alert_is_once(alert->kind)
                      ? "SELECT 1 FROM alert WHERE cause = :cause LIMIT 1"
                      : "SELECT 1 FROM alert WHERE cause = :cause AND ended_at IS NULL",
                  args, 0) != 0;
}

enum err alerts_open(struct db *db, const struct alert *alert, struct why *why)
{
    char public_id[ID_SIZE];
    json_auto_t *args =
        db_args(db, json_pack("{s:s, s:s, s:s, s:s, s:b}", "kind", alert_slug(alert->kind),
                              "severity", alert_severity(alert->kind), "cause", alert->cause,
                              "text", alert->text, "event", alert_is_event(alert->kind)));
    if (told(db, alert, args))
        return db_status(db, why);
    db_new_id(db, public_id);
    db_put(db, args, "public_id", json_string(public_id));
    put_id(db, args, "printer", alert->printer);
    put_id(db, args, "slot", alert->slot);
    put_id(db, args, "spool", alert->spool);
    put_id(db, args, "job", alert->job);
    put_id(db, args, "question", alert->question);
    if (alert->data)
        db_put(db, args, "data", json_deep_copy(alert->data));
    db_exec(
        db,
        "INSERT INTO alert (public_id, kind, severity, cause, text, data, printer, slot, spool, "
        "job, question, opened_at, ended_at, updated_at) VALUES (:public_id, :kind, :severity, "
        ":cause, :text, coalesce(:data, '{}'), :printer, :slot, :spool, :job, :question, :now, "
        "CASE WHEN :event THEN :now END, :now)",
        args);
    enum err e = db_status(db, why);
    return e ? e : deliveries_queue(db, db_last_row(db), alert->kind, why);
}

enum err alerts_end(struct db *db, const char *cause, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "cause", cause));
    db_exec(db,
            "UPDATE alert SET ended_at = :now, updated_at = :now "
            "WHERE cause = :cause AND ended_at IS NULL",
            args);
    return db_status(db, why);
}

enum err alerts_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    *ret =
        db_row(db, "SELECT * FROM alerts WHERE alert_id = lower(:alert_id)", args, &alerts_shape);
    return *ret ? OK : db_missing(db, why, "alert_not_found", "alert_id", "no such alert");
}

enum err alerts_ack(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    db_exec(db,
            "UPDATE alert SET acked_at = :now, updated_at = :now "
            "WHERE public_id = lower(:alert_id) AND acked_at IS NULL",
            args);
    return alerts_get(db, args, ret, why);
}

static enum err ack_listed(struct db *db, const json_t *ids, int64_t *ret_count, struct why *why)
{
    size_t i;
    json_t *id;
    json_array_foreach (ids, i, id) {
        json_auto_t *args = db_args(db, json_pack("{s:O}", "alert_id", id));
        json_auto_t *row = NULL;
        enum err e = alerts_ack(db, args, &row, why);
        if (e != OK)
            return e;
        *ret_count += db_changes(db) > 0;
    }
    return OK;
}

enum err alerts_ack_many(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t count = 0;
    enum err e = OK;
    if (args_given(args, "alert_ids"))
        e = ack_listed(db, json_object_get(args, "alert_ids"), &count, why);
    else {
        db_exec(db,
                "UPDATE alert SET acked_at = :now, updated_at = :now WHERE acked_at IS NULL "
                "AND opened_at <= :opened_until AND (:kind IS NULL OR kind = :kind)",
                args);
        count = db_changes(db);
    }
    if (e != OK)
        return e;
    *ret = db_args(db, json_pack("{s:I}", "acked", (json_int_t)count));
    return db_status(db, why);
}

enum err alerts_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"acked", "(acked_at IS NOT NULL) = :acked"},
        {"open", "(ended_at IS NULL) = :open"},
        {"kind", "kind = :kind"},
        {"printer_id", "printer_id = :printer_id"},
        {"spool_id", "spool_id = lower(:spool_id)"},
        {"job_id", "job_id = lower(:job_id)"},
        {"from", "opened_at >= strftime('%Y-%m-%dT%H:%M:%SZ', :from / 1000, 'unixepoch')"},
    };
    static const struct list_sort sorts[] = {{"opened_at", "opened_at"}, {"kind", "kind"}};
    static const struct list_kind kind = {
        .shape = &alerts_shape,
        .entity = "alert",
        .key = "alert_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "DESC",
    };
    return list_read(db, &kind, args, ret_list, why);
}
