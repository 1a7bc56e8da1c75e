#include "store/printers.h"

#include <ctype.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/printers_inside.h"

const char *const printers_sources[] = {"mqtt", "homeassistant", NULL};

static const struct field fields[] = {
    {.name = "printer_id", .kind = K_TEXT, .doc = "Identifier, the serial by default"},
    {.name = "name", .kind = K_TEXT, .doc = "For people"},
    {.name = "aliases",
     .kind = K_LIST,
     .doc = "Other names that webhooks use for it",
     .of = &field_texts},
    {.name = "source", .kind = K_TEXT, .words = printers_sources, .doc = "Who tells about it"},
    {.name = "serial", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Serial number"},
    {.name = "host", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Name or address"},
    {.name = "port", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "null: the usual one"},
    {.name = "model", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Model"},
    {.name = "enabled", .kind = K_BOOL, .doc = "The daemon connects to it"},
    {.name = "has_access_code", .kind = K_BOOL, .doc = "An access code is stored"},
    {.name = "pin_sha256",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "SHA-256 of the certificate key that the user accepted"},
    {.name = "created_at", .kind = K_TIME, .doc = "When it was entered"},
    {.name = "updated_at", .kind = K_TIME, .doc = "When it last changed"},
    {.name = "ftps_port", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "null: the usual one"},
    {.name = "fetch_sliced_file",
     .kind = K_BOOL,
     .flags = FIELD_NULLABLE,
     .doc = "Fetch the sliced files of its prints; null: as the setting says"},
    {.name = "fetch_plain_data",
     .kind = K_BOOL,
     .flags = FIELD_NULLABLE,
     .doc = "Fetch them in the clear where encryption fails; null: as the setting says"},
};
const struct field_shape printers_shape = {"printers", fields, LEN(fields), "Printer"};

static const char *const deleted[] = {"deleted", NULL};
static const struct field deleted_fields[] = {
    {.name = "printer_id", .kind = K_TEXT, .doc = "Identifier"},
    {.name = "status", .kind = K_TEXT, .words = deleted, .doc = "What was done"},
};
const struct field_shape printers_deleted_shape = {NULL, deleted_fields, LEN(deleted_fields),
                                                   "PrinterDeleted"};

static enum err missing(struct db *db, struct why *why)
{
    return db_missing(db, why, "printer_not_found", "printer_id", "no such printer");
}

int64_t printers_find(struct db *db, const char *name)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "name", name));
    return db_int(
        db,
        "SELECT id FROM (SELECT id, 1 AS rank FROM printer "
        "WHERE lower(public_id) = lower(:name) AND deleted_at IS NULL "
        "UNION ALL SELECT id, 2 FROM printer WHERE lower(serial) = lower(:name) "
        "AND serial IS NOT NULL AND deleted_at IS NULL "
        "UNION ALL SELECT p.id, 3 FROM printer_alias a JOIN printer p ON p.id = a.printer "
        "WHERE a.alias = lower(:name) AND p.deleted_at IS NULL) ORDER BY rank LIMIT 1 "
        "/* scan */",
        args, 0);
}

static bool valid_id(const char *id)
{
    size_t len = strlen(id);
    for (const char *at = id; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("_.-", *at))
            return false;
    return len > 0 && len <= LIMIT_PRINTER_ID;
}

static enum err row_of(struct db *db, int64_t id, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    *ret = db_row(db,
                  "SELECT * FROM printers WHERE printer_id = "
                  "(SELECT public_id FROM printer WHERE id = :id) /* scan */",
                  args, &printers_shape);
    return *ret ? OK : missing(db, why);
}

enum err printers_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *name = args_text(args, "printer_id");
    int64_t id = name ? printers_find(db, name) : 0;
    return id ? row_of(db, id, ret, why) : missing(db, why);
}

enum err printers_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {{"source", "source = :source"},
                                                 {"enabled", "enabled = :enabled"}};
    static const struct list_sort sorts[] = {{"name", "name"}, {"created_at", "created_at"}};
    static const struct list_kind kind = {
        .shape = &printers_shape,
        .entity = "printer",
        .key = "printer_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    return list_read(db, &kind, args, ret_list, why);
}

/* --- aliases --- */

static enum err add_alias(struct db *db, int64_t id, const char *alias, struct why *why)
{
    int64_t other = printers_find(db, alias);
    json_auto_t *args = db_args(db, json_pack("{s:I, s:s, s:I}", "id", (json_int_t)id, "alias",
                                              alias, "other", (json_int_t)other));
    if (!valid_id(alias))
        return why_fail(why, ERR_INVALID, "invalid_alias", "aliases",
                        "an alias has 1 to %d of A-Z a-z 0-9 _ . -", LIMIT_PRINTER_ID);
    bool ours = other && other != id;
    if (ours && db_int(db, "SELECT 1 FROM printer WHERE id = :other AND source = 'mqtt'", args, 0))
        return why_fail(why, ERR_CONFLICT, "alias_taken", "aliases",
                        "%s names another printer with a link of its own", alias);
    enum err e = ours ? printers_merge(db, other, id, why) : OK;
    if (e)
        return e;
    db_exec(db,
            "INSERT INTO printer_alias (alias, printer, shown) VALUES (lower(:alias), :id, :alias) "
            "ON CONFLICT (alias) DO UPDATE SET printer = excluded.printer, shown = excluded.shown",
            args);
    return db_status(db, why);
}

static enum err set_aliases(struct db *db, int64_t id, const json_t *args, struct why *why)
{
    const json_t *list = json_object_get(args, "aliases");
    if (!list)
        return OK;
    if (json_array_size(list) > LIMIT_ALIASES)
        return why_fail(why, ERR_INVALID, "too_many_aliases", "aliases", "at most %d aliases",
                        LIMIT_ALIASES);
    json_auto_t *keys = db_args(db, json_pack("{s:I, s:O}", "id", (json_int_t)id, "list", list));
    db_exec(db,
            "DELETE FROM printer_alias WHERE printer = :id AND alias NOT IN "
            "(SELECT lower(value) FROM json_each(:list))",
            keys);
    size_t i;
    const json_t *alias;
    enum err e = OK;
    json_array_foreach (list, i, alias) {
        if (e == OK)
            e = add_alias(db, id, json_string_value(alias) ? json_string_value(alias) : "", why);
    }
    return e;
}

/* --- writes --- */

static const char *const columns[] = {"name",
                                      "source",
                                      "serial",
                                      "host",
                                      "port",
                                      "access_code",
                                      "pin_sha256",
                                      "model",
                                      "enabled",
                                      "ftps_port",
                                      "fetch_sliced_file",
                                      "fetch_plain_data"};

static enum err write_row(struct db *db, int64_t id, const json_t *args, struct why *why)
{
    json_auto_t *copy = db_args(db, args_copy(args));
    db_put(db, copy, "id", json_integer(id));
    auto_buf sql = {0};
    size_t set = args_has(args, "aliases");
    buf_text(&sql, "UPDATE printer SET updated_at = :now");
    for (size_t i = 0; i < LEN(columns); i++)
        if (args_has(args, columns[i]) && ++set)
            buf_format(&sql, ", %s = :%s", columns[i], columns[i]);
    buf_text(&sql, " WHERE id = :id");
    if (set)
        db_exec(db, db_sql(db, &sql), copy);
    return set_aliases(db, id, args, why);
}

/* A serial is one printer's; what Home Assistant knew under it becomes part of this one. */
static enum err claim_serial(struct db *db, int64_t id, const json_t *args, struct why *why)
{
    const char *serial = args_text(args, "serial");
    int64_t other = serial ? printers_find(db, serial) : 0;
    if (!other || other == id)
        return db_status(db, why);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)other));
    if (db_int(db, "SELECT 1 FROM printer WHERE id = :id AND source = 'homeassistant'", keys, 0))
        return printers_merge(db, other, id, why);
    return why_fail(why, ERR_CONFLICT, "printer_exists", "serial",
                    "another printer has this serial, or goes by it");
}

/* A name that Home Assistant used before the printer was entered is taken over; a deleted printer
 * comes back with its history. */
static int64_t insert(struct db *db, const char *name, const json_t *args)
{
    json_auto_t *copy = db_args(db, args_copy(args));
    db_put(db, copy, "public_id", json_string(name));
    if (!args_given(args, "name"))
        db_put(db, copy, "name", json_string(name));
    if (!args_given(args, "source"))
        db_put(db, copy, "source",
               json_string(args_given(args, "host") || args_given(args, "serial")
                               ? "mqtt"
                               : "homeassistant"));
    db_exec(db,
            "INSERT INTO printer (public_id, name, source, created_at, updated_at) "
            "VALUES (:public_id, :name, :source, :now, :now) ON CONFLICT (lower(public_id)) "
            "DO UPDATE SET name = excluded.name, source = excluded.source, deleted_at = NULL, "
            "updated_at = excluded.updated_at",
            copy);
    return db_int(db, "SELECT id FROM printer WHERE lower(public_id) = lower(:public_id)", copy, 0);
}

enum err printers_create(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *serial = args_text(args, "serial"), *name = args_text(args, "printer_id");
    if (!name)
        name = serial;
    if (!name || !valid_id(name))
        return why_fail(why, ERR_INVALID, name ? "invalid_printer_id" : "required", "printer_id",
                        "printer_id (or serial) has 1 to %d of A-Z a-z 0-9 _ . -",
                        LIMIT_PRINTER_ID);
    int64_t known = printers_find(db, name);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)known));
    if (known &&
        !db_int(db, "SELECT 1 FROM printer WHERE id = :id AND source = 'homeassistant'", keys, 0))
        return why_fail(why, ERR_CONFLICT, "printer_exists", "printer_id",
                        "a printer with this id, serial or alias exists");
    int64_t id = insert(db, name, args);
    enum err e = claim_serial(db, id, args, why);
    if (e == OK)
        e = write_row(db, id, args, why);
    return e ? e : row_of(db, id, ret, why);
}

int64_t printers_find_or_make(struct db *db, const char *name)
{
    int64_t id = printers_find(db, name);
    if (id || !valid_id(name))
        return id;
    json_auto_t *args = db_args(db, json_pack("{s:s}", "source", "homeassistant"));
    return insert(db, name, args);
}

enum err printers_update(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *name = args_text(args, "printer_id");
    int64_t id = name ? printers_find(db, name) : 0;
    if (!id)
        return missing(db, why);
    enum err e = claim_serial(db, id, args, why);
    if (e == OK)
        e = write_row(db, id, args, why);
    return e ? e : row_of(db, id, ret, why);
}

/* History and jobs stay; rolls are no longer in its slots. */
enum err printers_delete(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *name = args_text(args, "printer_id");
    int64_t id = name ? printers_find(db, name) : 0;
    json_auto_t *row = NULL;
    if (!id || row_of(db, id, &row, why) != OK)
        return missing(db, why);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    db_exec(db,
            "UPDATE slot_assignment SET unassigned_at = max(:now, assigned_at), updated_at = :now "
            "WHERE unassigned_at IS NULL AND slot IN (SELECT id FROM slot WHERE printer = :id)",
            keys);
    db_exec(db,
            "UPDATE slot SET match = 'unknown', active = 0, updated_at = :now WHERE printer = :id",
            keys);
    db_exec(db,
            "UPDATE question SET state = 'closed', closed_at = :now, updated_at = :now, "
            "close_reason = 'the printer was removed' WHERE state = 'open' "
            "AND slot IN (SELECT id FROM slot WHERE printer = :id)",
            keys);
    db_exec(db,
            "UPDATE job SET status = 'unknown', ended_at = max(:now, started_at), "
            "updated_at = :now WHERE printer = :id AND ended_at IS NULL",
            keys);
    db_exec(db, "DELETE FROM printer_alias WHERE printer = :id", keys);
    db_exec(
        db,
        "UPDATE printer SET deleted_at = :now, updated_at = :now, access_code = NULL, "
        "pin_sha256 = NULL, serial = NULL, host = NULL, port = NULL, ftps_port = NULL, "
        "fetch_sliced_file = NULL, fetch_plain_data = NULL, model = NULL, state = NULL, enabled = 0 WHERE id = :id",
        keys);
    *ret = db_args(db, json_pack("{s:O, s:s}", "printer_id", json_object_get(row, "printer_id"),
                                 "status", "deleted"));
    return db_status(db, why);
}
