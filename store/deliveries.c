#include "store/deliveries.h"

#include "base/auto.h"
#include "base/id.h"
#include "base/text.h"
#include "core/field.h"
#include "core/preference.h"
#include "store/args.h"
#include "store/db.h"
#include "store/devices.h"
#include "store/list.h"

const char *const deliveries_states[] = {"waiting", "sent", "failed", "dropped", NULL};

static const struct field fields[] = {
    {.name = "delivery_id", .kind = K_TEXT, .doc = "Identifier, the same at each attempt"},
    {.name = "channel", .kind = K_TEXT, .doc = "On which way"},
    {.name = "device_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "To which device"},
    {.name = "alert_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "What is told"},
    {.name = "kind", .kind = K_TEXT, .doc = "Kind of the alert; test: a trial"},
    {.name = "state", .kind = K_TEXT, .words = deliveries_states, .doc = "What became of it"},
    {.name = "attempts", .kind = K_INT, .doc = "How often it was tried"},
    {.name = "error", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Why it was not sent"},
    {.name = "created_at", .kind = K_TIME, .doc = "Since when it is to be sent"},
    {.name = "due_at", .kind = K_TIME, .doc = "Not before then: quiet hours"},
    {.name = "tried_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "The last attempt"},
    {.name = "ended_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "When it was sent, or given up"},
};
const struct field_shape deliveries_shape = {"deliveries", fields, LEN(fields), "Delivery"};

static const struct field channel_fields[] = {
    {.name = "channel", .kind = K_TEXT, .doc = "Name of the channel"},
    {.name = "ready", .kind = K_BOOL, .doc = "It is configured"},
    {.name = "waiting", .kind = K_INT, .doc = "How much waits for it"},
    {.name = "last_ok_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "The last success"},
    {.name = "failing_since",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "Since when it does not work"},
    {.name = "error", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Why it does not"},
};
const struct field_shape deliveries_channel_shape = {"channels", channel_fields,
                                                     LEN(channel_fields), "NotificationChannel"};

/* --- what there is to send --- */

enum err deliveries_channels(struct db *db, const char *const *names, size_t count, struct why *why)
{
    db_exec(db, "UPDATE channel SET ready = 0 /* scan */", NULL);
    for (size_t i = 0; i < count; i++) {
        json_auto_t *args = db_args(db, json_pack("{s:s}", "name", names[i]));
        db_exec(db,
                "INSERT INTO channel (name, ready) VALUES (:name, 1) "
                "ON CONFLICT (name) DO UPDATE SET ready = 1",
                args);
    }
    db_exec(db, "UPDATE channel SET failing_since = NULL, error = NULL WHERE ready = 0 /* scan */",
            NULL);
    db_exec(db,
            "UPDATE delivery SET state = 'dropped', ended_at = :now, "
            "error = 'the channel is not configured any more' WHERE state = 'waiting' "
            "AND channel IN (SELECT name FROM channel WHERE ready = 0 /* scan */)",
            NULL);
    return db_status(db, why);
}

/* args: channel, alert, device, due. Once is enough, whoever asks. */
static void add(struct db *db, json_t *args)
{
    char id[ID_SIZE];
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_exec(db,
            "INSERT INTO delivery (public_id, alert, channel, device, due_at, created_at) "
            "VALUES (:public_id, :alert, :channel, :device, coalesce(:due, :now), :now) "
            "ON CONFLICT (alert, channel, coalesce(device, 0)) DO NOTHING",
            args);
}

/* A device that does not want it has no row; one that sleeps has it later. */
static void add_to_devices(struct db *db, const json_t *channel, int64_t alert,
                           enum alert_kind kind)
{
    json_auto_t *devices = devices_of(db, args_text(channel, "name"));
    size_t i;
    const json_t *device;
    json_array_foreach (devices, i, device) {
        int64_t wait = preference_wait(json_object_get(device, "preferences"), kind, db_now(db));
        if (wait == PREFERENCE_NEVER)
            continue;
        json_int_t due = db_now(db) + wait;
        json_auto_t *args =
            db_args(db, json_pack("{s:O, s:I, s:O, s:I}", "channel",
                                  json_object_get(channel, "name"), "alert", (json_int_t)alert,
                                  "device", json_object_get(device, "id"), "due", due));
        add(db, args);
    }
}

enum err deliveries_queue(struct db *db, int64_t alert, enum alert_kind kind, struct why *why)
{
    json_auto_t *channels =
        db_rows(db, "SELECT name FROM channel WHERE ready = 1 /* scan */", NULL, NULL);
    size_t i;
    const json_t *channel;
    json_array_foreach (channels, i, channel) {
        if (devices_channel(args_text(channel, "name"))) {
            add_to_devices(db, channel, alert, kind);
            continue;
        }
        json_auto_t *args =
            db_args(db, json_pack("{s:O, s:I}", "channel", json_object_get(channel, "name"),
                                  "alert", (json_int_t)alert));
        add(db, args);
    }
    return db_status(db, why);
}

/* --- trials --- */

static enum err check_ready(struct db *db, const json_t *args, struct why *why)
{
    const char *channel = args_text(args, "channel");
    if (db_int(db, "SELECT 1 FROM channel WHERE name = :channel AND ready = 1", args, 0) ||
        db_failed(db))
        return db_status(db, why);
    return why_fail(why, ERR_CONFLICT, "channel_not_ready", "channel",
                    "%s is not configured: see [push.%s] of the configuration", channel, channel);
}

static void try_channel(struct db *db, const json_t *channel, const json_t *device, json_t *ids)
{
    json_auto_t *args = db_args(db, json_pack("{s:O, s:O?}", "channel", channel, "device", device));
    add(db, args);
    json_array_append(ids, json_object_get(args, "public_id"));
}

static void try_all(struct db *db, const json_t *args, json_t *ids)
{
    json_auto_t *channels = db_rows(
        db,
        "SELECT name FROM channel WHERE ready = 1 AND (:channel IS NULL OR name = :channel) "
        "ORDER BY name /* scan */",
        args, NULL);
    const char *wanted = args_text(args, "device_id");
    size_t i, n;
    const json_t *channel, *device;
    json_array_foreach (channels, i, channel) {
        const json_t *name = json_object_get(channel, "name");
        bool each = devices_channel(json_string_value(name));
        json_auto_t *devices = each ? devices_of(db, json_string_value(name)) : NULL;
        if (!each && !wanted)
            try_channel(db, name, NULL, ids);
        json_array_foreach (devices, n, device)
            if (!wanted || text_equal_nocase(wanted, args_text(device, "device_id")))
                try_channel(db, name, json_object_get(device, "id"), ids);
    }
}

enum err deliveries_try(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    enum err e = args_given(args, "channel") ? check_ready(db, args, why) : OK;
    if (e != OK)
        return e;
    json_auto_t *ids = db_args(db, json_array());
    try_all(db, args, ids);
    if (!db_failed(db) && json_array_size(ids) == 0)
        return why_fail(why, ERR_CONFLICT, "nothing_to_test",
                        args_given(args, "device_id") ? "device_id" : "channel",
                        "no channel is configured, or no device is registered with it");
    json_auto_t *found = db_args(db, json_pack("{s:O}", "ids", ids));
    json_auto_t *rows = db_rows(db,
                                "SELECT * FROM deliveries WHERE delivery_id IN "
                                "(SELECT value FROM json_each(:ids)) ORDER BY channel",
                                found, &deliveries_shape);
    *ret = db_args(db, json_pack("{s:O?}", "deliveries", rows));
    return db_status(db, why);
}

/* --- lists --- */

enum err deliveries_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    *ret = db_row(db, "SELECT * FROM deliveries WHERE delivery_id = lower(:delivery_id)", args,
                  &deliveries_shape);
    return *ret ? OK : db_missing(db, why, "delivery_not_found", "delivery_id", "no such delivery");
}

enum err deliveries_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"state", "state = :state"},
        {"channel", "channel = :channel"},
        {"alert_id", "alert_id = lower(:alert_id)"},
        {"device_id", "device_id = lower(:device_id)"},
    };
    static const struct list_sort sorts[] = {{"created_at", "created_at"}};
    static const struct list_kind kind = {
        .shape = &deliveries_shape,
        .key = "delivery_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "DESC",
    };
    return list_read(db, &kind, args, ret_list, why);
}

enum err deliveries_channel_list(struct db *db, const json_t *args, struct list *ret_list,
                                 struct why *why)
{
    static const struct list_sort sorts[] = {{"channel", "channel"}};
    static const struct list_kind kind = {
        .shape = &deliveries_channel_shape,
        .key = "channel",
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    return list_read(db, &kind, args, ret_list, why);
}
