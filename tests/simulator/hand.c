#include "tests/simulator/hand.h"

enum { TAG_SEEN_MS = 1000, TAG_READ_MS = 12000, SETTINGS_MS = 2000 };

static void touched(struct printer *printer)
{
    printer->ams_version++;
    printer->changed = true;
}

void hand_load(struct printer *printer, int place, const struct roll *roll, bool at_once)
{
    struct slot *slot = model_slot(printer, place);
    bool known = at_once || model_is_external(place);
    *slot = (struct slot){
        .roll = *roll, .present = true, .known = known, .ever = true, .loads = slot->loads + 1};
    if (!known)
        slot->next_at = printer->now + (roll->tray_uuid[0] ? TAG_SEEN_MS : SETTINGS_MS);
    touched(printer);
}

void hand_unload(struct printer *printer, int place)
{
    struct slot *slot = model_slot(printer, place);
    slot->present = slot->known = slot->reading = slot->blank = false;
    slot->next_at = 0;
    touched(printer);
}

void hand_describe(struct printer *printer, int place, const struct roll *roll)
{
    struct slot *slot = model_slot(printer, place);
    double grams = slot->roll.grams, full = slot->roll.full_grams;
    slot->roll = *roll;
    if (roll->full_grams <= 0) {
        slot->roll.grams = grams;
        slot->roll.full_grams = full;
    }
    slot->blank = false;
    slot->known = true;
    touched(printer);
}

void hand_blank(struct printer *printer, int place)
{
    struct slot *slot = model_slot(printer, place);
    slot->present = slot->known = slot->blank = slot->ever = true;
    touched(printer);
}

int64_t hand_due(const struct printer *printer)
{
    int64_t due = INT64_MAX;
    for (int u = 0; u < printer->unit_count; u++) {
        for (int s = 0; s < printer->units[u].slot_count; s++) {
            int64_t at = printer->units[u].slots[s].next_at;
            if (at && at < due)
                due = at;
        }
    }
    return due;
}

static void recognise(struct printer *printer, struct slot *slot)
{
    bool tag_to_read = slot->roll.tray_uuid[0] && !slot->reading;
    slot->reading = tag_to_read;
    slot->known = !tag_to_read;
    slot->next_at = tag_to_read ? printer->now + TAG_READ_MS : 0;
    touched(printer);
}

void hand_tick(struct printer *printer)
{
    for (int u = 0; u < printer->unit_count; u++) {
        for (int s = 0; s < printer->units[u].slot_count; s++) {
            struct slot *slot = &printer->units[u].slots[s];
            if (slot->next_at && slot->next_at <= printer->now)
                recognise(printer, slot);
        }
    }
}
