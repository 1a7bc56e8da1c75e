/* What can be read off a printer's state. */
#include "base/auto.h"
#include "core/printer.h"

enum {
    REFUSED_ATTR = 0x05000500, /* health message: verification of a command failed */
    REFUSED_CODE = 0x00010007,
    UNUSED_TRAY = 255, /* in a command's mapping, by some senders; by others -1 */
};

static const char *const state_words[] = {
    [GCODE_UNKNOWN] = "",        [GCODE_INIT] = "init",       [GCODE_OFFLINE] = "offline",
    [GCODE_IDLE] = "idle",       [GCODE_PREPARE] = "prepare", [GCODE_SLICING] = "slicing",
    [GCODE_RUNNING] = "running", [GCODE_PAUSE] = "pause",     [GCODE_FINISH] = "finish",
    [GCODE_FAILED] = "failed",
};

const struct slot *printer_slot(const struct printer *printer, struct slot_address at)
{
    for (int i = 0; i < printer->slot_count; i++) {
        if (address_equal(printer->slots[i].at, at))
            return &printer->slots[i];
    }
    return NULL;
}

const struct unit *printer_unit(const struct printer *printer, int number)
{
    for (int i = 0; i < printer->unit_count; i++) {
        if (printer->units[i].number == number)
            return &printer->units[i];
    }
    return NULL;
}

bool printer_printing(enum gcode_state state)
{
    return state == GCODE_PREPARE || state == GCODE_SLICING || state == GCODE_RUNNING ||
           state == GCODE_PAUSE;
}

const char *printer_state_slug(enum gcode_state state)
{
    return (size_t)state < LEN(state_words) ? state_words[state] : "";
}

bool printer_ran_out(const struct printer *printer)
{
    int64_t code = printer->print_error ? printer->print_error : printer->err_code;
    int64_t module = code >> 24;
    return (code & 0xFFFF) == 0x8011 && (module == 0x07 || module == 0x18);
}

bool printer_code_is_cancel(int64_t code)
{
    return code == 0x0300400C || code == 0x0500400E;
}

bool printer_commands_refused(const struct printer *printer)
{
    for (int i = 0; i < printer->hms_count; i++) {
        if (printer->hms[i].attr == REFUSED_ATTR && printer->hms[i].code == REFUSED_CODE)
            return true;
    }
    return printer->refused_at != 0;
}

struct slot_address printer_mapped(const struct printer *printer, int index)
{
    if (index < 0 || index >= printer->mapping.count)
        return (struct slot_address){0, 0};
    return address_from_snow(printer->mapping.list[index], printer->nozzles);
}

struct slot_address printer_commanded(const struct printer *printer, int index)
{
    const struct mapping *list = &printer->command.ams_mapping;
    const struct pair_mapping *pairs = &printer->command.ams_mapping2;
    struct slot_address at = {0, 0};
    if (index >= 0 && pairs->known && index < pairs->count)
        at = address_from_pair(pairs->ams_id[index], pairs->slot_id[index], printer->nozzles);
    if (!address_none(at) || index < 0 || index >= list->count || list->list[index] == UNUSED_TRAY)
        return at;
    return address_from_global(list->list[index], printer->nozzles);
}
