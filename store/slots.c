#include "store/slots.h"

#include <string.h>

#include "base/auto.h"
#include "base/id.h"
#include "core/color.h"
#include "core/field.h"
#include "core/printer.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/slots_inside.h"

enum err slots_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {{"printer_id", "printer_id = :printer_id"},
                                                 {"match", "match = :match"},
                                                 {"spool_id", "spool_id = lower(:spool_id)"}};
    static const struct list_sort sorts[] = {
        {"place", "printer_id || ' ' || (1000 + ams_unit_number) || slot_number"},
        {"last_updated", "last_updated"}};
    static const struct list_kind kind = {
        .shape = &slots_shape,
        .entity = "slot",
        .key = "ams_slot_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    json_auto_t *copy = db_args(db, args_copy(args));
    const char *name = args_text(args, "printer_id");
    if (name) {
        json_auto_t *printer = NULL;
        enum err e = printers_get(db, args, &printer, why);
        if (e)
            return e;
        db_put(db, copy, "printer_id", json_incref(json_object_get(printer, "printer_id")));
    }
    return list_read(db, &kind, copy, ret_list, why);
}

static int nozzles_of(struct db *db, int64_t printer)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)printer));
    return (int)db_int(db, "SELECT nozzles FROM printer WHERE id = :id", args, 1);
}

int64_t slots_find(struct db *db, int64_t printer, struct slot_address at, bool make)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:i, s:i}", "printer", (json_int_t)printer,
                                              "unit", (int)at.unit, "slot", (int)at.slot));
    int64_t id = db_int(db,
                        "SELECT id FROM slot WHERE printer = :printer AND unit = :unit "
                        "AND slot = :slot",
                        args, 0);
    if (id || !make || db_failed(db))
        return id;
    char public_id[ID_SIZE], label[ADDRESS_LABEL_SIZE];
    db_new_id(db, public_id);
    address_label(at, nozzles_of(db, printer), label);
    db_put(db, args, "public_id", json_string(public_id));
    db_put(db, args, "label", json_string(label));
    db_exec(db,
            "INSERT INTO slot (public_id, printer, unit, slot, label, created_at, updated_at) "
            "VALUES (:public_id, :printer, :unit, :slot, :label, :now, :now)",
            args);
    return db_failed(db) ? 0 : db_last_row(db);
}

/* The printer and the place of what arguments name, whether it was seen there or not. */
static enum err place_of(struct db *db, const json_t *args, int64_t *ret_printer,
                         struct slot_address *ret_at, struct why *why)
{
    const char *name = args_text(args, "printer_id");
    int64_t unit = args_int(args, "ams_unit_number", 0), slot = args_int(args, "slot_number", 0);
    *ret_printer = name ? printers_find(db, name) : 0;
    *ret_at = (struct slot_address){.unit = (int16_t)unit, .slot = (int16_t)slot};
    if (!*ret_printer)
        return db_missing(db, why, "printer_not_found", "printer_id", "no such printer");
    bool possible = unit > 0 && unit < 1000 && slot > 0 && slot < 1000 &&
                    address_possible((int)unit, (int)slot);
    return possible
               ? OK
               : db_missing(db, why, "slot_not_found", "slot_number", "no printer has such a slot");
}

static enum err unseen(const struct db *db, struct why *why)
{
    return db_missing(db, why, "slot_not_found", "slot_number",
                      "the printer has not reported such a slot");
}

enum err slots_named(struct db *db, const json_t *args, bool make, int64_t *ret_slot,
                     struct why *why)
{
    int64_t printer;
    struct slot_address at;
    *ret_slot = 0;
    enum err e = place_of(db, args, &printer, &at, why);
    if (e == OK)
        *ret_slot = slots_find(db, printer, at, make);
    return e == OK && !*ret_slot ? unseen(db, why) : e;
}

enum err slots_row(struct db *db, int64_t slot, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)slot));
    *ret = db_row(
        db,
        "SELECT * FROM ams_slots WHERE ams_slot_id = (SELECT public_id FROM slot WHERE id = :id)",
        args, &slots_shape);
    return *ret ? OK : db_missing(db, why, "slot_not_found", "slot_number", "no such slot");
}

enum err slots_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    enum err e = slots_expected(db, args, ret, why);
    return e == OK && !*ret ? unseen(db, why) : e;
}

enum err slots_expected(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t printer;
    struct slot_address at;
    *ret = NULL;
    enum err e = place_of(db, args, &printer, &at, why);
    int64_t slot = e == OK ? slots_find(db, printer, at, false) : 0;
    return slot ? slots_row(db, slot, ret, why) : e ? e : db_status(db, why);
}

/* --- reports --- */

static json_t *text_or_null(const char *text)
{
    return text[0] ? json_string(text) : json_null();
}

static struct color color_of(uint32_t rgba)
{
    return (struct color){(uint8_t)(rgba >> 24), (uint8_t)(rgba >> 16), (uint8_t)(rgba >> 8),
                          (uint8_t)rgba};
}

static json_t *hex_json(uint32_t rgba)
{
    char text[COLOR_TEXT_SIZE];
    color_text(color_of(rgba), text);
    return json_string(text);
}

static json_t *colors_json(const struct tray *tray)
{
    json_t *list = json_array();
    for (int i = 0; tray->color_count > 1 && i < tray->color_count; i++)
        json_array_append_new(list, hex_json(tray->colors[i]));
    return list;
}

static void put_report(struct db *db, json_t *args, const struct tray *tray)
{
    const char *state = slot_state_slug(tray->state);
    db_put(db, args, "state", json_string(state[0] ? state : "unknown"));
    db_put(db, args, "color", tray->has_color ? hex_json(tray->rgba) : json_null());
    db_put(db, args, "alpha", tray->has_color ? json_integer(tray->rgba & 0xFF) : json_null());
    db_put(db, args, "colors", colors_json(tray));
    db_put(db, args, "material", text_or_null(tray->material));
    db_put(db, args, "profile", text_or_null(tray->profile));
    db_put(db, args, "name", text_or_null(tray->name));
    db_put(db, args, "tag_uid", text_or_null(tray->tag_uid));
    db_put(db, args, "tray_uuid", text_or_null(tray->tray_uuid));
    bool told = tray->remain_percent >= 0 && tray->remain_percent <= 100;
    db_put(db, args, "remain", told ? json_integer(tray->remain_percent) : json_null());
}

static const char update_report[] =
    "UPDATE slot SET state = :state, color = :color, alpha = :alpha, colors = :colors, "
    "material = :material, profile = :profile, name = :name, tag_uid = :tag_uid, "
    "tray_uuid = :tray_uuid, remain_percent = :remain, source = :source, reported_at = :now, "
    "label = :label, active = :active, updated_at = :now WHERE id = :id AND (reported_at IS NULL "
    "OR state <> :state OR color IS NOT :color OR alpha IS NOT :alpha OR colors <> :colors "
    "OR material IS NOT :material OR profile IS NOT :profile OR name IS NOT :name "
    "OR tag_uid IS NOT :tag_uid OR tray_uuid IS NOT :tray_uuid OR remain_percent IS NOT :remain "
    "OR source IS NOT :source OR label <> :label OR active <> :active)";

enum err slots_save(struct db *db, int64_t printer, const struct slot *slot, int nozzles,
                    bool feeding, const char *source, struct why *why)
{
    char label[ADDRESS_LABEL_SIZE];
    int64_t id = slots_find(db, printer, slot->at, true);
    address_label(slot->at, nozzles, label);
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I, s:s, s:s, s:b, s:i}", "id", (json_int_t)id, "printer",
                              (json_int_t)printer, "label", label, "source", source, "active",
                              feeding, "nozzles", nozzles == 2 ? 2 : 1));
    put_report(db, args, &slot->reported);
    db_exec(db, update_report, args);
    db_exec(db,
            "UPDATE printer SET nozzles = :nozzles, updated_at = :now "
            "WHERE id = :printer AND nozzles <> :nozzles",
            args);
    return slot->settling ? db_status(db, why) : slots_refresh_match(db, id, why);
}

enum err slots_at(struct db *db, int64_t printer, struct slot_address at, json_t **ret,
                  struct why *why)
{
    int64_t slot = slots_find(db, printer, at, false);
    return slot ? slots_row(db, slot, ret, why)
                : db_missing(db, why, "slot_not_found", "slot_number", "no such slot was seen");
}
