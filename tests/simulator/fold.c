/*
 * Fold a recording into printer state as the daemon would and print what came out: the slots that
 * count after their settle times, and the feeding one. Used by test_folded.py.
 */
#include <stdio.h>

#include "core/printer.h"
#include "tests/captures/recording.h"

enum { PATIENCE_MS = 120000 };

static void tick_until(struct printer *printer, int64_t now)
{
    for (int64_t due = printer_deadline(printer); due <= now; due = printer_deadline(printer))
        printer_tick(printer, due);
}

static json_t *slot_row(const struct slot *slot)
{
    const struct tray *tray = &slot->settled;
    char color[9];
    snprintf(color, sizeof color, "%08X", (unsigned)tray->rgba);
    return json_pack("{s:i, s:i, s:s, s:s, s:s, s:s, s:s}", "unit", slot->at.unit, "slot",
                     slot->at.slot, "state", slot_state_slug(tray->state), "profile", tray->profile,
                     "material", tray->material, "color", tray->has_color ? color : "", "uuid",
                     tray->tray_uuid);
}

static json_t *result(const struct printer *printer, unsigned rejected)
{
    json_t *slots = json_array();
    for (int i = 0; i < printer->slot_count; i++)
        json_array_append_new(slots, slot_row(&printer->slots[i]));
    return json_pack("{s:i, s:i, s:i, s:i, s:s, s:I, s:o}", "rejected", (int)rejected,
                     "feeding_unit", printer->feeding.unit, "feeding_slot", printer->feeding.slot,
                     "layer", printer->layer, "state", printer_state_slug(printer->gcode_state),
                     "error", (json_int_t)printer->print_error, "slots", slots);
}

int main(int argc, char **argv)
{
    static struct printer printer;
    struct recording recording = {0};
    unsigned rejected = 0;
    if (argc != 2 || !recording_add(&recording, argv[1]))
        return 2;
    printer_init(&printer);
    int64_t now = 0;
    for (size_t i = 0; i < recording.count; i++) {
        now = recording.times[i];
        tick_until(&printer, now);
        rejected += printer_apply(&printer, recording_payload(&recording, i), now);
    }
    tick_until(&printer, now + PATIENCE_MS);
    json_t *out = result(&printer, rejected);
    json_dumpf(out, stdout, JSON_COMPACT);
    json_decref(out);
    recording_clear(&recording);
    return 0;
}
