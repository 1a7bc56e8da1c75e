#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "core/rules.h"
#include "store/alerts.h"
#include "store/alerts_inside.h"
#include "store/args.h"
#include "store/db.h"

static json_t *rule_args(struct db *db, const struct alerts_rule *rule, int64_t since)
{
    return db_args(db, json_pack("{s:I, s:I, s:I, s:I, s:b}", "since", (json_int_t)since,
                                 "margin_mg", (json_int_t)RULE_LOW_MARGIN_MG, "settle",
                                 (json_int_t)RULE_SETTLE_MQTT_MS, "news", (json_int_t)RULE_NEWS_MS,
                                 "once", (int)alert_is_once(rule->kind)));
}

/* Of a row only what is documented. */
static json_t *data_of(const json_t *row)
{
    json_t *data = json_object();
    for (size_t i = 0; i < alert_data.count; i++) {
        const struct field *field = &alert_data.fields[i];
        json_t *value = json_object_get(row, field->name);
        if (value && (!json_is_null(value) || (field->flags & FIELD_NULLABLE)))
            json_object_set(data, field->name, value);
    }
    return data;
}

static enum err open_row(struct db *db, const struct alerts_rule *rule, const json_t *row,
                         struct why *why)
{
    auto_buf text = {0};
    json_auto_t *data = db_args(db, data_of(row));
    rule->tell(&text, row);
    if (text.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for an alert");
    const struct alert alert = {
        .kind = (enum alert_kind)(rule->kind + args_int(row, "turn", 0)),
        .cause = args_text(row, "cause"),
        .text = text.data,
        .data = data,
        .printer = args_int(row, "printer", 0),
        .slot = args_int(row, "slot_row", 0),
        .spool = args_int(row, "spool", 0),
        .job = args_int(row, "job", 0),
    };
    return alerts_open(db, &alert, why);
}

static enum err follow_rule(struct db *db, const struct alerts_rule *rule, int64_t since,
                            struct why *why)
{
    json_auto_t *args = rule_args(db, rule, since);
    json_auto_t *rows = db_rows(db, rule->sql, args, &alert_data);
    size_t i;
    json_t *row;
    enum err e = db_status(db, why);
    json_array_foreach (rows, i, row) {
        if (e == OK && args_int(row, "opens", 0))
            e = open_row(db, rule, row, why);
        if (e == OK && !args_int(row, "holds", 0))
            e = alerts_end(db, args_text(row, "cause"), why);
    }
    return e;
}

static const char deleted[] =
    "SELECT EXISTS (SELECT 1 FROM change WHERE seq > :since AND +op = 'delete')";

/* What was deleted has no cause any more. */
static void end_deleted(struct db *db, int64_t since)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "since", (json_int_t)since));
    db_exec(db,
            "UPDATE alert SET ended_at = :now, updated_at = :now WHERE ended_at IS NULL "
            "AND cause IN (SELECT k.kind || ':' || c.public_id FROM change c JOIN (SELECT "
            "'low_spool' AS kind, 'spool' AS entity UNION ALL SELECT 'weight_mismatch', 'spool' "
            "UNION ALL SELECT 'dry_by_passed', 'spool' UNION ALL SELECT 'low_product', 'filament') "
            "k ON k.entity = c.entity WHERE c.seq > :since AND c.op = 'delete') /* scan */",
            args);
}

/* Nobody connects to a printer that is switched off or deleted, or whose address is gone: what was
 * told of its connection has no cause any more, and nothing else would end it. */
static void end_unwatched(struct db *db, int64_t since)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "since", (json_int_t)since));
    db_exec(db,
            "UPDATE alert SET ended_at = :now, updated_at = :now WHERE ended_at IS NULL "
            "AND kind IN ('printer_unreachable', 'wrong_access_code', 'certificate_changed', "
            "'locked_mode') AND printer IN (SELECT p.id FROM change c JOIN printer p "
            "ON p.public_id = c.public_id WHERE +c.entity = 'printer' AND c.seq > :since "
            "AND (p.deleted_at IS NOT NULL OR NOT p.enabled OR p.source = 'homeassistant' "
            "OR p.host IS NULL)) /* scan */",
            args);
}

/* What changed: the bits of enum alerts_kinds. */
static const char changed[] =
    "SELECT (SELECT due FROM alert_look WHERE only = 1) "
    "+ 2 * ((SELECT seq FROM change_newest WHERE entity = 'threshold') > :since) "
    "+ 4 * ((SELECT seq FROM change_newest WHERE entity = 'print_job') > :since) "
    "+ 8 * ((SELECT seq FROM change_newest WHERE entity = 'slot') > :since) "
    "+ 16 * ((SELECT seq FROM change_newest WHERE entity = 'printer') > :since)";

struct gate {
    const char *sql;
    int64_t news;
};

/* ${gate}: the one that was asked last. */
static bool has_news(struct db *db, const struct alerts_rule *rule, struct gate *gate,
                     const json_t *args)
{
    if (!rule->gate)
        return true;
    if (gate->sql != rule->gate)
        *gate = (struct gate){rule->gate, db_int(db, rule->gate, args, 0)};
    return (gate->news & rule->bit) != 0;
}

enum err alerts_follow(struct db *db, int64_t since, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:I}", "since", (json_int_t)since, "margin_mg",
                                              (json_int_t)RULE_LOW_MARGIN_MG));
    db_settle(db);
    int64_t kinds = db_int(db, changed, args, ALERTS_ALL);
    struct gate gate = {0};
    enum err e = db_status(db, why);
    for (size_t i = 0; e == OK && i < alerts_rules_count; i++)
        if ((alerts_rules[i].kinds & kinds) && has_news(db, &alerts_rules[i], &gate, args))
            e = follow_rule(db, &alerts_rules[i], since, why);
    if (e == OK && (kinds & ALERTS_ROLLS) && db_int(db, deleted, args, 0))
        end_deleted(db, since);
    if (e == OK && (kinds & ALERTS_PRINTERS))
        end_unwatched(db, since);
    if (e == OK && (kinds & ALERTS_ROLLS))
        db_exec(db, "UPDATE alert_look SET due = 0 WHERE only = 1", NULL);
    return e ? e : db_status(db, why);
}

enum err alerts_day(struct db *db, struct why *why)
{
    enum err e = db_settle(db);
    for (size_t i = 0; e == OK && i < alerts_rules_count; i++)
        if (alerts_rules[i].kind == ALERT_DRY_BY_PASSED)
            e = follow_rule(db, &alerts_rules[i], 0, why);
    return e;
}

enum err alerts_fed(struct db *db, int64_t job, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    db_exec(db,
            "UPDATE alert SET ended_at = :now, updated_at = :now WHERE job = :job "
            "AND kind = 'runout' AND ended_at IS NULL",
            args);
    return db_status(db, why);
}

/* --- printers --- */

static const char *trouble(enum alert_kind kind)
{
    switch (kind) {
    case ALERT_WRONG_ACCESS_CODE:
        return "refuses the access code; look it up on the printer's screen and set it anew";
    case ALERT_CERTIFICATE_CHANGED:
        return "shows another certificate than before; if you know why, accept it (repin)";
    case ALERT_LOCKED_MODE:
        return "reports, but refuses commands: some values may be late; developer mode lifts it";
    default:
        return "cannot be reached";
    }
}

enum err alerts_printer(struct db *db, int64_t printer, enum alert_kind kind, bool lasts,
                        const char *reason, int64_t since, struct why *why)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:s?, s:o}", "id", (json_int_t)printer, "reason", reason,
                              "since", since ? json_integer(since) : json_null()));
    json_auto_t *row = db_row(
        db,
        "SELECT public_id, name, :reason AS reason, "
        "strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(:since, :now) / 1000, 'unixepoch') AS since "
        "FROM printer WHERE id = :id AND deleted_at IS NULL AND enabled",
        args, NULL);
    if (!row)
        return db_status(db, why);
    auto_buf cause = {0}, text = {0};
    json_auto_t *data = db_args(db, data_of(row));
    buf_format(&cause, "%s:%s", alert_slug(kind), args_text(row, "public_id"));
    buf_format(&text, "%s %s", args_text(row, "name"), trouble(kind));
    if (kind == ALERT_PRINTER_UNREACHABLE && reason)
        buf_format(&text, " (%s)", reason);
    if (cause.failed || text.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for an alert");
    const struct alert alert = {
        .kind = kind, .cause = cause.data, .text = text.data, .data = data, .printer = printer};
    return lasts ? alerts_open(db, &alert, why) : alerts_end(db, cause.data, why);
}
