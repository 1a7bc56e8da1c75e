#include "service/inventory.h"

#include <jansson.h>
#include <stdio.h>

#include "base/text.h"
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

typedef enum err enter(struct db *db, const json_t *args, json_t **ret, struct why *why);

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

static enum err enter_slot(struct db *db, const json_t *entry, json_t **ret, struct why *why)
{
    json_auto_t *args = json_copy((json_t *)(uintptr_t)entry);
    json_object_set_new(args, "event_type", json_string("import"));
    return slots_assign(db, args, ret, why);
}

enum err inventory_load(struct db *db, const char *path, struct why *why)
{
    json_auto_t *root = NULL;
    enum err e = load_file(path, &root, why);
    if (e == OK)
        e = enter_all(db, root, "spools", spools_create, why);
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
