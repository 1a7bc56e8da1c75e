/*
 * The durable part of a printer's state as JSON and back. Zeros are left out, so that a dump is
 * short; loading therefore starts from zeros.
 */
#include <string.h>

#include "base/auto.h"
#include "core/field.h"
#include "core/live.h"
#include "core/printer.h"

enum { DUMP_VERSION = 1 };

static const struct field printer_fields[] = {
    FIELD(NULL, "model", K_INT, struct printer, model, 0, MODEL_COUNT - 1),
    FIELD(NULL, "model_trust", K_INT, struct printer, model_trust, 0, 0),
    FIELD(NULL, "nozzles", K_INT, struct printer, nozzles, 0, 0),
    FIELD(NULL, "new_style", K_INT, struct printer, new_style, 0, 0),
    FIELD(NULL, "vir_slots", K_INT, struct printer, vir_slots, 0, 0),
    FIELD(NULL, "firmware", K_TEXT, struct printer, firmware, 0, 0),
    FIELD(NULL, "serial", K_TEXT, struct printer, serial, 0, 0),
    FIELD(NULL, "power_on_read", K_INT, struct printer, power_on_read, 0, 0),
    FIELD(NULL, "remain_enabled", K_INT, struct printer, remain_enabled, 0, 0),
    FIELD(NULL, "refill_enabled", K_INT, struct printer, refill_enabled, 0, 0),
    FIELD(NULL, "ams_bits", K_INT, struct printer, ams_bits, 0, 0),
    FIELD(NULL, "tray_bits", K_INT, struct printer, tray_bits, 0, 0),
    FIELD(NULL, "hold_since", K_INT, struct printer, hold_since, 0, 0),
    FIELD(NULL, "hold_seen", K_INT, struct printer, hold_seen, 0, 0),
    FIELD(NULL, "extruder_count", K_INT, struct printer, extruder_count, 0, 0),
    FIELD(NULL, "active", K_INT, struct printer, active, 0, PRINTER_NOZZLES_MAX - 1),
    FIELD(NULL, "tray_now", K_INT, struct printer, tray_now, 0, 0),
    FIELD(NULL, "tray_tar", K_INT, struct printer, tray_tar, 0, 0),
    FIELD(NULL, "tray_pre", K_INT, struct printer, tray_pre, 0, 0),
    FIELD(NULL, "feeding_unit", K_INT, struct printer, feeding.unit, 0, 0),
    FIELD(NULL, "feeding_slot", K_INT, struct printer, feeding.slot, 0, 0),
    FIELD(NULL, "gcode_state", K_INT, struct printer, gcode_state, 0, GCODE_FAILED),
    FIELD(NULL, "layer", K_INT, struct printer, layer, 0, 0),
    FIELD(NULL, "total_layers", K_INT, struct printer, total_layers, 0, 0),
    FIELD(NULL, "skipped_objects", K_INT, struct printer, skipped_objects, 0, 0),
    FIELD(NULL, "state_at", K_INT, struct printer, state_at, 0, 0),
    FIELD(NULL, "mapping_at", K_INT, struct printer, mapping_at, 0, 0),
    FIELD(NULL, "stop_reply_at", K_INT, struct printer, stop_reply_at, 0, 0),
    FIELD(NULL, "refused_at", K_INT, struct printer, refused_at, 0, 0),
    FIELD(NULL, "print_error", K_INT, struct printer, print_error, 0, 0),
    FIELD(NULL, "err_code", K_INT, struct printer, err_code, 0, 0),
    /* Not durable itself, but kept with what is: whether the printer spoke of late. */
    FIELD(NULL, "heard_at", K_INT, struct printer, live.message_at, 0, 0),
    FIELD(NULL, "told", K_INT, struct printer, told, 0, 1),
    FIELD(NULL, "told_at", K_INT, struct printer, told_at, 0, 0),
    FIELD(NULL, "told_cancel", K_INT, struct printer, told_cancel, 0, 1),
};

static const struct field unit_fields[] = {
    FIELD(NULL, "number", K_INT, struct unit, number, 0, 0),
    FIELD(NULL, "type", K_INT, struct unit, type, 0, 0),
    FIELD(NULL, "attached", K_INT, struct unit, attached, 0, 0),
    FIELD(NULL, "extruder", K_INT, struct unit, extruder, 0, 0),
    FIELD(NULL, "serial", K_TEXT, struct unit, serial, 0, 0),
    FIELD(NULL, "firmware", K_TEXT, struct unit, firmware, 0, 0),
};

static const struct field slot_fields[] = {
    FIELD(NULL, "unit", K_INT, struct slot, at.unit, 0, 0),
    FIELD(NULL, "slot", K_INT, struct slot, at.slot, 0, 0),
    FIELD(NULL, "source", K_INT, struct slot, source, 0, 0),
    FIELD(NULL, "exists", K_INT, struct slot, exists, 0, 0),
    FIELD(NULL, "reading", K_INT, struct slot, reading, 0, 0),
    FIELD(NULL, "hint", K_INT, struct slot, hint, 0, 0),
    FIELD(NULL, "settling", K_INT, struct slot, settling, 0, 0),
    FIELD(NULL, "changed_at", K_INT, struct slot, changed_at, 0, 0),
    FIELD(NULL, "told_at", K_INT, struct slot, told_at, 0, 0),
};

static const struct field extruder_fields[] = {
    FIELD(NULL, "known", K_INT, struct extruder, known, 0, 0),
    FIELD(NULL, "snow", K_INT, struct extruder, snow, 0, 0),
};

static const struct field latch_fields[] = {
    FIELD(NULL, "code", K_INT, struct latch, code, 0, 0),
    FIELD(NULL, "since", K_INT, struct latch, since, 0, 0),
    FIELD(NULL, "until", K_INT, struct latch, until, 0, 0),
};

static const struct field hms_fields[] = {
    FIELD(NULL, "attr", K_BITS, struct hms, attr, 0, 0),
    FIELD(NULL, "code", K_BITS, struct hms, code, 0, 0),
};

static const struct field identity_fields[] = {
    FIELD(NULL, "task_id", K_TEXT, struct print_identity, task_id, 0, 0),
    FIELD(NULL, "subtask_id", K_TEXT, struct print_identity, subtask_id, 0, 0),
    FIELD(NULL, "project_id", K_TEXT, struct print_identity, project_id, 0, 0),
    FIELD(NULL, "profile_id", K_TEXT, struct print_identity, profile_id, 0, 0),
    FIELD(NULL, "job_id", K_TEXT, struct print_identity, job_id, 0, 0),
    FIELD(NULL, "gcode_file", K_TEXT, struct print_identity, gcode_file, 0, 0),
    FIELD(NULL, "subtask_name", K_TEXT, struct print_identity, subtask_name, 0, 0),
    FIELD(NULL, "print_type", K_TEXT, struct print_identity, print_type, 0, 0),
    FIELD(NULL, "gcode_start", K_INT, struct print_identity, gcode_start, 0, 0),
    FIELD(NULL, "plate", K_INT, struct print_identity, plate, 0, 0),
};

static const struct field command_fields[] = {
    FIELD(NULL, "at", K_INT, struct print_command, at, 0, 0),
    FIELD(NULL, "number", K_INT, struct print_command, number, 0, 0),
    FIELD(NULL, "refused", K_INT, struct print_command, refused, 0, 0),
    FIELD(NULL, "plain", K_INT, struct print_command, plain, 0, 0),
    FIELD(NULL, "use_ams", K_INT, struct print_command, use_ams, 0, 0),
    FIELD(NULL, "plate", K_INT, struct print_command, plate, 0, 0),
    FIELD(NULL, "has_url", K_INT, struct print_command, has_url, 0, 0),
    FIELD(NULL, "task_id", K_TEXT, struct print_command, task_id, 0, 0),
    FIELD(NULL, "subtask_id", K_TEXT, struct print_command, subtask_id, 0, 0),
    FIELD(NULL, "project_id", K_TEXT, struct print_command, project_id, 0, 0),
    FIELD(NULL, "profile_id", K_TEXT, struct print_command, profile_id, 0, 0),
    FIELD(NULL, "job_id", K_TEXT, struct print_command, job_id, 0, 0),
    FIELD(NULL, "title", K_TEXT, struct print_command, title, 0, 0),
    FIELD(NULL, "file", K_TEXT, struct print_command, file, 0, 0),
    FIELD(NULL, "param", K_TEXT, struct print_command, param, 0, 0),
    FIELD(NULL, "md5", K_TEXT, struct print_command, md5, 0, 0),
};

static json_t *object_of(const struct field *table, size_t count, const void *base)
{
    json_t *object = json_object();
    field_dump(table, count, base, object);
    return object;
}

static json_t *list_of(const struct field *table, size_t count, const void *base, size_t step,
                       int items)
{
    json_t *list = json_array();
    for (int i = 0; i < items; i++)
        json_array_append_new(list, object_of(table, count, (const char *)base + (size_t)i * step));
    return list;
}

/* Loads at most ${room} items and returns how many. */
static int load_list(const struct field *table, size_t count, void *base, size_t step, int room,
                     const json_t *list)
{
    int items = 0;
    for (; items < room && items < (int)json_array_size(list); items++)
        field_load(table, count, (char *)base + (size_t)items * step,
                   json_array_get(list, (size_t)items));
    return items;
}

static json_t *numbers_of(const int32_t *numbers, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_integer(numbers[i]));
    return list;
}

static int32_t load_numbers(int32_t *numbers, const json_t *list)
{
    int32_t count = 0;
    for (; count < PRINTER_MAPPING_MAX && count < (int32_t)json_array_size(list); count++)
        numbers[count] = (int32_t)json_integer_value(json_array_get(list, (size_t)count));
    return count;
}

static void dump_mapping(json_t *to, const char *key, const struct mapping *mapping)
{
    if (mapping->known)
        json_object_set_new(to, key, numbers_of(mapping->list, mapping->count));
}

static void load_mapping(struct mapping *mapping, const json_t *list)
{
    mapping->known = json_is_array(list);
    mapping->count = load_numbers(mapping->list, list);
}

static json_t *command_of(const struct print_command *command)
{
    const struct pair_mapping *pairs = &command->ams_mapping2;
    json_t *object = object_of(command_fields, LEN(command_fields), command);
    dump_mapping(object, "ams_mapping", &command->ams_mapping);
    if (!pairs->known)
        return object;
    json_object_set_new(object, "ams_ids", numbers_of(pairs->ams_id, pairs->count));
    json_object_set_new(object, "slot_ids", numbers_of(pairs->slot_id, pairs->count));
    return object;
}

static void load_command(struct print_command *command, const json_t *object)
{
    struct pair_mapping *pairs = &command->ams_mapping2;
    field_load(command_fields, LEN(command_fields), command, object);
    load_mapping(&command->ams_mapping, json_object_get(object, "ams_mapping"));
    const json_t *ams_ids = json_object_get(object, "ams_ids");
    pairs->known = json_is_array(ams_ids);
    pairs->count = load_numbers(pairs->ams_id, ams_ids);
    load_numbers(pairs->slot_id, json_object_get(object, "slot_ids"));
}

/* Most slots hold the same three times: what equals the one before is left out. */
static json_t *slot_of(const struct slot *slot)
{
    json_t *object = object_of(slot_fields, LEN(slot_fields), slot);
    json_object_set_new(object, "reported", tray_dump(&slot->reported));
    if (!tray_equal(&slot->settled, &slot->reported))
        json_object_set_new(object, "settled", tray_dump(&slot->settled));
    struct tray raw = slot->reported;
    raw.state = SLOT_UNSEEN;
    raw.remain_percent = -1;
    if (!tray_equal(&slot->raw, &raw))
        json_object_set_new(object, "raw", tray_dump(&slot->raw));
    return object;
}

static void load_slot(struct slot *slot, const json_t *object)
{
    const json_t *settled = json_object_get(object, "settled");
    const json_t *raw = json_object_get(object, "raw");
    field_load(slot_fields, LEN(slot_fields), slot, object);
    tray_load(&slot->reported, json_object_get(object, "reported"));
    slot->settled = slot->reported;
    slot->raw = slot->reported;
    slot->raw.state = SLOT_UNSEEN;
    slot->raw.remain_percent = -1;
    if (settled)
        tray_load(&slot->settled, settled);
    if (raw)
        tray_load(&slot->raw, raw);
}

static json_t *slots_of(const struct printer *printer)
{
    json_t *list = json_array();
    for (int i = 0; i < printer->slot_count; i++)
        json_array_append_new(list, slot_of(&printer->slots[i]));
    return list;
}

json_t *printer_dump(const struct printer *printer)
{
    json_t *dump = object_of(printer_fields, LEN(printer_fields), printer);
    json_object_set_new(dump, "version", json_integer(DUMP_VERSION));
    json_object_set_new(dump, "units",
                        list_of(unit_fields, LEN(unit_fields), printer->units,
                                sizeof printer->units[0], printer->unit_count));
    json_object_set_new(dump, "slots", slots_of(printer));
    json_object_set_new(dump, "extruders",
                        list_of(extruder_fields, LEN(extruder_fields), printer->extruders,
                                sizeof printer->extruders[0], PRINTER_NOZZLES_MAX));
    json_object_set_new(dump, "hms",
                        list_of(hms_fields, LEN(hms_fields), printer->hms, sizeof printer->hms[0],
                                printer->hms_count));
    json_object_set_new(dump, "error", object_of(latch_fields, LEN(latch_fields), &printer->error));
    json_object_set_new(dump, "cancel",
                        object_of(latch_fields, LEN(latch_fields), &printer->cancel));
    json_object_set_new(dump, "identity",
                        object_of(identity_fields, LEN(identity_fields), &printer->identity));
    json_object_set_new(dump, "command", command_of(&printer->command));
    dump_mapping(dump, "mapping", &printer->mapping);
    return dump;
}

static void load_slots(struct printer *printer, const json_t *list)
{
    size_t index;
    json_t *object;
    json_array_foreach (list, index, object) {
        if (printer->slot_count < PRINTER_SLOTS_MAX)
            load_slot(&printer->slots[printer->slot_count++], object);
    }
}

bool printer_load(struct printer *printer, const json_t *dump)
{
    printer_init(printer);
    if (json_integer_value(json_object_get(dump, "version")) != DUMP_VERSION)
        return false;
    memset(printer, 0, sizeof *printer);
    live_init(&printer->live);
    field_load(printer_fields, LEN(printer_fields), printer, dump);
    printer->unit_count =
        load_list(unit_fields, LEN(unit_fields), printer->units, sizeof printer->units[0],
                  PRINTER_UNITS_MAX, json_object_get(dump, "units"));
    load_slots(printer, json_object_get(dump, "slots"));
    load_list(extruder_fields, LEN(extruder_fields), printer->extruders,
              sizeof printer->extruders[0], PRINTER_NOZZLES_MAX,
              json_object_get(dump, "extruders"));
    printer->hms_count =
        load_list(hms_fields, LEN(hms_fields), printer->hms, sizeof printer->hms[0],
                  PRINTER_HMS_MAX, json_object_get(dump, "hms"));
    field_load(latch_fields, LEN(latch_fields), &printer->error, json_object_get(dump, "error"));
    field_load(latch_fields, LEN(latch_fields), &printer->cancel, json_object_get(dump, "cancel"));
    field_load(identity_fields, LEN(identity_fields), &printer->identity,
               json_object_get(dump, "identity"));
    load_command(&printer->command, json_object_get(dump, "command"));
    load_mapping(&printer->mapping, json_object_get(dump, "mapping"));
    return true;
}
