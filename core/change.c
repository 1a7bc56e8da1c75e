#include "core/change.h"

#include <string.h>

#include "base/auto.h"

static const struct slot_address nowhere = {0, 0};

static void add(struct changes *changes, enum change_kind kind, struct slot_address at)
{
    if (changes->count < CHANGES_MAX)
        changes->list[changes->count++] = (struct change){kind, at};
}

static void add_if(struct changes *changes, bool differs, enum change_kind kind)
{
    if (differs)
        add(changes, kind, nowhere);
}

static bool attached(const struct printer *printer, int number)
{
    const struct unit *unit = printer_unit(printer, number);
    return unit && unit->attached;
}

static void diff_units(const struct printer *old, const struct printer *next, bool gone,
                       struct changes *ret)
{
    for (int i = 0; i < next->unit_count; i++) {
        int number = next->units[i].number;
        struct slot_address at = {(int16_t)number, 0};
        bool before = attached(old, number), after = attached(next, number);
        if (gone ? before && !after : !before && after)
            add(ret, gone ? CHANGE_UNIT_GONE : CHANGE_UNIT, at);
    }
}

static void diff_slots(const struct printer *old, const struct printer *next, enum change_kind kind,
                       struct changes *ret)
{
    struct tray unseen;
    tray_init(&unseen);
    for (int i = 0; i < next->slot_count; i++) {
        const struct slot *slot = &next->slots[i];
        const struct slot *before = printer_slot(old, slot->at);
        const struct tray *reported = before ? &before->reported : &unseen;
        const struct tray *settled = before ? &before->settled : &unseen;
        bool differs = kind == CHANGE_REPORTED ? !tray_equal(reported, &slot->reported)
                                               : !tray_same_facts(settled, &slot->settled);
        if (differs)
            add(ret, kind, slot->at);
    }
}

static bool layer_differs(const struct printer *a, const struct printer *b)
{
    return a->layer != b->layer || a->total_layers != b->total_layers;
}

static bool identity_differs(const struct printer *a, const struct printer *b)
{
    return memcmp(&a->identity, &b->identity, sizeof a->identity) != 0;
}

static bool mapping_differs(const struct printer *a, const struct printer *b)
{
    return memcmp(&a->mapping, &b->mapping, sizeof a->mapping) != 0;
}

static bool command_differs(const struct printer *a, const struct printer *b)
{
    return memcmp(&a->command, &b->command, sizeof a->command) != 0;
}

static bool error_differs(const struct printer *a, const struct printer *b)
{
    return memcmp(&a->error, &b->error, sizeof a->error) != 0 ||
           memcmp(&a->cancel, &b->cancel, sizeof a->cancel) != 0 ||
           a->print_error != b->print_error || a->err_code != b->err_code ||
           a->stop_reply_at != b->stop_reply_at || a->hms_count != b->hms_count ||
           memcmp(a->hms, b->hms, sizeof a->hms) != 0;
}

static bool unit_differs(const struct unit *a, const struct unit *b)
{
    return a->number != b->number || a->type != b->type || a->extruder != b->extruder ||
           strcmp(a->serial, b->serial) != 0 || strcmp(a->firmware, b->firmware) != 0;
}

static bool model_differs(const struct printer *a, const struct printer *b)
{
    for (int i = 0; i < a->unit_count && i < b->unit_count; i++) {
        if (unit_differs(&a->units[i], &b->units[i]))
            return true;
    }
    return a->unit_count != b->unit_count || a->model != b->model || a->nozzles != b->nozzles ||
           strcmp(a->firmware, b->firmware) != 0 || strcmp(a->serial, b->serial) != 0;
}

void changes_diff(const struct printer *old, const struct printer *next, struct changes *ret)
{
    ret->count = 0;
    diff_units(old, next, false, ret);
    diff_units(old, next, true, ret);
    diff_slots(old, next, CHANGE_REPORTED, ret);
    diff_slots(old, next, CHANGE_SETTLED, ret);
    if (!address_equal(old->feeding, next->feeding))
        add(ret, CHANGE_FEEDING, next->feeding);
    add_if(ret, old->gcode_state != next->gcode_state, CHANGE_STATE);
    add_if(ret, layer_differs(old, next), CHANGE_LAYER);
    add_if(ret, identity_differs(old, next), CHANGE_IDENTITY);
    add_if(ret, mapping_differs(old, next), CHANGE_MAPPING);
    add_if(ret, command_differs(old, next), CHANGE_COMMAND);
    add_if(ret, error_differs(old, next), CHANGE_ERROR);
    add_if(ret, model_differs(old, next), CHANGE_MODEL);
    add_if(ret, printer_commands_refused(old) != printer_commands_refused(next), CHANGE_REFUSED);
}

bool changes_have(const struct changes *changes, enum change_kind kind)
{
    for (int i = 0; i < changes->count; i++) {
        if (changes->list[i].kind == kind)
            return true;
    }
    return false;
}

const char *change_slug(enum change_kind kind)
{
    static const char *const slugs[] = {
        "unit",     "unit_gone", "slot_reported", "slot_settled", "feeding", "state",   "layer",
        "identity", "mapping",   "command",       "error",        "model",   "refused",
    };
    return (size_t)kind < LEN(slugs) ? slugs[kind] : "";
}
