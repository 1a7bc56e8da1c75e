#include "tests/simulator/render.h"

/* Low 16 bits: now; high 16: wanted. */
static json_int_t temperature(int now, int wanted)
{
    return (json_int_t)wanted << 16 | now;
}

static bool feeding(const struct printer *printer)
{
    return printer->shown.ams_status == 768;
}

static json_t *extruder(const struct printer *printer, int id)
{
    const struct shown *shown = &printer->shown;
    bool active = shown->extruder == id;
    bool hot = active && (shown->state == GCODE_RUNNING || shown->state == GCODE_PAUSE);
    int none = id ? PLACE_NONE_LEFT : PLACE_NONE;
    int codes[3] = {shown->snow[id], shown->spre[id], shown->star[id]};
    for (int i = 0; i < 3; i++) {
        if (model_is_none(codes[i]))
            codes[i] = none;
    }
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:i, s:i, s:i, s:[]}", "id", id, "snow",
                     codes[0], "spre", codes[1], "star", codes[2], "info",
                     codes[0] == none ? 8 : 78, "stat",
                     active && feeding(printer) ? 0x30300
                     : active                   ? shown->ams_status
                                                : 0,
                     "temp", temperature(hot ? 220 : 27, hot ? 220 : 0), "hnow", id, "hpre", id,
                     "htar", id, "filam_bak");
}

static bool busy(const struct printer *printer)
{
    return printer->shown.ams_status >> 8 == 1;
}

json_t *render_device(struct printer *printer)
{
    int nozzles = printer->family->nozzles;
    json_t *info = json_array(), *heads = json_array();
    for (int i = 0; i < nozzles; i++) {
        json_array_append_new(info, extruder(printer, i));
        json_array_append_new(heads, json_pack("{s:i, s:f, s:s, s:i, s:i}", "id", i, "diameter",
                                               0.4, "type", "HS01", "tm", 0, "wear", 0));
    }
    int active = printer->shown.extruder;
    int state = nozzles | active << 4 | active << 8 | (busy(printer) ? 1 << 19 : 0);
    return json_pack(
        "{s:{s:o, s:i}, s:{s:i, s:o, s:i}, s:{s:{s:i}, s:i}, s:{s:{s:i}, s:i}, s:i, s:i}",
        "extruder", "info", info, "state", state, "nozzle", "exist", (1 << nozzles) - 1, "info",
        heads, "state", 0, "bed", "info", "temp", 60, "state", 0, "ctc", "info", "temp", 31,
        "state", 0, "fan", 0, "type", 1);
}
