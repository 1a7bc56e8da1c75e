#include "store/settings.h"

#include <string.h>

#include "base/auto.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"

static char *dumped(const json_t *value)
{
    return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
}

static void put(struct db *db, const char *sql, const char *key, const json_t *value)
{
    auto_free char *text = json_is_null(value) ? NULL : dumped(value);
    json_auto_t *args = db_args(db, json_pack("{s:s, s:s?}", "key", key, "value", text));
    db_exec(db, sql, args);
}

enum err settings_configure(struct db *db, const json_t *defaults, struct why *why)
{
    json_auto_t *keys = db_args(db, json_pack("{s:O?}", "keys", defaults));
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)defaults, key, value)
        put(db,
            "INSERT INTO setting (key, configured, updated_at) VALUES (:key, :value, :now) "
            "ON CONFLICT (key) DO UPDATE SET configured = excluded.configured, "
            "updated_at = excluded.updated_at WHERE configured IS NOT excluded.configured",
            key, value);
    db_exec(
        db,
        "UPDATE setting SET configured = NULL, updated_at = :now WHERE configured IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM json_each(:keys) k WHERE k.key = setting.key) /* scan */",
        keys);
    return db_status(db, why);
}

static const char *const origins[] = {"default", "api", NULL};

static const struct field fields[] = {
    {.name = "value", .kind = K_ANY, .flags = FIELD_NULLABLE, .doc = "What is in force"},
    {.name = "default",
     .kind = K_ANY,
     .flags = FIELD_NULLABLE,
     .doc = "What the configuration says, or is built in"},
    {.name = "origin", .kind = K_TEXT, .words = origins, .doc = "Who set it"},
};
static const struct field_shape shape = {NULL, fields, LEN(fields), "Setting"};
static const struct field each = {.kind = K_OBJECT, .of = &shape};
const struct field_shape settings_shape = {NULL, &each, 1, "Settings"};

enum err settings_list(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    (void)args;
    json_auto_t *rows =
        db_rows(db,
                "SELECT /* scan */ key, value, default_value AS \"default\", origin "
                "FROM settings ORDER BY key",
                NULL, &shape);
    json_auto_t *all = db_args(db, json_object());
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        json_auto_t *key = json_incref(json_object_get(row, "key"));
        json_object_del(row, "key");
        db_put(db, all, json_string_value(key), json_incref(row));
    }
    if (!db_failed(db))
        *ret = json_incref(all);
    return db_status(db, why);
}

static bool known(struct db *db, const char *key)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "key", key));
    return db_int(db, "SELECT 1 FROM setting WHERE key = :key", args, 0) != 0;
}

/* A number stays a number, a text a text: the default tells which. */
static bool fits(struct db *db, const char *key, const json_t *value)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "key", key));
    json_auto_t *row =
        db_row(db, "SELECT configured AS value FROM setting WHERE key = :key", args, &shape);
    const json_t *was = json_object_get(row, "value");
    if (!was || json_is_null(was) || json_is_null(value))
        return true;
    return json_typeof(was) == json_typeof(value) ||
           (json_is_boolean(was) && json_is_boolean(value)) ||
           (json_is_number(was) && json_is_number(value));
}

enum err settings_update(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)args, key, value) {
        if (!known(db, key))
            return db_failed(db) ? db_status(db, why)
                                 : why_fail(why, ERR_INVALID, "unknown_setting", key,
                                            "there is no setting %s", key);
        if (!fits(db, key, value))
            return why_fail(why, ERR_INVALID, "wrong_type", key,
                            "%s does not take a value of that kind", key);
        put(db,
            "UPDATE setting SET chosen = :value, updated_at = :now "
            "WHERE key = :key AND chosen IS NOT :value",
            key, value);
    }
    return settings_list(db, NULL, ret, why);
}

json_t *settings_get(struct db *db, const char *key)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "key", key));
    json_auto_t *row =
        db_row(db, "SELECT coalesce(chosen, configured) AS value FROM setting WHERE key = :key",
               args, &shape);
    json_t *value = json_object_get(row, "value");
    return value && !json_is_null(value) ? json_incref(value) : NULL;
}
