#include "service/inventory.h"

#include <jansson.h>
#include <stdio.h>

#include "api/rest.h"
#include "base/text.h"
#include "core/body.h"
#include "store/slots.h"
#include "store/spools.h"

static enum err load_file(const char *path, json_t **ret_root, struct why *why)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return why_fail(why, ERR_INVALID, "bad_inventory", "inventory", "%s, line %d: %s", path,
                        error.line, error.text);
    *ret_root = root;
    return OK;
}

/* Say which entry of which list was at fault. */
static enum err name_entry(struct why *why, enum err e, const char *list, size_t i)
{
    struct why cause = *why;
    char field[sizeof why->field];
    snprintf(field, sizeof field, "%s[%zu].%.60s", list, i, cause.field);
    return why_fail(why, e, cause.code, field, "%s[%zu]: %.280s", list, i, cause.text);
}

/* The entry as the API would check it; grams become milligrams and so on. */
static enum err checked(const struct body_table *table, json_t *entry, json_t **ret_args,
                        struct why *why)
{
    json_auto_t *errors = json_array();
    json_t *args = json_object();
    enum err e = body_check(table, BODY_CREATE, entry, NULL, args, errors, why);
    if (e != OK) {
        json_decref(args);
        return e;
    }
    *ret_args = args;
    return OK;
}

typedef enum err enter(struct db *db, json_t *entry, json_t **ret, struct why *why);

static enum err enter_all(struct db *db, const json_t *root, const char *list, enter *enter_one,
                          struct why *why)
{
    struct why cause = {0};
    size_t i;
    json_t *entry;
    json_array_foreach (json_object_get(root, list), i, entry) {
        json_auto_t *row = NULL;
        enum err e = enter_one(db, entry, &row, &cause);
        if (e != OK) {
            *why = cause;
            return name_entry(why, e, list, i);
        }
    }
    return OK;
}

/* Rolls may go by any short name here, so that a case reads well. */
static enum err enter_spool(struct db *db, json_t *entry, json_t **ret, struct why *why)
{
    json_auto_t *name = json_incref(json_object_get(entry, "spool_id"));
    bool archived = json_is_true(json_object_get(entry, "archived"));
    json_object_del(entry, "spool_id");
    json_object_del(entry, "archived");
    json_auto_t *args = NULL;
    enum err e = checked(&rest_spools_fields_create, entry, &args, why);
    if (e != OK)
        return e;
    if (json_is_string(name)) {
        json_object_set(args, "spool_id", name);
        json_object_set_new(args, "free_name", json_true());
    }
    e = spools_create(db, args, ret, why);
    if (e != OK || !archived)
        return e;
    json_auto_t *row = NULL;
    return spools_archive(db, *ret, &row, why);
}

static enum err enter_slot(struct db *db, json_t *entry, json_t **ret, struct why *why)
{
    json_object_set_new(entry, "event_type", json_string("import"));
    return slots_assign(db, entry, ret, why);
}

enum err inventory_load(struct db *db, const char *path, struct why *why)
{
    json_auto_t *root = NULL;
    enum err e = load_file(path, &root, why);
    if (e == OK)
        e = enter_all(db, root, "spools", enter_spool, why);
    if (e == OK)
        e = enter_all(db, root, "slots", enter_slot, why);
    return e;
}

enum err inventory_printer(const char *path, char *ret_printer, int size, struct why *why)
{
    json_auto_t *root = NULL;
    enum err e = load_file(path, &root, why);
    const json_t *slot = json_array_get(json_object_get(root, "slots"), 0);
    const char *printer = json_string_value(json_object_get(slot, "printer_id"));
    if (e == OK)
        text_copy(ret_printer, (size_t)size, printer ? printer : "");
    return e;
}
