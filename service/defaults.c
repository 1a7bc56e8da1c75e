#include "service/defaults.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "service/config.h"
#include "service/config_rules.h"
#include "store/db.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/settings.h"
#include "store/thresholds.h"

enum { NAME_MOST = 128 };

static json_t *json_of(const struct config_key *key, const char *text)
{
    int64_t number = 0;
    bool on = false;
    switch (key->kind) {
    case CONFIG_BOOL:
        return config_rules_bool(text, &on) ? json_boolean(on) : NULL;
    case CONFIG_INT:
        return text_to_int(text, &number) ? json_integer(number) : NULL;
    case CONFIG_GRAMS:
        return config_rules_grams(text, &number) ? json_real((double)number / 1000) : NULL;
    default:
        return json_string(text);
    }
}

/* Keys that have a place of their own in the store. */
static bool is_threshold(const struct config_key *key)
{
    return key->kind == CONFIG_GRAMS;
}

static json_t *setting_defaults(const struct config *config)
{
    json_t *all = json_object();
    for (const struct config_key *row = config_keys; row->section; row++) {
        if (!(row->flags & CONFIG_API) || is_threshold(row))
            continue;
        char name[NAME_MOST];
        const char *text = config_text(config, row->section, row->key);
        snprintf(name, sizeof name, "%s.%s", row->section, row->key);
        json_object_set_new(all, name, text ? json_of(row, text) : json_null());
    }
    return all;
}

static json_t *threshold_defaults(const struct config *config)
{
    json_t *all = json_object();
    const struct config_value *global = config_value(config, "thresholds", "global_grams");
    json_object_set_new(all, "", json_of(global->key, global->text));
    size_t at = 0;
    for (const struct config_value *value = config_each(config, "thresholds.materials", "*", &at);
         value; value = config_each(config, "thresholds.materials", "*", &at))
        json_object_set_new(all, value->name, json_of(value->key, value->text));
    return all;
}

enum err defaults_configure(struct db *db, const struct config *config, struct why *why)
{
    json_auto_t *settings = setting_defaults(config);
    json_auto_t *thresholds = threshold_defaults(config);
    enum err e = settings_configure(db, settings, why);
    return e == OK ? thresholds_configure(db, thresholds, why) : e;
}

/* A JSON value as the file would write it; "" where it has no such form. */
static const char *text_of(const json_t *value, char *ret_text, size_t size)
{
    ret_text[0] = '\0';
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "on" : "off";
    if (json_is_integer(value))
        snprintf(ret_text, size, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(ret_text, size, "%.10g", json_real_value(value));
    return ret_text;
}

static void overlay(struct config *config, const char *section, const char *key,
                    const json_t *value)
{
    char number[32];
    const char *text = text_of(value, number, sizeof number);
    if (*text)
        config_set(config, section, key, text, CONFIG_FROM_API, "API", 0);
}

static bool from_api(const json_t *row)
{
    const char *origin = json_string_value(json_object_get(row, "origin"));
    return origin && strcmp(origin, "api") == 0;
}

static void overlay_settings(struct config *config, struct db *db)
{
    json_auto_t *rows = NULL;
    if (settings_list(db, NULL, &rows, NULL) != OK)
        return;
    const char *name;
    json_t *row;
    json_object_foreach (rows, name, row) {
        char section[NAME_MOST];
        const char *dot = strrchr(name, '.');
        bool fits = dot && text_copy_len(section, sizeof section, name, (size_t)(dot - name));
        if (fits && from_api(row) && config_key_find(section, dot + 1))
            overlay(config, section, dot + 1, json_object_get(row, "value"));
    }
}

static void overlay_thresholds(struct config *config, struct db *db)
{
    json_auto_t *rows = NULL;
    if (list_rows(db, thresholds_list, NULL, &rows, NULL) != OK)
        return;
    size_t index;
    json_t *row;
    json_array_foreach (rows, index, row) {
        const char *material = json_string_value(json_object_get(row, "material"));
        if (from_api(row))
            overlay(config, material ? "thresholds.materials" : "thresholds",
                    material ? material : "global_grams", json_object_get(row, "threshold_grams"));
    }
}

/* Does the database say something else than the file, or say it alone? */
static bool differs(const struct config *config, const char *printer, const char *key,
                    const json_t *value)
{
    char number[32];
    const char *mine = config_named(config, "printer", printer, key);
    const char *theirs = text_of(value, number, sizeof number);
    bool on;
    if (mine && json_is_boolean(value))
        return config_rules_bool(mine, &on) && on != json_is_true(value);
    return *theirs && !(mine && strcmp(mine, theirs) == 0);
}

static void overlay_printer(struct config *config, const json_t *row)
{
    static const char *const keys[] = {"serial", "host", "port",   "ftps_port",
                                       "model",  "name", "enabled"};
    const char *printer = json_string_value(json_object_get(row, "printer_id"));
    char section[NAME_MOST];
    if (!printer)
        return;
    snprintf(section, sizeof section, "printer.%s", printer);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *value = json_object_get(row, keys[i]);
        if (differs(config, printer, keys[i], value))
            overlay(config, section, keys[i], value);
    }
}

static void overlay_printers(struct config *config, struct db *db)
{
    json_auto_t *rows = NULL;
    if (list_rows(db, printers_list, NULL, &rows, NULL) != OK)
        return;
    size_t index;
    json_t *row;
    json_array_foreach (rows, index, row)
        overlay_printer(config, row);
}

enum err defaults_overlay(struct config *config, const char *database, struct why *why)
{
    struct db *db = NULL;
    if (access(database, F_OK) != 0)
        return OK;
    enum err e = db_open(database, DB_READ, &db, why);
    if (e != OK)
        return e;
    if (db_version(db) > 0) {
        overlay_settings(config, db);
        overlay_thresholds(config, db);
        overlay_printers(config, db);
    }
    db_close(db);
    return OK;
}
