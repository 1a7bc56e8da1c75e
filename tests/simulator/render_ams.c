#include "tests/simulator/render.h"

#include <string.h>

static const char no_tag[] = "0000000000000000";
static const char no_uuid[] = "00000000000000000000000000000000";
static const char no_camera_data[] = "000000000000000000000000";

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void set_text(json_t *object, const char *key, const char *value)
{
    set(object, key, json_string(value));
}

static void set_number(json_t *object, const char *key, int value)
{
    set(object, key, json_sprintf("%d", value));
}

static void set_hex(json_t *object, const char *key, unsigned value)
{
    set(object, key, json_sprintf("%x", value));
}

static json_t *id_text(int id)
{
    return json_sprintf("%d", id);
}

static int remain(const struct printer *printer, const struct roll *roll)
{
    enum unit_kind kind = printer->family->unit;
    if (kind == UNIT_LITE || kind == UNIT_A2L)
        return 0; /* these units never measure */
    if (!roll->tray_uuid[0])
        return -1;
    return roll->full_grams > 0 ? (int)(100 * roll->grams / roll->full_grams) : 100;
}

static json_t *colors(const struct roll *roll)
{
    json_t *list = json_array();
    if (roll->color_count < 2)
        json_array_append_new(list, json_string(roll->color));
    for (int i = 0; i < roll->color_count && roll->color_count > 1; i++)
        json_array_append_new(list, json_string(roll->colors[i]));
    return list;
}

static void tray_keys(const struct printer *printer, const struct roll *roll, json_t *tray)
{
    bool rfid = roll->tray_uuid[0];
    bool old_keys = printer->family->delta;
    set(tray, "cali_idx", json_integer(-1));
    set_text(tray, "tag_uid", rfid ? roll->tag_uid : no_tag);
    set_text(tray, "tray_id_name", roll->color_code);
    set_text(tray, "tray_info_idx", roll->profile);
    set_text(tray, "tray_type", roll->material);
    set_text(tray, "tray_sub_brands", roll->brand);
    set_text(tray, "tray_color", roll->color[0] ? roll->color : "00000000");
    set_number(tray, "tray_weight", rfid ? roll->weight_g : 0);
    set_text(tray, "tray_diameter", rfid || !old_keys ? "1.75" : "0.00");
    set_text(tray, old_keys ? "tray_temp" : "drying_temp", rfid ? "55" : "0");
    set_text(tray, old_keys ? "tray_time" : "drying_time", rfid ? "8" : "0");
    set_text(tray, "bed_temp_type", "0");
    set_text(tray, "bed_temp", "0");
    set_number(tray, "nozzle_temp_max", roll->nozzle_max);
    set_number(tray, "nozzle_temp_min", roll->nozzle_min);
    set_text(tray, "xcam_info", no_camera_data);
    set_text(tray, "tray_uuid", rfid ? roll->tray_uuid : no_uuid);
}

static int tray_state(const struct printer *printer, int place)
{
    if (printer->family->delta)
        return 3;
    return printer->shown.snow[model_extruder(printer, place)] == place ? 27 : 11;
}

static json_t *whole_tray(const struct printer *printer, const struct slot *slot, int place)
{
    static const struct roll nothing = {.color = "00000000"};
    const struct roll *roll = slot->blank ? &nothing : &slot->roll;
    json_t *tray = json_object();
    set(tray, "id", id_text(place & 0xFF));
    if (printer->family->tray_state)
        set(tray, "state", json_integer(tray_state(printer, place)));
    set(tray, "remain", json_integer(remain(printer, roll)));
    if (printer->family->tray_state)
        set(tray, "total_len", json_integer(330000));
    tray_keys(printer, roll, tray);
    set(tray, "ctype", json_integer(0));
    set(tray, "cols", colors(roll));
    return tray;
}

/* The firmware's own ways of showing a slot of which it has nothing to tell. */
static json_t *bare_tray(const struct printer *printer, const struct slot *slot, int place)
{
    json_t *tray = json_pack("{s:o}", "id", id_text(place & 0xFF));
    const struct family *family = printer->family;
    if (family->delta || !family->tray_state)
        return tray;
    if (slot->present)
        set(tray, "state", json_integer(slot->reading ? 17 : 9));
    else if (family->bare == BARE_MOVING)
        set(tray, "state", json_integer(26));
    else if (family->bare == BARE_SETTLED && slot->ever)
        set(tray, "state", json_integer(slot->roll.tray_uuid[0] ? 8 : 10));
    else
        set(tray, "state", json_integer(0));
    return tray;
}

static json_t *tray_of(const struct printer *printer, const struct slot *slot, int place)
{
    bool stale = printer->family->bare == BARE_STALE && slot->ever && !slot->present;
    if (stale || (slot->present && slot->known))
        return whole_tray(printer, slot, place);
    return bare_tray(printer, slot, place);
}

static json_t *unit_info(const struct unit *unit)
{
    static const int types[] = {
        [UNIT_AMS] = 1, [UNIT_LITE] = 2, [UNIT_AMS_2_PRO] = 3, [UNIT_HT] = 4, [UNIT_A2L] = 5};
    return json_sprintf("%x",
                        0x1000U | (unsigned)unit->extruder << 8 | (unsigned)types[unit->kind]);
}

static json_t *unit_of(const struct printer *printer, const struct unit *unit)
{
    json_t *trays = json_array();
    for (int i = 0; i < unit->slot_count; i++)
        json_array_append_new(trays, tray_of(printer, &unit->slots[i], unit->id << 8 | i));
    json_t *object = json_object();
    bool lite = unit->kind == UNIT_LITE || unit->kind == UNIT_A2L;
    if (lite) {
        set_text(object, "chip_id", "5a5a000102030405060708090a0b0c0");
        set(object, "check", json_integer(0));
    }
    set(object, "id", id_text(unit->id));
    set(object, "humidity", id_text(unit->humidity));
    set_text(object, "temp", lite ? "0.0" : "26.5");
    if (printer->family->tray_state) {
        set_text(object, "humidity_raw", lite ? "0" : "21");
        set(object, "dry_time", json_integer(0));
        set(object, "info", unit_info(unit));
    }
    set(object, "tray", trays);
    return object;
}

/* tray_now, tray_tar and tray_pre in the family's numbering. */
static json_t *tray_number(const struct printer *printer, int place)
{
    const struct family *family = printer->family;
    if (model_is_none(place))
        return json_string("255");
    if (model_is_external(
            place)) /* newer single-nozzle firmware says 0 there, which means nothing */
        return json_string(family->device && family->local_tray && family->nozzles == 1 ? "0"
                                                                                        : "254");
    int unit = place >> 8, slot = place & 0xFF;
    if (family->local_tray)
        return id_text(slot);
    return id_text(unit >= 128 ? unit : unit * 4 + slot);
}

static void set_bits(json_t *ams, const struct printer *printer)
{
    unsigned mask = printer->faults.dying ? 0 : ~0U;
    unsigned known = model_slot_bits(printer, BIT_KNOWN);
    set_hex(ams, "ams_exist_bits", model_unit_bits(printer) & mask);
    set_hex(ams, "tray_exist_bits", model_slot_bits(printer, BIT_PRESENT) & mask);
    set_hex(ams, "tray_is_bbl_bits", known & mask);
    set_hex(ams, "tray_read_done_bits", known & mask);
    set_hex(ams, "tray_reading_bits", model_slot_bits(printer, BIT_READING));
}

json_t *render_ams(struct printer *printer)
{
    json_t *units = json_array();
    for (int i = 0; i < printer->unit_count; i++)
        json_array_append_new(units, unit_of(printer, &printer->units[i]));
    json_t *ams = json_pack("{s:o}", "ams", units);
    set_bits(ams, printer);
    set(ams, "tray_tar", tray_number(printer, printer->shown.target));
    set(ams, "tray_now", tray_number(printer, printer->shown.now));
    set(ams, "tray_pre", tray_number(printer, printer->shown.before));
    set(ams, "version", json_integer(printer->ams_version));
    set(ams, "insert_flag", json_true());
    set(ams, "power_on_flag", json_boolean(printer->powered_on && !printer->faults.dying));
    if (printer->family->device) {
        set(ams, "cali_id", json_integer(255));
        set(ams, "cali_stat", json_integer(0));
        set(ams, "unbind_ams_stat", json_integer(0));
    }
    return ams;
}

json_t *render_external(const struct printer *printer, const struct slot *slot, int id)
{
    json_t *tray = json_pack("{s:o}", "id", id_text(id));
    tray_keys(printer, &slot->roll, tray);
    set(tray, "remain", json_integer(0));
    if (printer->family->vir_slot) {
        set(tray, "cols", colors(&slot->roll));
        set(tray, "ctype", json_integer(0));
        set(tray, "total_len", json_integer(330000));
    }
    return tray;
}
