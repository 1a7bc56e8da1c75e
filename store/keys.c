#include "store/keys.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/sha256.h"
#include "base/text.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/devices.h"
#include "store/list.h"

enum { PREFIX_BYTES = 4, PREFIX_SIZE = 2 * PREFIX_BYTES + 1, SECRET_BYTES = 32, SECRET_SIZE = 45 };

static const int64_t touch_ms = 3600 * 1000;

const char *const keys_scopes[] = {"read",       "spools:write", "slots:write",
                                   "jobs:write", "devices",      "webhook",
                                   "metrics",    "admin",        NULL};

static const struct field scope_item = {.kind = K_TEXT, .words = keys_scopes};
const struct field_shape keys_scope_shape = {.fields = &scope_item, .count = 1};

static const struct field fields[] = {
    {.name = "key_id", .kind = K_TEXT, .doc = "Identifier of the key"},
    {.name = "name", .kind = K_TEXT, .doc = "Whose or what for"},
    {.name = "prefix", .kind = K_TEXT, .doc = "To recognise it by"},
    {.name = "scopes", .kind = K_LIST, .doc = "What it may do", .of = &keys_scope_shape},
    {.name = "device_name",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "What the device called itself; null: not made by pairing"},
    {.name = "platform", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Its system, as it said"},
    {.name = "created_at", .kind = K_TIME, .doc = "When it was made"},
    {.name = "expires_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "Valid until then"},
    {.name = "last_used_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "Last use, to the hour"},
    {.name = "revoked_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "Invalid since then"},
    {.name = "key", .kind = K_TEXT, .doc = "The key itself, shown this once"},
};
const struct field_shape keys_shape = {"api_keys", fields, LEN(fields) - 1, "ApiKey"};
const struct field_shape keys_created_shape = {NULL, fields, LEN(fields), "ApiKeyCreated"};

static bool known_scope(const char *scope)
{
    for (size_t i = 0; scope && keys_scopes[i]; i++)
        if (strcmp(keys_scopes[i], scope) == 0)
            return true;
    return false;
}

enum err keys_check_scopes(const json_t *scopes, struct why *why)
{
    size_t i;
    const json_t *scope;
    if (!json_array_size(scopes))
        return why_fail(why, ERR_INVALID, "required", "scopes", "name at least one scope");
    json_array_foreach (scopes, i, scope) {
        if (!known_scope(json_string_value(scope)))
            return why_fail(why, ERR_INVALID, "unknown_scope", "scopes",
                            "scopes are read, spools:write, slots:write, jobs:write, devices, "
                            "webhook, metrics, admin");
    }
    return OK;
}

/* Milliseconds, or text where no body check was before. */
static enum err take_expiry(struct db *db, json_t *args, struct why *why)
{
    int64_t at = args_int(args, "expires_at", 0);
    const char *text = args_text(args, "expires_at");
    if (text && !text_to_time(text, true, &at))
        return why_fail(why, ERR_INVALID, "invalid_time", "expires_at",
                        "a time looks like 2026-12-31T00:00:00Z");
    if (at && at <= db_now(db))
        return why_fail(why, ERR_INVALID, "in_the_past", "expires_at",
                        "the key would never be valid");
    db_put(db, args, "expires_at", at ? json_integer(at) : json_null());
    return OK;
}

/* fd_<prefix>_<256 bits, base64url> */
static void make_key(struct buf *ret_key, char ret_prefix[PREFIX_SIZE])
{
    uint8_t random[PREFIX_BYTES + SECRET_BYTES];
    char secret[SECRET_SIZE];
    id_random(random, sizeof random);
    text_hex(ret_prefix, random, PREFIX_BYTES);
    text_base64url(secret, random + PREFIX_BYTES, SECRET_BYTES);
    buf_format(ret_key, "fd_%s_%s", ret_prefix, secret);
    memset(random, 0, sizeof random);
    memset(secret, 0, sizeof secret);
}

static enum err row_of(struct db *db, const char *id, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "id", id));
    *ret = db_row(db, "SELECT * FROM api_keys WHERE key_id = :id", args, &keys_shape);
    return *ret ? OK : db_missing(db, why, "key_not_found", "key_id", "no such key");
}

static enum err insert(struct db *db, json_t *args, json_t **ret, struct why *why)
{
    auto_buf key = {0};
    char prefix[PREFIX_SIZE], hash[SHA256_HEX_SIZE], id[ID_SIZE];
    make_key(&key, prefix);
    if (key.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a key");
    sha256_hex(key.data, key.len, hash);
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_put(db, args, "prefix", json_string(prefix));
    db_put(db, args, "hash", json_string(hash));
    db_exec(db,
            "INSERT INTO api_key (public_id, name, prefix, hash, scopes, device_name, platform, "
            "expires_at, created_at, updated_at) VALUES (:public_id, :name, :prefix, :hash, "
            ":scopes, :device_name, :platform, :expires_at, :now, :now)",
            args);
    enum err e = row_of(db, id, ret, why);
    if (e == OK)
        db_put(db, *ret, "key", json_stringn(key.data, key.len));
    memset(key.data, 0, key.len);
    return e ? e : db_status(db, why);
}

enum err keys_create(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *copy = db_args(db, args_copy(args));
    if (!args_text(args, "name"))
        return why_fail(why, ERR_INVALID, "required", "name", "a key needs a name");
    enum err e = keys_check_scopes(json_object_get(args, "scopes"), why);
    if (e == OK)
        e = take_expiry(db, copy, why);
    return e ? e : insert(db, copy, ret, why);
}

enum err keys_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_sort sorts[] = {{"created_at", "created_at"}, {"name", "name"}};
    static const struct list_kind kind = {
        .shape = &keys_shape,
        .entity = "api_key",
        .key = "key_id",
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    return list_read(db, &kind, args, ret_list, why);
}

static enum err find(struct db *db, const json_t *args, json_t **ret_row, struct why *why)
{
    *ret_row = db_row(db,
                      "SELECT public_id FROM api_key WHERE public_id = lower(:key_id) "
                      "OR prefix = lower(:key_id)",
                      args, NULL);
    return *ret_row ? OK : db_missing(db, why, "key_not_found", "key_id", "no such key");
}

enum err keys_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row = NULL;
    enum err e = find(db, args, &row, why);
    return e ? e : row_of(db, args_text(row, "public_id"), ret, why);
}

enum err keys_update(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row = NULL, *copy = db_args(db, args_copy(args));
    bool expiry = args_has(args, "expires_at");
    enum err e = find(db, args, &row, why);
    if (e == OK && expiry)
        e = take_expiry(db, copy, why);
    if (e != OK)
        return e;
    args_take(copy, "public_id", row, "public_id");
    db_put(db, copy, "expiry", json_boolean(expiry));
    if (expiry || args_has(args, "name"))
        db_exec(db,
                "UPDATE api_key SET name = coalesce(:name, name), "
                "expires_at = CASE WHEN :expiry THEN :expires_at ELSE expires_at END, "
                "updated_at = :now WHERE public_id = :public_id",
                copy);
    return row_of(db, args_text(row, "public_id"), ret, why);
}

enum err keys_revoke(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row = NULL;
    enum err e = find(db, args, &row, why);
    if (e != OK)
        return e;
    db_exec(db,
            "UPDATE api_key SET revoked_at = :now, updated_at = :now "
            "WHERE public_id = :public_id AND revoked_at IS NULL",
            row);
    devices_sweep(db);
    return row_of(db, args_text(row, "public_id"), ret, why);
}

static enum err refuse(struct why *why, const char *code, const char *text)
{
    return why_fail(why, ERR_DENIED, code, NULL, "%s", text);
}

/* By `hash` or by `id`, whichever ${args} has. */
static enum err valid(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    static const struct field types[] = {{.name = "scopes", .kind = K_LIST}};
    static const struct field_shape shape = {"api_key", types, LEN(types)};
    json_auto_t *row = db_row(db,
                              "SELECT id, public_id AS key_id, name, scopes, last_used_at, "
                              "revoked_at, expires_at FROM api_key WHERE hash = :hash OR id = :id",
                              args, &shape);
    if (db_failed(db))
        return db_status(db, why);
    if (!row)
        return refuse(why, "invalid_key", "the key is not known here");
    if (args_given(row, "revoked_at"))
        return refuse(why, "key_revoked", "the key was revoked");
    if (args_given(row, "expires_at") && args_int(row, "expires_at", 0) <= db_now(db))
        return refuse(why, "key_expired", "the key has expired");
    *ret = json_incref(row);
    return OK;
}

/* Looked up by its hash: timing tells nothing about a stored key. */
enum err keys_find(struct db *db, const char *key, json_t **ret, struct why *why)
{
    char hash[SHA256_HEX_SIZE];
    sha256_hex(key, strlen(key), hash);
    json_auto_t *args = db_args(db, json_pack("{s:s}", "hash", hash));
    return valid(db, args, ret, why);
}

enum err keys_still(struct db *db, int64_t key, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)key));
    return valid(db, args, ret, why);
}

enum err keys_touch(struct db *db, int64_t key, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:I}", "id", (json_int_t)key, "before",
                                              (json_int_t)(db_now(db) - touch_ms)));
    db_exec(db,
            "UPDATE api_key SET last_used_at = :now WHERE id = :id "
            "AND coalesce(last_used_at, 0) < :before",
            args);
    return db_status(db, why);
}

int64_t keys_count(struct db *db)
{
    return db_int(db,
                  "SELECT /* scan */ count(*) FROM api_key WHERE revoked_at IS NULL "
                  "AND (expires_at IS NULL OR expires_at > :now)",
                  NULL, 0);
}
