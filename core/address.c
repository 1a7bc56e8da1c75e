#include "core/address.h"

#include <stdio.h>

static const struct slot_address none = {0, 0};

enum {
    AMS_UNITS = 8,      /* 1..8 */
    NUMBERED_UNITS = 4, /* of them those with a global tray number and exist bits */
    SLOTS = 4,
    HT_OTHER = 16, /* HT units numbered 16..23: by their exist bit */
    LITE_GLOBAL = 24,
    LITE_UNIT_BIT = 12,
    HT_UNIT_BIT = 4,
    HT_SLOT_BIT = 16,
    EXTERNAL_LEFT = 254, /* on one nozzle: the only one */
    EXTERNAL_MAIN = 255,
};

bool address_none(struct slot_address at)
{
    return at.unit == 0 && at.slot == 0;
}

bool address_equal(struct slot_address a, struct slot_address b)
{
    return a.unit == b.unit && a.slot == b.slot;
}

int address_compare(struct slot_address a, struct slot_address b)
{
    return a.unit != b.unit ? a.unit - b.unit : a.slot - b.slot;
}

static bool is_ams(int unit)
{
    return unit >= 1 && unit <= AMS_UNITS;
}

static bool is_ht(int unit)
{
    return unit >= UNIT_HT_FIRST && unit <= UNIT_HT_LAST;
}

bool address_possible(int unit, int slot)
{
    if (is_ht(unit))
        return slot == 1;
    if (unit == UNIT_EXTERNAL)
        return slot == 1 || slot == 2;
    return (is_ams(unit) || unit == UNIT_A2L_LITE) && slot >= 1 && slot <= SLOTS;
}

static struct slot_address make(int unit, int slot)
{
    struct slot_address at = {(int16_t)unit, (int16_t)slot};
    return address_possible(unit, slot) ? at : none;
}

struct slot_address address_from_ams(int ams_id, int tray_id)
{
    if (tray_id < 0 || tray_id >= SLOTS)
        return none;
    if (ams_id >= 0 && ams_id < AMS_UNITS)
        return make(ams_id + 1, tray_id + 1);
    if (ams_id > HT_OTHER && ams_id < HT_OTHER + AMS_UNITS) /* 16 itself is the A2L's Lite */
        return make(UNIT_HT_FIRST + ams_id - HT_OTHER, tray_id + 1);
    return ams_id == UNIT_A2L_LITE || is_ht(ams_id) ? make(ams_id, tray_id + 1) : none;
}

struct slot_address address_from_external(int tray_id, int nozzles)
{
    if (tray_id == EXTERNAL_LEFT)
        return make(UNIT_EXTERNAL, 1);
    if (tray_id == EXTERNAL_MAIN || tray_id == -1)
        return make(UNIT_EXTERNAL, nozzles > 1 ? 2 : 1);
    return none;
}

struct slot_address address_from_global(int tray, int nozzles)
{
    if (tray >= 0 && tray < NUMBERED_UNITS * SLOTS)
        return make(tray / SLOTS + 1, tray % SLOTS + 1);
    if (tray >= HT_OTHER && tray < HT_OTHER + AMS_UNITS)
        return make(UNIT_HT_FIRST + tray - HT_OTHER, 1);
    if (tray >= LITE_GLOBAL && tray < LITE_GLOBAL + SLOTS)
        return make(UNIT_A2L_LITE, tray - LITE_GLOBAL + 1);
    if (is_ht(tray))
        return make(tray, 1);
    return tray == EXTERNAL_LEFT || tray == EXTERNAL_MAIN ? address_from_external(tray, nozzles)
                                                          : none;
}

struct slot_address address_from_snow(int64_t snow, int nozzles)
{
    if (snow < 0 || snow > 0xFFFF)
        return none;
    int unit = (int)(snow >> 8), slot = (int)(snow & 0xFF);
    if (unit == EXTERNAL_LEFT || unit == EXTERNAL_MAIN)
        return slot == 0 ? address_from_external(unit, nozzles) : none;
    return address_from_ams(unit, slot);
}

struct slot_address address_from_pair(int ams_id, int slot_id, int nozzles)
{
    if (ams_id < 0 || ams_id > 0xFF || slot_id < 0 || slot_id > 0xFF)
        return none;
    return address_from_snow((int64_t)ams_id << 8 | slot_id, nozzles);
}

int address_to_global(struct slot_address at, int nozzles)
{
    if (!address_possible(at.unit, at.slot))
        return -1;
    if (is_ht(at.unit))
        return at.unit;
    if (at.unit == UNIT_A2L_LITE)
        return LITE_GLOBAL + at.slot - 1;
    if (at.unit == UNIT_EXTERNAL)
        return nozzles > 1 && at.slot == 2 ? EXTERNAL_MAIN : EXTERNAL_LEFT;
    return at.unit <= NUMBERED_UNITS ? (at.unit - 1) * SLOTS + at.slot - 1 : -1;
}

int address_unit_bit(int unit)
{
    if (is_ht(unit))
        return HT_UNIT_BIT + unit - UNIT_HT_FIRST;
    if (unit == UNIT_A2L_LITE)
        return LITE_UNIT_BIT;
    return unit >= 1 && unit <= NUMBERED_UNITS ? unit - 1 : -1;
}

int address_slot_bit(struct slot_address at)
{
    if (at.unit == UNIT_EXTERNAL || address_unit_bit(at.unit) < 0)
        return -1;
    return is_ht(at.unit) ? HT_SLOT_BIT + at.unit - UNIT_HT_FIRST : address_to_global(at, 1);
}

void address_label(struct slot_address at, int nozzles, char ret_label[ADDRESS_LABEL_SIZE])
{
    size_t size = ADDRESS_LABEL_SIZE;
    if (!address_possible(at.unit, at.slot))
        snprintf(ret_label, size, "%d/%d", at.unit, at.slot);
    else if (is_ams(at.unit))
        snprintf(ret_label, size, "%c%d", 'A' + at.unit - 1, at.slot);
    else if (is_ht(at.unit))
        snprintf(ret_label, size, "HT-%c%d", 'A' + at.unit - UNIT_HT_FIRST, at.slot);
    else if (at.unit == UNIT_A2L_LITE)
        snprintf(ret_label, size, "Lite-%d", at.slot);
    else if (nozzles > 1)
        snprintf(ret_label, size, "Ext-%c", at.slot == 2 ? 'R' : 'L');
    else
        snprintf(ret_label, size, "Ext");
}
