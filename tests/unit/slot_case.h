/*
 * A printer, rolls, what its slots tell and how they are assigned, in short calls.
 * Owner: the test; arguments are consumed as those of store_case.h. Thread: one.
 */
#ifndef TESTS_SLOT_CASE_H
#define TESTS_SLOT_CASE_H

#include "store_case.h"

#include "base/text.h"
#include "core/decide.h"
#include "core/printer.h"
#include "store/printers.h"
#include "store/slots.h"
#include "store/spools.h"

static inline int64_t slot_printer(struct db *db)
{
    int64_t id = printers_find(db, "p1");
    if (id)
        return id;
    json_auto_t *made = case_ok(db, printers_create,
                                json_pack("{s:s, s:s}", "printer_id", "p1", "serial", "01P00A"));
    return printers_find(db, "p1");
}

/* Returns the spool_id. */
static inline json_t *slot_roll(struct db *db, const char *product, const char *color)
{
    json_auto_t *made = case_ok(db, spools_create,
                                json_pack("{s:s, s:s, s:s, s:s, s:i}", "brand", "Bambu Lab",
                                          "product_name", product, "material_type", "PLA",
                                          "color_hex", color, "initial_weight_grams", 1000000));
    return json_incref(json_object_get(made, "spool_id"));
}

static inline json_t *slot_at(int unit, int slot)
{
    return json_pack("{s:s, s:i, s:i}", "printer_id", "P1", "ams_unit_number", unit, "slot_number",
                     slot);
}

static inline json_t *slot_with(json_t *args, const char *key, json_t *value)
{
    json_object_set_new(args, key, value);
    return args;
}

static inline json_t *slot_put(json_t *args, json_t *spool_id)
{
    return slot_with(args, "spool_id", json_incref(spool_id));
}

static inline json_t *slot_history(struct db *db)
{
    return case_rows(db, slots_history, json_object());
}

static inline struct tray slot_tray(const char *material, uint32_t rgba)
{
    struct tray tray;
    tray_init(&tray);
    tray.state = SLOT_PRESENT;
    tray.has_color = 1;
    tray.rgba = rgba;
    text_copy(tray.material, sizeof tray.material, material);
    text_copy(tray.name, sizeof tray.name, strcmp(material, "PLA") == 0 ? "PLA Basic" : material);
    return tray;
}

static inline struct tray slot_empty_tray(void)
{
    struct tray tray;
    tray_init(&tray);
    tray.state = SLOT_EMPTY;
    return tray;
}

/* What the hub does when a slot has settled. */
static inline void slot_report(struct db *db, int slot_number, struct tray before,
                               struct tray after, bool printing)
{
    struct why why = {0};
    struct slot slot = {.at = {1, (int16_t)slot_number}, .reported = after, .settled = after};
    struct slot_facts facts;
    struct decision decision;
    int64_t printer = slot_printer(db);
    assert_int_equal(slots_save(db, printer, &slot, 1, false, "mqtt", &why), OK);
    assert_int_equal(slots_facts(db, printer, slot.at, &after, printing, &facts, &why), OK);
    slot_decide(&before, &after, &facts, &decision);
    if (slots_apply_decision(db, printer, slot.at, &before, &after, &decision, &why) != OK)
        fail_msg("%s: %s", why.code, why.text);
    slots_facts_clear(&facts);
    case_sound(db);
    case_later(db, 60000);
}

static inline json_t *slot_row(struct db *db, int slot)
{
    json_auto_t *rows = case_rows(db, slots_list, json_pack("{s:s}", "printer_id", "p1"));
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (args_int(json_array_get(rows, i), "slot_number", 0) == slot)
            return json_incref(json_array_get(rows, i));
    fail_msg("no slot %d", slot);
    return NULL;
}

#endif
