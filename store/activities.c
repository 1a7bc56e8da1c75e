#include "store/activities.h"

#include "base/auto.h"
#include "base/id.h"
#include "core/field.h"
#include "core/rules.h"
#include "store/args.h"
#include "store/db.h"
#include "store/devices.h"
#include "store/list.h"

static const struct field fields[] = {
    {.name = "activity_id", .kind = K_TEXT, .doc = "Identifier of the activity"},
    {.name = "device_id", .kind = K_TEXT, .doc = "Device that shows it"},
    {.name = "job_id", .kind = K_TEXT, .doc = "Print that it shows"},
    {.name = "registered_at", .kind = K_TIME, .doc = "When its token was registered"},
    {.name = "last_sent_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "When Apple last took something for it"},
    {.name = "ended_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "When it was told of the end of its print"},
    {.name = "gone_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "Not updated since then: Apple knows its token no longer"},
};
const struct field_shape activities_shape = {"activities", fields, LEN(fields), "Activity"};

static const struct field open_fields[] = {
    {.name = "sent", .kind = K_OBJECT, .doc = "What it shows"},
    {.name = "active", .kind = K_BOOL, .doc = "Its print goes on"},
};
static const struct field_shape open_shape = {NULL, open_fields, LEN(open_fields), NULL};

/* ---- tokens ---- */

void activities_offer(struct db *db, int64_t device, const char *token)
{
    char id[ID_SIZE];
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:s?}", "device", (json_int_t)device, "token", token));
    if (!token) {
        db_exec(db,
                "DELETE FROM activity WHERE device = :device AND kind = 'start' AND job IS NULL",
                args);
        return;
    }
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_exec(db,
            "INSERT INTO activity (public_id, device, kind, token, registered_at) "
            "VALUES (:public_id, :device, 'start', :token, :now) "
            "ON CONFLICT (device, kind, coalesce(job, 0)) DO UPDATE SET token = excluded.token, "
            "gone_at = NULL, registered_at = excluded.registered_at "
            "WHERE token <> excluded.token",
            args);
}

static enum err row_of(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    *ret = db_row(db,
                  "SELECT * FROM activities WHERE activity_id = (SELECT public_id FROM activity "
                  "WHERE device = :device AND kind = 'update' AND coalesce(job, 0) = :job)",
                  args, &activities_shape);
    return db_status(db, why);
}

/* One that was started from here shows what the start said. */
static void insert(struct db *db, json_t *args)
{
    char id[ID_SIZE];
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_exec(db,
            "INSERT INTO activity (public_id, device, job, kind, token, sent, sent_at, "
            "registered_at) SELECT :public_id, :device, :job, 'update', :token, s.sent, s.sent_at, "
            ":now FROM device d LEFT JOIN activity s ON s.device = d.id AND s.kind = 'start' "
            "AND coalesce(s.job, 0) = :job WHERE d.id = :device",
            args);
}

enum err activities_register(struct db *db, const json_t *args, json_t **ret, bool *ret_made,
                             struct why *why)
{
    json_auto_t *copy = db_args(db, args_copy(args));
    json_auto_t *device = db_row(
        db, "SELECT id, channel = 'apns' AS fits FROM device WHERE public_id = lower(:device_id)",
        args, NULL);
    int64_t job = db_int(db, "SELECT id FROM job WHERE public_id = lower(:job_id)", args, 0);
    if (!device)
        return db_missing(db, why, "device_not_found", "device_id", "no such device");
    if (!job)
        return db_missing(db, why, "job_not_found", "job_id", "no such print job");
    if (!args_int(device, "fits", 0))
        return why_fail(why, ERR_CONFLICT, "no_activities", "device_id",
                        "only devices on the channel apns show activities");
    db_put(db, copy, "job", json_integer(job));
    args_take(copy, "device", device, "id");
    *ret_made = !db_int(db,
                        "SELECT id FROM activity WHERE device = :device AND kind = 'update' "
                        "AND coalesce(job, 0) = :job",
                        copy, 0);
    if (*ret_made)
        insert(db, copy);
    else
        db_exec(db,
                "UPDATE activity SET token = :token, sent = NULL, sent_at = NULL, ended_at = NULL, "
                "gone_at = NULL, registered_at = :now WHERE device = :device AND kind = 'update' "
                "AND coalesce(job, 0) = :job AND token <> :token",
                copy);
    return row_of(db, copy, ret, why);
}

enum err activities_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {{"device_id", "device_id = lower(:device_id)"}};
    static const struct list_sort sorts[] = {{"registered_at", "registered_at"}};
    static const struct list_kind kind = {
        .shape = &activities_shape,
        .key = "activity_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "DESC",
    };
    json_auto_t *device = NULL;
    enum err e = devices_get(db, args, &device, why);
    return e ? e : list_read(db, &kind, args, ret_list, why);
}

enum err activities_delete(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    db_exec(db,
            "DELETE FROM activity WHERE public_id = lower(:activity_id) AND kind = 'update' "
            "AND device = (SELECT id FROM device WHERE public_id = lower(:device_id))",
            args);
    if (!db_changes(db))
        return db_missing(db, why, "activity_not_found", "activity_id", "no such activity");
    *ret = db_args(db, json_pack("{s:O, s:s}", "activity_id", json_object_get(args, "activity_id"),
                                 "status", "deleted"));
    return db_status(db, why);
}

/* ---- what is to be told ---- */

#define OF_THE_PRINT                                                                                \
    "j.id AS job, j.public_id AS job_id, j.printer AS printer, p.public_id AS printer_id, "         \
    "p.name AS printer_name, coalesce(j.name, j.file_name) AS name, j.ended_at IS NULL AS active, " \
    "j.status, j.progress_percent, j.layer, j.total_layers "
/* Nobody but Apple shows any, whatever a device was registered for before. */
#define SENT_TO                                                                                    \
    "d.channel = :channel AND d.channel = 'apns' AND d.enabled = 1 AND d.gone_at IS NULL "

json_t *activities_open(struct db *db, const char *channel)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "channel", channel));
    return db_rows(
        db,
        "SELECT a.id, a.device, a.kind, a.token, a.registered_at, a.sent, a.sent_at, " OF_THE_PRINT
        "FROM activity a /* scan */ JOIN device d ON d.id = a.device JOIN job j ON j.id = a.job "
        "JOIN printer p ON p.id = j.printer WHERE a.kind = 'update' AND a.ended_at IS NULL "
        "AND a.gone_at IS NULL AND " SENT_TO "UNION ALL "
        "SELECT a.id, a.device, a.kind, a.token, a.registered_at, NULL, NULL, " OF_THE_PRINT
        "FROM activity a /* scan */ JOIN device d ON d.id = a.device "
        "JOIN job j ON j.ended_at IS NULL AND j.kind = 'print' "
        "AND j.created_at >= a.registered_at JOIN printer p ON p.id = j.printer "
        "WHERE a.kind = 'start' AND a.job IS NULL AND a.gone_at IS NULL AND " SENT_TO
        "AND NOT EXISTS (SELECT 1 FROM activity x WHERE x.device = a.device AND x.job = j.id)",
        args, &open_shape);
}

/* ---- what became of it ---- */

/* The app may have registered what was started before that is noted here. */
static void note_started(struct db *db, json_t *args)
{
    char id[ID_SIZE];
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_exec(db,
            "INSERT INTO activity (public_id, device, job, kind, token, sent, sent_at, "
            "registered_at) SELECT :public_id, a.device, :job, 'start', a.token, :state, :now, "
            "a.registered_at FROM activity a WHERE a.id = :id "
            "ON CONFLICT (device, kind, coalesce(job, 0)) DO NOTHING",
            args);
    db_exec(db,
            "UPDATE activity SET sent = :state, sent_at = :now WHERE device = :device "
            "AND kind = 'update' AND coalesce(job, 0) = :job AND sent IS NULL",
            args);
}

enum err activities_note(struct db *db, const json_t *activity, enum activities_end end,
                         const json_t *state, struct why *why)
{
    json_auto_t *args = db_args(db, args_copy(activity));
    bool starts = args_text(activity, "kind")[0] == 's';
    db_put(db, args, "state", state ? json_deep_copy(state) : json_null());
    db_put(db, args, "ended", json_boolean(end == ACTIVITIES_ENDED));
    if (end == ACTIVITIES_GONE)
        db_exec(db, "UPDATE activity SET gone_at = :now WHERE id = :id AND token = :token", args);
    else if (starts)
        note_started(db, args);
    else
        db_exec(db,
                "UPDATE activity SET sent = :state, sent_at = :now, "
                "ended_at = CASE WHEN :ended THEN :now END WHERE id = :id AND token = :token",
                args);
    return db_status(db, why);
}

enum err activities_trim(struct db *db, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "kept", (json_int_t)RULE_DELIVERY_KEPT_MS));
    db_exec(db,
            "DELETE FROM activity WHERE job IN (SELECT id FROM job "
            "WHERE ended_at < :now - :kept /* scan */)",
            args);
    return db_status(db, why);
}
