#include "service/declared.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "bridge/hub.h"
#include "bridge/printer/secret.h"
#include "core/model.h"
#include "service/config.h"
#include "service/config_rules.h"
#include "store/db.h"
#include "store/printers.h"

enum { PATH_SIZE = 1100 };

struct run {
    const struct config *config;
    const struct secret *secret;
    json_t *applied; /* {NAME: {key: value}} as it was applied last */
};

/* Columns that are compared as they are. */
static const struct {
    const char *key, *column;
} keys[] = {{"serial", "serial"},
            {"host", "host"},
            {"port", "port"},
            {"name", "name"},
            {"model", "model"},
            {"pin", "pin_sha256"},
            {"enabled", "enabled"},
            {"ftps_port", "ftps_port"},
            {"fetch_sliced_file", "fetch_sliced_file"},
            {"fetch_plain_data", "fetch_plain_data"}};

static json_t *value_json(const struct config_key *row, const char *text)
{
    int64_t number = 0;
    bool on = false;
    char pin[65];
    if (row->kind == CONFIG_INT)
        return text_to_int(text, &number) ? json_integer(number) : NULL;
    if (row->kind == CONFIG_BOOL)
        return config_rules_bool(text, &on) ? json_boolean(on) : NULL;
    if (row->kind == CONFIG_PIN)
        return config_rules_pin(text, pin) ? json_string(pin) : NULL;
    return json_string(row->kind == CONFIG_MODEL ? model_name(model_from_name(text)) : text);
}

/* What the file wants, by column, without the access code. */
static json_t *wanted_of(const struct config *config, const char *name)
{
    json_t *wanted = json_object();
    for (size_t i = 0; i < LEN(keys); i++) {
        const char *text = config_named(config, "printer", name, keys[i].key);
        if (text)
            json_object_set_new(wanted, keys[i].column,
                                value_json(config_key_find("printer", keys[i].key), text));
    }
    return wanted;
}

/* A row of the store has 0 and 1 where the file has off and on. */
static bool same(const json_t *a, const json_t *b)
{
    if (json_is_boolean(a) && json_is_integer(b))
        return json_is_true(a) == (json_integer_value(b) != 0);
    return json_is_null(a) ? !b || json_is_null(b) : a && b && json_equal(a, b);
}

static bool opens_to(const struct run *run, const json_t *serial, const json_t *sealed,
                     const char *code)
{
    char plain[SECRET_PLAIN_MAX + 1];
    if (!json_is_string(serial) || !json_is_string(sealed) ||
        secret_unseal(run->secret, json_string_value(serial), json_string_value(sealed), plain,
                      sizeof plain, NULL) != OK)
        return false;
    bool equal = strcmp(plain, code) == 0;
    OPENSSL_cleanse(plain, sizeof plain);
    return equal;
}

/* The sealed code for ${wanted}; NULL where the file's code is the one applied last. */
static enum err seal_code(const struct run *run, const char *name, const json_t *base,
                          json_t *wanted, bool *ret_changed, struct why *why)
{
    char sealed[SECRET_SEALED_SIZE];
    const char *code = config_named(run->config, "printer", name, "access_code");
    const json_t *before = json_object_get(base, "access_code");
    const json_t *serial = json_object_get(wanted, "serial");
    if (opens_to(run, serial, before, code)) {
        *ret_changed = false;
        return json_object_set(wanted, "access_code", json_object_get(base, "access_code")) == 0
                   ? OK
                   : ERR_NOMEM;
    }
    *ret_changed = true;
    enum err e = secret_seal(run->secret, json_string_value(serial), code, sealed, why);
    if (e == OK)
        json_object_set_new(wanted, "access_code", json_string(sealed));
    return e;
}

/* The columns to write to ${row}: what the file changed since it was applied last, where nobody
 * else did. A row that was not made from the file is only filled where it says nothing. */
static json_t *changes_of(const json_t *base, json_t *wanted, const json_t *row, bool code_changed)
{
    json_t *changes = json_object();
    const char *column;
    json_t *value;
    json_object_foreach (wanted, column, value) {
        const json_t *before = json_object_get(base, column), *now = json_object_get(row, column);
        bool write = !now || json_is_null(now);
        if (strcmp(column, "access_code") == 0)
            write = base && code_changed;
        else if (base)
            write = !same(value, before) && same(before ? before : now, now);
        if (write)
            json_object_set(changes, column, value);
    }
    return changes;
}

static enum err apply_one(const struct run *run, struct db *db, const char *name, struct why *why)
{
    const json_t *base = json_object_get(run->applied, name);
    json_auto_t *wanted = wanted_of(run->config, name), *row = NULL, *done = NULL;
    json_auto_t *found = json_pack("{s:s}", "printer_id", name);
    bool code_changed = false;
    enum err e = seal_code(run, name, base, wanted, &code_changed, why);
    if (e != OK)
        return e;
    bool exists = printers_find(db, name) != 0;
    if (exists && (e = printers_get(db, found, &row, why)) != OK)
        return e;
    json_auto_t *changes = changes_of(base, wanted, row, code_changed);
    json_object_set_new(changes, "printer_id", json_string(name));
    if (exists && json_object_size(changes) > 1)
        e = printers_update(db, changes, &done, why);
    else if (!exists && !(base && json_equal(base, wanted))) {
        json_object_update(changes, wanted);
        e = printers_create(db, changes, &done, why);
    }
    json_object_set(run->applied, name, wanted);
    return e;
}

static enum err apply_all(void *ctx, struct db *db, struct why *why)
{
    const struct run *run = ctx;
    size_t at = 0;
    for (const char *name = config_each_name(run->config, "printer", &at); name;
         name = config_each_name(run->config, "printer", &at)) {
        enum err e = apply_one(run, db, name, why);
        if (e != OK)
            return e;
    }
    return OK;
}

/* Written beside and renamed, so that a crash leaves one whole file. */
static enum err save(const json_t *applied, const char *path, struct why *why)
{
    char beside[PATH_SIZE + 8];
    snprintf(beside, sizeof beside, "%s.new", path);
    auto_free char *text = json_dumps(applied, JSON_INDENT(1) | JSON_SORT_KEYS);
    auto_fd fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t len = text ? strlen(text) : 0;
    bool good = text && fd >= 0 && write(fd, text, len) == (ssize_t)len && fsync(fd) == 0 &&
                rename(beside, path) == 0;
    return good ? OK
                : why_fail(why, ERR_IO, "state_dir", "", "cannot write %s: %s", path,
                           strerror(errno));
}

enum err declared_apply(struct hub *hub, const struct config *config, const struct secret *secret,
                        const char *state_dir, struct why *why)
{
    char path[PATH_SIZE];
    size_t at = 0;
    snprintf(path, sizeof path, "%s/declared.json", state_dir);
    json_auto_t *before = json_load_file(path, 0, NULL);
    if (!before && !config_each_name(config, "printer", &at))
        return OK;
    json_auto_t *applied = before ? json_deep_copy(before) : json_object();
    struct run run = {config, secret, applied};
    enum err e = hub_write(hub, clock_now(), apply_all, &run, why);
    if (e == OK && !(before && json_equal(before, applied)))
        e = save(applied, path, why);
    return e;
}
