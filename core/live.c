#include "core/live.h"

#include <math.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/field.h"

static const struct field fields[] = {
    FIELD("mc_percent", "mc_percent", K_INT, struct live, percent, -1, 100),
    FIELD("mc_remaining_time", "mc_remaining_time", K_INT, struct live, minutes, -1, 10000000),
    FIELD("gcode_file_prepare_percent", "gcode_file_prepare_percent", K_INT, struct live,
          prepare_percent, -1, 100),
    FIELD("stg_cur", "stg_cur", K_INT, struct live, stage, -1, 100000),
    FIELD("ams_status", "ams_status", K_INT, struct live, ams_status, 0, 0),
    FIELD("spd_lvl", "spd_lvl", K_INT, struct live, speed_level, 0, 65535),
    FIELD("nozzle_temper", "nozzle_temper", K_REAL, struct live, nozzle, -1000, 1000),
    FIELD("nozzle_target_temper", "nozzle_target_temper", K_REAL, struct live, nozzle_target, -1000,
          1000),
    FIELD("bed_temper", "bed_temper", K_REAL, struct live, bed, -1000, 1000),
    FIELD("bed_target_temper", "bed_target_temper", K_REAL, struct live, bed_target, -1000, 1000),
    FIELD("chamber_temper", "chamber_temper", K_REAL, struct live, chamber, -1000, 1000),
};

void live_init_unit(struct live_unit *unit)
{
    memset(unit, 0, sizeof *unit);
    unit->humidity = -1;
    unit->temperature = NAN;
}

void live_init(struct live *live)
{
    memset(live, 0, sizeof *live);
    live->percent = -1;
    live->minutes = -1;
    live->prepare_percent = -1;
    live->stage = -1;
    live->nozzle = live->nozzle_target = live->bed = live->bed_target = live->chamber = NAN;
    for (int i = 0; i < PRINTER_UNITS_MAX; i++)
        live_init_unit(&live->units[i]);
}

/* "-55dBm"; "0dBm" on a wire; a text without a number says nothing. */
static unsigned take_wifi(struct live *live, const json_t *value)
{
    char number[16];
    int64_t dbm = 0;
    const char *text = json_string_value(value);
    if (!value || json_is_null(value))
        return 0;
    if (!text)
        return 1;
    size_t len = strspn(text, "+-0123456789");
    if (text_copy_len(number, sizeof number, text, len) && text_to_int(number, &dbm) &&
        dbm >= -200 && dbm <= 200)
        live->wifi_dbm = (int32_t)dbm;
    return 0;
}

unsigned live_take(struct printer *printer, const json_t *print)
{
    struct live *live = &printer->live;
    unsigned bad = field_load_wire(fields, LEN(fields), live, print);
    live->percent_told = live->percent >= 0 && json_object_get(print, "mc_percent");
    return bad + take_wifi(live, json_object_get(print, "wifi_signal"));
}
