#include "tests/simulator/model.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool model_is_external(int place)
{
    return place == PLACE_EXTERNAL || place == PLACE_EXTERNAL_LEFT;
}

bool model_is_none(int place)
{
    return place == PLACE_NONE || place == PLACE_NONE_LEFT;
}

static int unit_index(const struct printer *printer, int place)
{
    for (int i = 0; i < printer->unit_count; i++) {
        if (printer->units[i].id == place >> 8 && (place & 0xFF) < printer->units[i].slot_count)
            return i;
    }
    return -1;
}

struct slot *model_slot(struct printer *printer, int place)
{
    if (place == PLACE_EXTERNAL)
        return &printer->external[0];
    if (place == PLACE_EXTERNAL_LEFT)
        return printer->family->nozzles == 2 ? &printer->external[1] : NULL;
    int i = unit_index(printer, place);
    return i < 0 ? NULL : &printer->units[i].slots[place & 0xFF];
}

const struct unit *model_unit(const struct printer *printer, int place)
{
    int i = unit_index(printer, place);
    return i < 0 ? NULL : &printer->units[i];
}

int model_extruder(const struct printer *printer, int place)
{
    if (printer->family->nozzles < 2)
        return 0;
    if (model_is_external(place))
        return place == PLACE_EXTERNAL_LEFT;
    const struct unit *unit = model_unit(printer, place);
    return unit ? unit->extruder : printer->shown.extruder;
}

int model_place(const struct printer *printer, const char *text)
{
    bool two = printer->family->nozzles == 2;
    if (!strcmp(text, "ext") || !strcmp(text, "ext1"))
        return two ? PLACE_EXTERNAL_LEFT : PLACE_EXTERNAL;
    if (!strcmp(text, "ext2"))
        return two ? PLACE_EXTERNAL : -1;
    int unit, slot;
    if (sscanf(text, "%d/%d", &unit, &slot) != 2)
        return -1;
    int id = unit >= 1 && unit <= 8 ? unit - 1 : unit;
    int place = id << 8 | (slot - 1);
    return slot >= 1 && unit_index(printer, place) >= 0 ? place : -1;
}

void model_place_address(const struct printer *printer, int place, int *ret_unit, int *ret_slot)
{
    if (model_is_external(place)) {
        *ret_unit = 255;
        *ret_slot = printer->family->nozzles == 2 && place == PLACE_EXTERNAL ? 2 : 1;
        return;
    }
    int id = place >> 8;
    *ret_unit = id < 8 ? id + 1 : id;
    *ret_slot = (place & 0xFF) + 1;
}

static unsigned unit_bit(const struct unit *unit)
{
    if (unit->id >= 128)
        return 1U << (4 + unit->id - 128);
    return unit->id == 16 ? 1U << 12 : 1U << unit->id;
}

static unsigned slot_bit(const struct unit *unit, int slot)
{
    if (unit->id >= 128)
        return 1U << (16 + unit->id - 128);
    return unit->id == 16 ? 1U << (24 + slot) : 1U << (unit->id * 4 + slot);
}

unsigned model_unit_bits(const struct printer *printer)
{
    unsigned bits = 0;
    for (int i = 0; i < printer->unit_count; i++)
        bits |= unit_bit(&printer->units[i]);
    return bits;
}

static bool has_bit(const struct slot *slot, enum slot_bit bit)
{
    switch (bit) {
    case BIT_PRESENT:
        return slot->present;
    case BIT_KNOWN:
        return slot->present && slot->known;
    case BIT_READING:
        return slot->reading;
    }
    return false;
}

unsigned model_slot_bits(const struct printer *printer, enum slot_bit bit)
{
    unsigned bits = 0;
    for (int i = 0; i < printer->unit_count; i++) {
        const struct unit *unit = &printer->units[i];
        for (int s = 0; s < unit->slot_count; s++) {
            if (has_bit(&unit->slots[s], bit))
                bits |= slot_bit(unit, s);
        }
    }
    return bits;
}

bool model_add_unit(struct printer *printer, enum unit_kind kind, int id, int extruder)
{
    if (printer->unit_count == UNITS_MAX)
        return false;
    for (int i = 0; i < printer->unit_count; i++) {
        if (printer->units[i].id == id)
            return false;
    }
    printer->units[printer->unit_count++] = (struct unit){
        .id = id,
        .kind = kind,
        .slot_count = kind == UNIT_HT ? 1 : 4,
        .extruder = printer->family->nozzles == 2 ? extruder : 0,
        .humidity = kind == UNIT_HT ? 0 : 4,
    };
    return true;
}

bool model_same_roll(const struct roll *a, const struct roll *b)
{
    return !strcmp(a->profile, b->profile) && !strcmp(a->color, b->color);
}

/* splitmix64: small, and the same sequence everywhere for one seed. */
uint64_t model_random(struct printer *printer)
{
    uint64_t z = printer->random += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}
