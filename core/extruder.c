#include "core/extruder.h"

#include "base/auto.h"
#include "core/field.h"

struct entry {
    int32_t id, snow;
};

static const struct field entry_fields[] = {
    FIELD("id", "id", K_INT, struct entry, id, 0, 255),
    FIELD("snow", "snow", K_INT, struct entry, snow, -1, 0xFFFF),
};

struct state {
    int64_t bits;
};

static const struct field state_field =
    FIELD("state", "state", K_INT, struct state, bits, 0, 4294967295.0);

enum { UNTOLD = -2, NOTHING = 255, LOCAL_SLOTS = 4, COUNT_MASK = 0xF, ACTIVE_SHIFT = 4 };

static unsigned take_entry(struct printer *printer, const json_t *object, int *count)
{
    struct entry entry = {-1, UNTOLD};
    unsigned bad = field_load_wire(entry_fields, LEN(entry_fields), &entry, object);
    if (entry.id < 0)
        return bad ? bad : 1;
    if (entry.id >= PRINTER_NOZZLES_MAX)
        return bad;
    if (entry.id + 1 > *count)
        *count = entry.id + 1;
    if (entry.snow != UNTOLD) {
        printer->extruders[entry.id].snow = entry.snow;
        printer->extruders[entry.id].known = 1;
    }
    return bad;
}

static unsigned take_state(struct printer *printer, const json_t *value, int *count)
{
    struct state state = {0};
    enum field_taken taken = field_take(&state_field, &state, value);
    if (taken != FIELD_TAKEN)
        return taken == FIELD_BAD;
    int told = (int)(state.bits & COUNT_MASK), active = (int)(state.bits >> ACTIVE_SHIFT & 0xF);
    if (told >= 1 && told <= PRINTER_NOZZLES_MAX)
        *count = told;
    if (active < PRINTER_NOZZLES_MAX)
        printer->active = active;
    return 0;
}

unsigned extruder_take(struct printer *printer, const json_t *device)
{
    size_t index;
    json_t *entry;
    if (!device || json_is_null(device))
        return 0;
    const json_t *extruder = json_object_get(device, "extruder");
    const json_t *info = json_object_get(extruder, "info");
    unsigned bad = !json_is_object(device) || (extruder && !json_is_object(extruder)) ||
                   (info && !json_is_array(info));
    int count = printer->extruder_count;
    json_array_foreach (info, index, entry) {
        bad += take_entry(printer, entry, &count);
    }
    bad += take_state(printer, json_object_get(extruder, "state"), &count);
    printer->extruder_count = count;
    return bad;
}

void extruder_count_nozzles(struct printer *printer)
{
    int told = printer->extruder_count, by_model = model_nozzles(printer->model);
    if (told)
        printer->nozzles = told;
    else if (!printer->nozzles || (by_model && !printer->vir_slots))
        printer->nozzles = by_model;
}

/* Numbers 0..3 mean a slot inside some unit on these. X1 with new firmware stays global. */
static bool local_numbers(const struct printer *printer)
{
    switch (printer->model) {
    case MODEL_X1:
    case MODEL_X1C:
    case MODEL_X1E:
    case MODEL_P1P:
    case MODEL_P1S:
    case MODEL_A1:
    case MODEL_A1_MINI:
        return false;
    case MODEL_A2L:
    case MODEL_P2S:
    case MODEL_H2S:
    case MODEL_H2C:
    case MODEL_H2D:
    case MODEL_H2D_PRO:
    case MODEL_X2D:
        return true;
    case MODEL_UNKNOWN:
    case MODEL_COUNT:
        break;
    }
    return printer->new_style || printer_unit(printer, UNIT_A2L_LITE);
}

typedef struct slot_address mapped(const struct printer *printer, int index);

/* The one slot numbered ${number} among the mapped ones; none where several units have it. */
static struct slot_address only_mapped(const struct printer *printer, mapped *get, int number,
                                       bool *ret_several)
{
    struct slot_address found = {0, 0};
    *ret_several = false;
    for (int i = 0; i < PRINTER_MAPPING_MAX; i++) {
        struct slot_address at = get(printer, i);
        if (at.slot != number || at.unit == UNIT_EXTERNAL || address_equal(at, found))
            continue;
        *ret_several = *ret_several || !address_none(found);
        found = at;
    }
    return found;
}

static struct slot_address only_unit(const struct printer *printer, int number)
{
    struct slot_address found = {0, 0};
    for (int i = 0; i < printer->unit_count; i++) {
        const struct unit *unit = &printer->units[i];
        if (!unit->attached || !address_possible(unit->number, number))
            continue;
        if (!address_none(found))
            return (struct slot_address){0, 0};
        found = (struct slot_address){(int16_t)unit->number, (int16_t)number};
    }
    return found;
}

static struct slot_address from_local(const struct printer *printer, int number)
{
    bool several = false;
    bool told = printer->mapping.known;
    struct slot_address at =
        only_mapped(printer, told ? printer_mapped : printer_commanded, number, &several);
    if (several)
        return (struct slot_address){0, 0};
    return address_none(at) ? only_unit(printer, number) : at;
}

struct slot_address extruder_feeding(const struct printer *printer)
{
    const struct extruder *active = &printer->extruders[printer->active];
    int number = printer->tray_now;
    if (active->known)
        return address_from_snow(active->snow, printer->nozzles);
    if (number < 0 || number == NOTHING)
        return (struct slot_address){0, 0};
    if (number < LOCAL_SLOTS && local_numbers(printer))
        return from_local(printer, number + 1);
    return address_from_global(number, printer->nozzles);
}
