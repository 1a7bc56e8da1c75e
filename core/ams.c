#include "core/ams.h"

#include <string.h>

#include "base/auto.h"
#include "core/field.h"
#include "core/rules.h"
#include "core/slot.h"
#include "core/unit.h"

/* What one print.ams says beside its units; -1: not said. */
struct frame {
    int64_t ams_bits, tray_bits, reading_bits;
    int32_t power_on, tray_now, tray_tar, tray_pre;
    bool tray_bits_bad; /* said, but unreadable: what was known stays */
};

static const struct field frame_fields[] = {
    FIELD("ams_exist_bits", "ams_exist_bits", K_BITS, struct frame, ams_bits, 0, 0),
    FIELD("tray_exist_bits", "tray_exist_bits", K_BITS, struct frame, tray_bits, 0, 0),
    FIELD("tray_reading_bits", "tray_reading_bits", K_BITS, struct frame, reading_bits, 0, 0),
    FIELD("power_on_flag", "power_on_flag", K_BOOL, struct frame, power_on, 0, 0),
    FIELD("tray_now", "tray_now", K_INT, struct frame, tray_now, 0, 255),
    FIELD("tray_tar", "tray_tar", K_INT, struct frame, tray_tar, 0, 255),
    FIELD("tray_pre", "tray_pre", K_INT, struct frame, tray_pre, 0, 255),
};

struct unit_head {
    int32_t id, reserved;
    int64_t info;
};

static const struct field head_fields[] = {
    FIELD("id", "id", K_INT, struct unit_head, id, 0, 255),
    FIELD("info", "info", K_BITS, struct unit_head, info, 0, 0),
};

static const struct field live_fields[] = {
    FIELD("humidity", "humidity", K_INT, struct live_unit, humidity_level, 0, 100),
    FIELD("humidity_raw", "humidity_raw", K_INT, struct live_unit, humidity, 0, 100),
    FIELD("dry_time", "dry_time", K_INT, struct live_unit, dry_minutes, -1, 1000000),
    FIELD("temp", "temp", K_REAL, struct live_unit, temperature, -100, 200),
};

enum { INFO_TYPE_HT = 4 };

struct tray_head {
    int32_t id, state;
};

static const struct field tray_head_fields[] = {
    FIELD("id", "id", K_INT, struct tray_head, id, 0, 255),
    FIELD("state", "state", K_INT, struct tray_head, state, 0, 65535),
};

static bool bit(int64_t bits, int place)
{
    return place >= 0 && bits >= 0 && ((uint64_t)bits >> place & 1);
}

/* Without exist bits the form of the object decides; -1: it says nothing new. */
static int exists_by_form(enum tray_form form, const struct slot *slot, bool changed)
{
    if (form == TRAY_BARE) {
        if (slot->reading || slot->hint == 2) /* 2: in transition, filled or not */
            return slot->reading ? 1 : -1;
        return slot->hint > 0 && (slot->hint & 1) ? 1 : 0;
    }
    if (!tray_described(&slot->raw))
        return (changed || slot->exists < 0) && slot->hint > 0 && (slot->hint & 1) ? 1 : -1;
    /* A removed roll's data may stay in the object: only news of it show a new roll. */
    return slot->exists == 0 && !changed ? -1 : 1;
}

/* Without a word on it, the form of the object decides whether the slot is filled. */
static void take_presence(struct slot *slot, enum tray_form form, bool changed,
                          const struct frame *frame)
{
    bool has_bit = address_slot_bit(slot->at) >= 0;
    if (has_bit && (frame->tray_bits >= 0 || (frame->tray_bits_bad && slot->exists >= 0)))
        return;
    int exists = exists_by_form(form, slot, changed);
    if (exists >= 0)
        slot->exists = exists;
}

static bool stays_filled(const struct slot *slot, const struct frame *frame)
{
    int place = address_slot_bit(slot->at);
    bool by_bits = frame->tray_bits >= 0 && place >= 0;
    return slot->exists == 1 && (!by_bits || bit(frame->tray_bits, place));
}

static unsigned take_tray(struct printer *printer, int ams_id, const json_t *object,
                          const struct frame *frame)
{
    struct tray_head head = {-1, -1};
    enum field_taken id = field_take(&tray_head_fields[0], &head, json_object_get(object, "id"));
    struct slot *slot = slot_at(printer, address_from_ams(ams_id, head.id));
    if (id != FIELD_TAKEN || !slot)
        return 1;
    enum field_taken state =
        field_take(&tray_head_fields[1], &head, json_object_get(object, "state"));
    enum tray_form form = tray_form(object);
    struct tray before = slot->raw;
    int32_t hint_before = slot->hint;
    if (state == FIELD_TAKEN || (state == FIELD_ABSENT && form != TRAY_PARTIAL))
        slot->hint = head.state;
    if (frame->reading_bits >= 0)
        slot->reading = bit(frame->reading_bits, address_slot_bit(slot->at));
    unsigned bad = tray_merge(&slot->raw, object, stays_filled(slot, frame));
    bool changed = !tray_equal(&before, &slot->raw) || slot->hint != hint_before;
    take_presence(slot, form, changed, frame);
    return bad + (state == FIELD_BAD);
}

static void take_info(struct unit *unit, struct live_unit *live, int64_t info)
{
    static const enum unit_type types[] = {UNIT_TYPE_UNKNOWN,  UNIT_TYPE_AMS,
                                           UNIT_TYPE_AMS_LITE, UNIT_TYPE_AMS_2_PRO,
                                           UNIT_TYPE_AMS_HT,   UNIT_TYPE_A2L_LITE};
    size_t type = (size_t)(info & 0xF);
    int extruder = (int)(info >> 8 & 0xF);
    if (type > 0 && type < LEN(types))
        unit->type = types[type];
    unit->extruder = extruder < PRINTER_NOZZLES_MAX ? extruder : -1;
    live->drying = (int32_t)(info >> 4 & 0xF);
}

/* The A2L's Lite and the first AMS HT (in the numbering from 16) share a number: the type decides,
 * and where a partial report leaves it out, what is known already. */
static int unit_number(const struct printer *printer, const struct unit_head *head)
{
    const struct unit *first_ht = printer_unit(printer, UNIT_HT_FIRST);
    bool ht = head->info >= 0 ? (head->info & 0xF) == INFO_TYPE_HT
                              : first_ht && !printer_unit(printer, UNIT_A2L_LITE);
    return ht && head->id == UNIT_A2L_LITE ? UNIT_HT_FIRST : head->id;
}

static unsigned take_trays(struct printer *printer, int ams_id, const json_t *trays,
                           const struct frame *frame)
{
    size_t index;
    json_t *tray;
    unsigned bad = trays && !json_is_array(trays) && !json_is_null(trays);
    json_array_foreach (trays, index, tray) {
        bad += take_tray(printer, ams_id, tray, frame);
    }
    return bad;
}

static unsigned take_unit(struct printer *printer, const json_t *object, const struct frame *frame)
{
    struct unit_head head = {.id = -1, .info = -1};
    unsigned bad = field_load_wire(head_fields, LEN(head_fields), &head, object);
    int ams_id = unit_number(printer, &head);
    struct unit *unit = unit_at(printer, address_from_ams(ams_id, 0).unit);
    if (!unit)
        return bad ? bad : 1;
    struct live_unit *live = unit_live(printer, unit);
    bad += field_load_wire(live_fields, LEN(live_fields), live, object);
    if (head.info >= 0)
        take_info(unit, live, head.info);
    if (frame->ams_bits < 0 || address_unit_bit(unit->number) < 0)
        unit->attached = 1;
    return bad + take_trays(printer, ams_id, json_object_get(object, "tray"), frame);
}

/* The exist bits decide for every slot and unit that has one, listed in this message or not. */
static void believe_bits(struct printer *printer, const struct frame *frame)
{
    for (int i = 0; i < printer->unit_count && frame->ams_bits >= 0; i++) {
        int place = address_unit_bit(printer->units[i].number);
        if (place >= 0)
            printer->units[i].attached = bit(frame->ams_bits, place);
    }
    for (int i = 0; i < printer->slot_count; i++) {
        struct slot *slot = &printer->slots[i];
        int place = address_slot_bit(slot->at);
        if (frame->tray_bits >= 0 && place >= 0)
            slot->exists = bit(frame->tray_bits, place);
        if (frame->reading_bits >= 0 && place >= 0)
            slot->reading = bit(frame->reading_bits, place);
    }
    if (frame->ams_bits >= 0)
        printer->ams_bits = frame->ams_bits;
    if (frame->tray_bits >= 0)
        printer->tray_bits = frame->tray_bits;
}

/*
 * Printers that power down send all exist bits as zero. power_on_flag is a setting (read tags at
 * power-on), so it proves nothing alone; with it off, "everything gone at once" has to last.
 */
static bool powering_off(const struct printer *printer, const struct frame *frame)
{
    bool some_before = printer->ams_bits > 0 || printer->tray_bits > 0;
    bool any_said = frame->ams_bits >= 0 || frame->tray_bits >= 0;
    return any_said && some_before && frame->ams_bits <= 0 && frame->tray_bits <= 0 &&
           printer->power_on_read == 0;
}

static void end_hold(struct printer *printer)
{
    printer->hold_since = 0;
    printer->hold_seen = 0;
}

static bool hold_lasted(const struct printer *printer, int64_t now)
{
    return printer->hold_since && now - printer->hold_since >= RULE_HOLD_MS;
}

void ams_note_alive(struct printer *printer, int64_t now)
{
    if (!printer->hold_since)
        return;
    int64_t silence = now - printer->hold_seen;
    if (silence > RULE_HOLD_GAP_MS || silence < 0)
        printer->hold_since = now;
    printer->hold_seen = now;
}

void ams_believe_hold(struct printer *printer, int64_t now)
{
    const struct frame nothing = {.ams_bits = 0, .tray_bits = 0, .reading_bits = 0};
    if (!hold_lasted(printer, now))
        return;
    end_hold(printer);
    believe_bits(printer, &nothing);
}

static unsigned take_units(struct printer *printer, const json_t *units, const struct frame *frame)
{
    size_t index;
    json_t *unit;
    unsigned bad = units && !json_is_array(units) && !json_is_null(units);
    json_array_foreach (units, index, unit) {
        bad += take_unit(printer, unit, frame);
    }
    return bad;
}

static void take_sources(struct printer *printer, const struct frame *frame)
{
    if (frame->tray_now >= 0)
        printer->tray_now = frame->tray_now;
    if (frame->tray_tar >= 0)
        printer->tray_tar = frame->tray_tar;
    if (frame->tray_pre >= 0)
        printer->tray_pre = frame->tray_pre;
}

static bool said(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return value && !json_is_null(value);
}

unsigned ams_take(struct printer *printer, const json_t *ams, int64_t now)
{
    struct frame frame = {-1, -1, -1, -1, -1, -1, -1, false};
    if (!ams || json_is_null(ams))
        return 0;
    if (!json_is_object(ams))
        return 1;
    unsigned bad = field_load_wire(frame_fields, LEN(frame_fields), &frame, ams);
    frame.tray_bits_bad = said(ams, "tray_exist_bits") && frame.tray_bits < 0;
    if (said(ams, "ams_exist_bits") && frame.ams_bits < 0)
        frame.ams_bits = printer->ams_bits;
    if (frame.power_on >= 0)
        printer->power_on_read = frame.power_on;
    bool lasted = hold_lasted(printer, now);
    if (powering_off(printer, &frame) && !lasted) {
        if (!printer->hold_since)
            printer->hold_since = printer->hold_seen = now;
        return bad;
    }
    take_sources(printer, &frame);
    if (frame.ams_bits > 0 || frame.tray_bits > 0)
        end_hold(printer);
    if (printer->hold_since && !lasted) /* trays of a printer that says all is gone */
        return bad;
    bad += take_units(printer, json_object_get(ams, "ams"), &frame);
    believe_bits(printer, &frame);
    return bad;
}

static unsigned take_external(struct printer *printer, const json_t *object, bool only)
{
    struct tray_head head = {-1, -1};
    enum field_taken id = field_take(&tray_head_fields[0], &head, json_object_get(object, "id"));
    struct slot *slot = slot_at(printer, address_from_external(head.id, printer->nozzles));
    if (!json_is_object(object) || !slot || id == FIELD_BAD || (id == FIELD_ABSENT && !only))
        return 1;
    return tray_merge(&slot->raw, object, false);
}

unsigned ams_take_external(struct printer *printer, const json_t *print)
{
    size_t index;
    json_t *object;
    const json_t *list = json_object_get(print, "vir_slot");
    const json_t *single = json_object_get(print, "vt_tray");
    unsigned bad = (list && !json_is_array(list) && !json_is_null(list)) ||
                   (single && !json_is_object(single) && !json_is_null(single));
    if (json_is_array(list) && json_array_size(list)) {
        printer->vir_slots = 1;
        if (json_array_size(list) > 1 && printer->nozzles < 2)
            printer->nozzles = 2;
    }
    json_array_foreach (list, index, object) {
        bad += take_external(printer, object, false);
    }
    if (json_is_object(single) && !printer->vir_slots)
        bad += take_external(printer, single, true);
    return bad;
}
