#include "store/devices.h"

#include <string.h>

#include "base/auto.h"
#include "base/id.h"
#include "core/field.h"
#include "core/preference.h"
#include "store/activities.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"

const char *const devices_channels[] = {"apns", "webpush", NULL};
const char *const devices_environments[] = {"production", "sandbox", NULL};

static const struct field fields[] = {
    {.name = "device_id", .kind = K_TEXT, .doc = "Identifier of the device"},
    {.name = "installation_id", .kind = K_TEXT, .doc = "What the app calls its installation"},
    {.name = "name", .kind = K_TEXT, .doc = "What people call it"},
    {.name = "platform", .kind = K_TEXT, .doc = "Its system"},
    {.name = "app_version", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "As the app said"},
    {.name = "locale", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "As the app said"},
    {.name = "channel",
     .kind = K_TEXT,
     .words = devices_channels,
     .doc = "How it is sent to; the address itself is never shown"},
    {.name = "environment",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .words = devices_environments,
     .doc = "Of apns: where its token is valid"},
    {.name = "preferences",
     .kind = K_OBJECT,
     .doc = "What it wants to be told, and when",
     .of = &preference_shape},
    {.name = "enabled", .kind = K_BOOL, .doc = "False: it is not sent to, as somebody wanted"},
    {.name = "key_id",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "API key that registered it; when that is revoked, it is gone"},
    {.name = "last_seen_at", .kind = K_TIME, .doc = "When it last registered"},
    {.name = "last_ok_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "When its push service last took something"},
    {.name = "gone_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "Not sent to since then, until it registers again"},
    {.name = "last_error",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Why the last one did not reach it"},
    {.name = "created_at", .kind = K_TIME, .doc = "When it first registered"},
    {.name = "updated_at",
     .kind = K_TIME,
     .doc = "When anything but last_seen_at, last_ok_at changed"},
};
const struct field_shape devices_shape = {"devices", fields, LEN(fields), "Device"};

bool devices_channel(const char *channel)
{
    for (size_t i = 0; devices_channels[i]; i++)
        if (strcmp(channel, devices_channels[i]) == 0)
            return true;
    return false;
}

static const struct field target_fields[] = {
    {.name = "address", .kind = K_OBJECT, .doc = "What the channel has to know"},
    {.name = "preferences", .kind = K_OBJECT, .doc = "What it wants to be told"},
};
static const struct field_shape target_shape = {NULL, target_fields, LEN(target_fields), NULL};

#define TARGET                                                                                     \
    "SELECT id, public_id AS device_id, address, preferences, last_seen_at FROM device "           \
    "WHERE channel = :channel AND enabled = 1 AND gone_at IS NULL "

json_t *devices_of(struct db *db, const char *channel)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "channel", channel));
    return db_rows(db, TARGET "ORDER BY id /* scan */", args, &target_shape);
}

json_t *devices_target(struct db *db, const char *channel, int64_t device)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:s, s:I}", "channel", channel, "id", (json_int_t)device));
    return db_row(db, TARGET "AND id = :id", args, &target_shape);
}

int64_t devices_seen(struct db *db, int64_t device)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)device));
    return db_int(db, "SELECT last_seen_at FROM device WHERE id = :id", args, 0);
}

void devices_sweep(struct db *db)
{
    db_exec(db,
            "UPDATE device SET gone_at = :now, last_error = 'its API key is not valid any more', "
            "updated_at = :now WHERE gone_at IS NULL AND api_key IN (SELECT id FROM api_key "
            "WHERE revoked_at IS NOT NULL OR expires_at <= :now) /* scan */",
            NULL);
    db_exec(db,
            "UPDATE delivery SET state = 'dropped', ended_at = :now, "
            "error = 'the device is not sent to any more' WHERE state = 'waiting' "
            "AND device IS NOT NULL AND NOT EXISTS (SELECT 1 FROM device v "
            "WHERE v.id = delivery.device AND v.channel = delivery.channel AND v.enabled = 1 "
            "AND v.gone_at IS NULL) /* scan */",
            NULL);
}

/* ---- as clients see it ---- */

static int64_t find(struct db *db, const json_t *args)
{
    return db_int(db, "SELECT id FROM device WHERE public_id = lower(:device_id)", args, 0);
}

static enum err missing(struct db *db, struct why *why)
{
    return db_missing(db, why, "device_not_found", "device_id", "no such device");
}

static enum err row_of(struct db *db, int64_t id, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    *ret = db_row(db,
                  "SELECT * FROM devices WHERE device_id = "
                  "(SELECT public_id FROM device WHERE id = :id)",
                  args, &devices_shape);
    return *ret ? OK : missing(db, why);
}

enum err devices_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = find(db, args);
    return id ? row_of(db, id, ret, why) : missing(db, why);
}

enum err devices_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"channel", "channel = :channel"},
        {"installation_id", "installation_id = :installation_id"},
    };
    static const struct list_sort sorts[] = {{"created_at", "created_at"}, {"name", "name"}};
    static const struct list_kind kind = {
        .shape = &devices_shape,
        .entity = "device",
        .key = "device_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    return list_read(db, &kind, args, ret_list, why);
}

/* ---- registration ---- */

static int64_t insert(struct db *db, json_t *args)
{
    char id[ID_SIZE];
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_exec(db,
            "INSERT INTO device (public_id, installation, name, platform, app_version, locale, "
            "channel, address, preferences, api_key, last_seen_at, created_at, updated_at) VALUES "
            "(:public_id, :installation_id, :name, :platform, :app_version, :locale, :channel, "
            ":address, coalesce(:preferences, '{}'), :key, :now, :now, :now)",
            args);
    return db_last_row(db);
}

/* Apps register at each start: mostly nothing changes but that they were seen. */
static void change(struct db *db, const json_t *args)
{
    db_exec(db,
            "UPDATE device SET name = :name, platform = :platform, app_version = :app_version, "
            "locale = :locale, channel = :channel, address = :address, api_key = :key, "
            "preferences = coalesce(:preferences, preferences), gone_at = NULL, last_error = NULL, "
            "updated_at = :now WHERE id = :id AND (name <> :name OR platform <> :platform "
            "OR app_version IS NOT :app_version OR locale IS NOT :locale OR channel <> :channel "
            "OR address <> :address OR api_key IS NOT :key OR gone_at IS NOT NULL "
            "OR preferences <> coalesce(:preferences, preferences))",
            args);
    db_exec(db, "UPDATE device SET last_seen_at = :now WHERE id = :id", args);
    devices_sweep(db);
}

enum err devices_register(struct db *db, const json_t *args, json_t **ret, bool *ret_made,
                          struct why *why)
{
    json_auto_t *copy = db_args(db, args_copy(args));
    db_exec(db,
            "DELETE FROM device WHERE installation <> :installation_id "
            "AND coalesce(json_extract(address, '$.token'), json_extract(address, '$.endpoint')) "
            "= coalesce(json_extract(:address, '$.token'), json_extract(:address, '$.endpoint'))",
            copy);
    int64_t id = db_int(db, "SELECT id FROM device WHERE installation = :installation_id", copy, 0);
    *ret_made = !id;
    db_put(db, copy, "id", json_integer(id));
    if (id)
        change(db, copy);
    else
        id = insert(db, copy);
    activities_offer(db, id, args_text(args, "start_token"));
    return row_of(db, id, ret, why);
}

enum err devices_update(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = find(db, args);
    if (!id)
        return missing(db, why);
    json_auto_t *copy = db_args(db, args_copy(args));
    db_put(db, copy, "id", json_integer(id));
    if (args_has(args, "name") || args_has(args, "enabled") || args_has(args, "preferences"))
        db_exec(db,
                "UPDATE device SET name = coalesce(:name, name), enabled = coalesce(:enabled, "
                "enabled), preferences = coalesce(:preferences, preferences), updated_at = :now "
                "WHERE id = :id",
                copy);
    devices_sweep(db);
    return row_of(db, id, ret, why);
}

enum err devices_delete(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    if (!find(db, args))
        return missing(db, why);
    db_exec(db, "DELETE FROM device WHERE public_id = lower(:device_id)", args);
    *ret = db_args(db, json_pack("{s:O, s:s}", "device_id", json_object_get(args, "device_id"),
                                 "status", "deleted"));
    return db_status(db, why);
}

/* ---- what sending to it says ---- */

static void note_sent(struct db *db, const json_t *args)
{
    db_exec(db, "UPDATE device SET last_ok_at = :now WHERE id = :id", args);
    db_exec(db,
            "UPDATE device SET last_error = NULL, updated_at = :now "
            "WHERE id = :id AND last_error IS NOT NULL",
            args);
}

static void note_moved(struct db *db, const json_t *args)
{
    db_exec(db,
            "UPDATE device SET address = json_set(address, '$.environment', "
            "CASE json_extract(address, '$.environment') WHEN 'sandbox' THEN 'production' "
            "ELSE 'sandbox' END), updated_at = :now WHERE id = :id",
            args);
}

static void note_ill(struct db *db, const json_t *args)
{
    db_exec(db,
            "UPDATE device SET last_error = :error, updated_at = :now "
            "WHERE id = :id AND last_error IS NOT :error",
            args);
}

enum err devices_note(struct db *db, int64_t device, enum devices_end end, const char *error,
                      struct why *why)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:s?}", "id", (json_int_t)device, "error", error));
    if (end == DEVICES_MOVED)
        note_moved(db, args);
    if (end == DEVICES_SENT || end == DEVICES_MOVED)
        note_sent(db, args);
    else
        note_ill(db, args);
    if (end == DEVICES_GONE) {
        db_exec(db, "UPDATE device SET gone_at = :now WHERE id = :id AND gone_at IS NULL", args);
        devices_sweep(db);
    }
    return db_status(db, why);
}
