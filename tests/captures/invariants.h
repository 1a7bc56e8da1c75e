/*
 * What must hold for every state of a printer, whatever was fed into it. Aborts where it does not.
 * Thread: any. Test code, shared by the tests of captures and the fuzz target.
 */
#ifndef TESTS_INVARIANTS_H
#define TESTS_INVARIANTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/change.h"

static inline void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "invariant broken: %s\n", what);
    abort();
}

static inline void must_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    must(len < size, "texts end");
    for (size_t i = len; i < size; i++)
        must(text[i] == '\0', "texts are zero behind their end");
}

static inline void must_tray(const struct tray *tray)
{
    must(tray->state >= SLOT_UNSEEN && tray->state <= SLOT_PRESENT, "state of a tray");
    must(tray->color_count >= 0 && tray->color_count <= TRAY_COLORS_MAX, "colours of a tray");
    must(tray->remain_percent >= -1 && tray->remain_percent <= 100, "remain of a tray");
    must(tray->has_color || !tray->rgba, "a colour that nobody named");
    must_text(tray->material, sizeof tray->material);
    must_text(tray->profile, sizeof tray->profile);
    must_text(tray->name, sizeof tray->name);
    must_text(tray->tag_uid, sizeof tray->tag_uid);
    must_text(tray->tray_uuid, sizeof tray->tray_uuid);
}

static inline void must_slots(const struct printer *printer)
{
    must(printer->slot_count >= 0 && printer->slot_count <= PRINTER_SLOTS_MAX, "slots");
    must(printer->unit_count >= 0 && printer->unit_count <= PRINTER_UNITS_MAX, "units");
    for (int i = 0; i < printer->slot_count; i++) {
        const struct slot *slot = &printer->slots[i];
        must(address_possible(slot->at.unit, slot->at.slot), "address of a slot");
        must(i == 0 || address_compare(slot[-1].at, slot->at) < 0, "order of slots");
        must(slot->settling || tray_equal(&slot->settled, &slot->reported), "settled");
        must_tray(&slot->raw);
        must_tray(&slot->reported);
        must_tray(&slot->settled);
    }
}

static inline void must_survive_restart(const struct printer *printer)
{
    static struct printer loaded;
    json_t *dump = printer_dump(printer);
    must(printer_load(&loaded, dump), "a dump loads");
    must(printer_durable_equal(printer, &loaded), "a restart loses nothing");
    json_decref(dump);
}

static inline void must_hold(const struct printer *printer)
{
    static struct changes changes;
    must(printer->nozzles >= 0 && printer->nozzles <= PRINTER_NOZZLES_MAX, "nozzles");
    must(printer->active >= 0 && printer->active < PRINTER_NOZZLES_MAX, "active extruder");
    must(address_none(printer->feeding) ||
             address_possible(printer->feeding.unit, printer->feeding.slot),
         "feeding");
    must(printer->hms_count >= 0 && printer->hms_count <= PRINTER_HMS_MAX, "health messages");
    must_text(printer->identity.gcode_file, sizeof printer->identity.gcode_file);
    must_text(printer->command.file, sizeof printer->command.file);
    must_slots(printer);
    must_survive_restart(printer);
    changes_diff(printer, printer, &changes);
    must(changes.count == 0, "a state does not differ from itself");
}

#endif
