#include "base/auto.h"
#include "core/field.h"
#include "core/rules.h"
#include "store/args.h"
#include "store/db.h"
#include "store/deliveries.h"
#include "store/devices.h"

/* Buttons: what a phone shows at once. */
#define MOST_CANDIDATES "3"

/* A lasting alert that is over, or was seen, or was answered, is no news any more; an event ended
 * when it was told. */
#define MOOT                                                                                       \
    "CASE WHEN a.id IS NULL THEN NULL WHEN a.acked_at IS NOT NULL THEN 'it was seen' "             \
    "WHEN a.ended_at > a.opened_at THEN 'its cause has gone' "                                     \
    "WHEN d.created_at < :now - :oldest THEN 'it is too old' END"

static const struct field next_fields[] = {
    {.name = "data", .kind = K_OBJECT, .doc = "Of the alert"},
};
static const struct field_shape next_shape = {NULL, next_fields, LEN(next_fields), NULL};

static const char next_row[] =
    "SELECT d.id, d.public_id AS delivery_id, coalesce(a.kind, 'test') AS kind, a.severity, "
    "a.text, a.data, " MOOT " AS moot, "
    "strftime('%Y-%m-%dT%H:%M:%SZ', d.created_at / 1000, 'unixepoch') AS created_at, "
    "a.public_id AS alert_id, p.public_id AS printer_id, p.name AS printer, "
    "sl.public_id AS ams_slot_id, sl.unit AS ams_unit_number, sl.slot AS slot_number, sl.label, "
    "s.public_id AS spool_id, j.public_id AS job_id, q.public_id AS question_id, "
    "j.id AS job_row, p.id AS printer_row, q.kind AS question, q.id AS question_row, "
    "(SELECT count(*) FROM question o WHERE o.state = 'open') AS open_questions FROM delivery d LEFT JOIN alert a ON a.id = d.alert "
    "LEFT JOIN printer p ON p.id = a.printer LEFT JOIN slot sl ON sl.id = a.slot "
    "LEFT JOIN spool s ON s.id = a.spool LEFT JOIN job j ON j.id = a.job "
    "LEFT JOIN question q ON q.id = a.question AND q.state = 'open' "
    "WHERE d.state = 'waiting' AND d.channel = :channel AND d.device IS :device "
    "AND d.due_at <= :now ORDER BY d.id LIMIT 1";

static const char candidates_of[] =
    "SELECT c.key AS choice, v.spool_id, v.spool_number, v.brand, v.product_name "
    "FROM question q JOIN json_each(q.candidates) c /* scan */ "
    "JOIN spools v ON v.spool_id = json_extract(c.value, '$.spool_id') "
    "WHERE q.id = :question_row ORDER BY c.key LIMIT " MOST_CANDIDATES;

json_t *deliveries_next(struct db *db, const char *channel, int64_t device)
{
    json_auto_t *args = db_args(
        db, json_pack("{s:s, s:I}", "channel", channel, "oldest", (json_int_t)RULE_DELIVERY_MS));
    db_put(db, args, "device", device ? json_integer(device) : json_null());
    json_t *row = db_row(db, next_row, args, &next_shape);
    if (row && args_given(row, "question_row"))
        db_put(db, row, "candidates", db_rows(db, candidates_of, row, NULL));
    if (row && db_failed(db)) {
        json_decref(row);
        return NULL;
    }
    return row;
}

int64_t deliveries_due(struct db *db, const char *channel)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "channel", channel));
    return db_int(db,
                  "SELECT min(due_at) FROM delivery WHERE state = 'waiting' "
                  "AND channel = :channel",
                  args, INT64_MAX);
}

int64_t deliveries_trial(struct db *db, const char *channel)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "channel", channel));
    return db_int(db,
                  "SELECT max(id) FROM delivery WHERE state = 'waiting' AND channel = :channel "
                  "AND alert IS NULL",
                  args, 0);
}

/* Of a delivery, ${args} {id}, or {channel} itself. */
static void note_channel(struct db *db, const json_t *args, enum deliveries_end end, bool ill)
{
    if (end == DELIVERIES_SENT)
        db_exec(db,
                "UPDATE channel SET last_ok_at = :now, failing_since = NULL, error = NULL "
                "WHERE name = coalesce(:channel, (SELECT channel FROM delivery WHERE id = :id))",
                args);
    else if (ill)
        db_exec(db,
                "UPDATE channel SET failing_since = coalesce(failing_since, :now), error = :error "
                "WHERE name = coalesce(:channel, (SELECT channel FROM delivery WHERE id = :id))",
                args);
}

void deliveries_note_channel(struct db *db, const char *channel, enum deliveries_end end, bool ill,
                             const char *error)
{
    json_auto_t *args = db_args(db, json_pack("{s:s, s:s?}", "channel", channel, "error", error));
    note_channel(db, args, end, ill);
}

enum err deliveries_note(struct db *db, int64_t delivery, enum deliveries_end end, bool ill,
                         const char *error, struct why *why)
{
    static const char *const states[] = {[DELIVERIES_SENT] = "sent",
                                         [DELIVERIES_AGAIN] = "waiting",
                                         [DELIVERIES_FAILED] = "failed",
                                         [DELIVERIES_DROPPED] = "dropped"};
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:s, s:b, s:s?}", "id", (json_int_t)delivery, "state",
                              states[end], "tried", end != DELIVERIES_DROPPED, "error", error));
    db_exec(db,
            "UPDATE delivery SET state = :state, error = :error, attempts = attempts + :tried, "
            "tried_at = CASE WHEN :tried THEN :now ELSE tried_at END, "
            "ended_at = CASE WHEN :state <> 'waiting' THEN :now END "
            "WHERE id = :id AND state = 'waiting'",
            args);
    note_channel(db, args, end, ill);
    return db_status(db, why);
}

enum err deliveries_trim(struct db *db, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "kept", (json_int_t)RULE_DELIVERY_KEPT_MS));
    db_exec(db,
            "DELETE FROM delivery WHERE state <> 'waiting' AND ended_at < :now - :kept /* scan */",
            args);
    devices_sweep(db); /* a key expires without a word */
    return db_status(db, why);
}
