#include "core/unit.h"

#include <string.h>

#include "base/auto.h"
#include "core/live.h"

struct unit *unit_at(struct printer *printer, int number)
{
    int place = 0;
    while (place < printer->unit_count && printer->units[place].number < number)
        place++;
    struct unit *unit = &printer->units[place];
    if (place < printer->unit_count && unit->number == number)
        return unit;
    if (!address_possible(number, 1) || printer->unit_count == PRINTER_UNITS_MAX)
        return NULL;
    size_t behind = (size_t)(printer->unit_count - place);
    struct live_unit *live = &printer->live.units[place];
    memmove(unit + 1, unit, behind * sizeof *unit);
    memmove(live + 1, live, behind * sizeof *live);
    memset(unit, 0, sizeof *unit);
    live_init_unit(live);
    printer->unit_count++;
    unit->number = number;
    unit->extruder = -1;
    return unit;
}

struct live_unit *unit_live(struct printer *printer, const struct unit *unit)
{
    return &printer->live.units[unit - printer->units];
}

const char *unit_type_slug(enum unit_type type)
{
    static const char *const slugs[] = {"", "ams", "ams_lite", "ams_2_pro", "ams_ht", "a2l_lite"};
    return (size_t)type < LEN(slugs) ? slugs[type] : "";
}
