#include "tests/simulator/render.h"

#include <string.h>

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static const char *state_text(enum gcode_state state)
{
    static const char *const texts[] = {
        [GCODE_NONE] = "",           [GCODE_INIT] = "INIT",       [GCODE_IDLE] = "IDLE",
        [GCODE_PREPARE] = "PREPARE", [GCODE_RUNNING] = "RUNNING", [GCODE_PAUSE] = "PAUSE",
        [GCODE_FINISH] = "FINISH",   [GCODE_FAILED] = "FAILED"};
    return texts[state];
}

static const char *print_stage(enum gcode_state state)
{
    return state == GCODE_RUNNING ? "2" : state == GCODE_PAUSE ? "3" : "1";
}

/* What both generations say of the job. */
static void job_keys(const struct printer *printer, json_t *print)
{
    const struct shown *s = &printer->shown;
    bool cloud = !strcmp(s->print_type, "cloud");
    set(print, "gcode_state", json_string(state_text(s->state)));
    set(print, "mc_percent", json_integer(s->percent));
    set(print, "mc_remaining_time", json_integer(s->minutes));
    set(print, "layer_num", json_integer(s->layer));
    set(print, "total_layer_num", json_integer(s->total));
    set(print, "gcode_file", json_string(s->file));
    set(print, "subtask_name", json_string(s->name));
    set(print, "task_id", json_string(s->task_id));
    set(print, "subtask_id", json_string(s->subtask_id));
    set(print, "project_id", json_string(cloud ? "77100" : "0"));
    set(print, "profile_id", json_string(cloud ? "77200" : "0"));
    set(print, "gcode_file_prepare_percent", json_sprintf("%d", s->prepared));
    set(print, "print_type", json_string(s->print_type));
    set(print, "print_error", json_integer((json_int_t)s->error));
    set(print, "stg_cur", json_integer(s->stage));
    set(print, "mc_print_stage", json_string(print_stage(s->state)));
    set(print, "ams_status", json_integer(s->ams_status));
    set(print, "hw_switch_state", json_integer(s->sensor));
    set(print, "hms", json_array());
}

/* Steady figures with a little noise, so that deltas have something to say. */
static void machine_keys(struct printer *printer, json_t *print)
{
    bool hot = printer->shown.state == GCODE_RUNNING || printer->shown.state == GCODE_PAUSE;
    int noise = (int)(model_random(printer) % 8);
    double bed = (hot ? 60 : 23) + (noise & 1) * 0.03125;
    set(print, "nozzle_temper", json_real(hot ? 220 : 24.5));
    set(print, "nozzle_target_temper", json_real(hot ? 220 : 0));
    set(print, "bed_temper", json_real(bed));
    set(print, "bed_target_temper", json_real(hot ? 60 : 0));
    set(print, "chamber_temper", json_real(5));
    set(print, "wifi_signal", json_sprintf("-%ddBm", 48 + noise / 2));
    unsigned home = 7U | 1U << 7 | 1U << 8 | (printer->backup ? 1U << 10 : 0);
    home |= printer->family->delta ? 0 : 0xC0000000U; /* the sign bit is in use there */
    set(print, "home_flag", json_integer((int32_t)home));
    set(print, "sdcard", json_true());
    set(print, "nozzle_diameter", json_string("0.4"));
    set(print, "nozzle_type", json_string("stainless_steel"));
    set(print, "spd_lvl", json_integer(2));
    set(print, "spd_mag", json_integer(100));
    set(print, "cooling_fan_speed", json_string(hot ? "15" : "0"));
    set(print, "big_fan1_speed", json_string("0"));
    set(print, "big_fan2_speed", json_string("0"));
    set(print, "heatbreak_fan_speed", json_string(hot ? "15" : "0"));
    set(print, "ams_rfid_status", json_integer(model_slot_bits(printer, BIT_READING) ? 2 : 0));
}

/* Parts that no tracker needs but every whole report carries. */
static void ballast(const struct printer *printer, json_t *print)
{
    set(print, "s_obj", json_array());
    set(print, "filam_bak", json_array());
    set(print, "stg", json_pack("[i,i,i]", 2, 14, 1));
    set(print, "lights_report", json_pack("[{s:s,s:s}]", "node", "chamber_light", "mode", "on"));
    set(print, "upload",
        json_pack("{s:s,s:i,s:s}", "status", "idle", "progress", 0, "message", ""));
    set(print, "online", json_pack("{s:b,s:b,s:i}", "ahb", 0, "rfid", 0, "version", 7));
    set(print, "net",
        json_pack("{s:i,s:[{s:i,s:i}]}", "conf", 0, "info", "ip", 16777343, "mask", 0));
    set(print, "upgrade_state",
        json_pack("{s:i,s:s,s:s,s:b,s:i,s:s}", "sequence_id", 0, "progress", "", "status", "IDLE",
                  "force_upgrade", 0, "err_code", 0, "message", ""));
    set(print, "ipcam",
        json_pack("{s:s,s:s,s:s}", "ipcam_dev", "1", "ipcam_record", "disable", "resolution",
                  "1080p"));
    if (!printer->family->delta)
        return;
    set(print, "lifecycle", json_string("product"));
    set(print, "flag3", json_integer(15));
    set(print, "k", json_string("0.0200"));
    set(print, "mc_print_line_number", json_string("0"));
}

static json_t *mapping(const struct shown *shown)
{
    json_t *list = json_array();
    for (int i = 0; i < shown->mapping_count; i++)
        json_array_append_new(list, json_integer(shown->mapping[i]));
    return list;
}

static void newer_keys(struct printer *printer, json_t *print)
{
    const struct shown *s = &printer->shown;
    unsigned cfg = 1U << 17 | (printer->backup ? 1U << 18 : 0);
    set(print, "mapping", mapping(s));
    set(print, "cfg", json_sprintf("%X", cfg));
    set(print, "fun", json_string("1AFFF9CFF"));
    set(print, "stat", json_string("46A58008"));
    set(print, "plate_idx", json_integer(s->plate));
    set(print, "file", json_string(s->file));
    set(print, "job_id", json_string("0"));
    set(print, "err", s->error ? json_sprintf("%X", (unsigned)s->error) : json_string("0"));
    set(print, "mc_print_error_code", json_sprintf("%u", (unsigned)s->error & 0xFFFF));
    set(print, "fail_reason", json_string("0"));
    set(print, "percent", json_integer(s->percent));
    set(print, "remain_time", json_integer(s->minutes));
    set(print, "3D", json_pack("{s:i,s:i}", "layer_num", s->layer, "total_layer_num", s->total));
    set(print, "device", render_device(printer));
}

static json_t *virtual_slots(const struct printer *printer)
{
    json_t *list = json_array();
    if (printer->family->nozzles == 2)
        json_array_append_new(list, render_external(printer, &printer->external[1], 254));
    json_array_append_new(list, render_external(printer, &printer->external[0], 255));
    return list;
}

json_t *render_print(struct printer *printer)
{
    json_t *print = json_object();
    job_keys(printer, print);
    machine_keys(printer, print);
    ballast(printer, print);
    if (printer->family->device)
        newer_keys(printer, print);
    set(print, "ams", render_ams(printer));
    if (printer->family->vir_slot)
        set(print, "vir_slot", virtual_slots(printer));
    if (printer->family->vt_tray) {
        int id = printer->family->vir_slot ? 255 : 254;
        set(print, "vt_tray", render_external(printer, &printer->external[0], id));
    }
    return print;
}

static const char *const noisy_scalars[] = {
    "tray_tar",        "tray_now",       "tray_pre",          "version",
    "tray_exist_bits", "ams_exist_bits", "tray_reading_bits", "power_on_flag"};

/* Of ams only what changed: single values, or all units with their flags but without the exist
 * bits, which have a delta of their own. */
static json_t *delta_ams(const json_t *before, const json_t *after)
{
    json_t *ams = json_object();
    json_t *units = json_object_get(after, "ams");
    if (!json_equal(json_object_get(before, "ams"), units)) {
        json_object_set(ams, "ams", units);
        json_object_set(ams, "tray_is_bbl_bits", json_object_get(after, "tray_is_bbl_bits"));
        json_object_set(ams, "tray_read_done_bits", json_object_get(after, "tray_read_done_bits"));
        json_object_set(ams, "version", json_object_get(after, "version"));
    }
    for (size_t i = 0; i < sizeof noisy_scalars / sizeof noisy_scalars[0]; i++) {
        json_t *value = json_object_get(after, noisy_scalars[i]);
        if (!json_equal(json_object_get(before, noisy_scalars[i]), value))
            json_object_set(ams, noisy_scalars[i], value);
    }
    return ams;
}

json_t *render_delta(const json_t *before, const json_t *after)
{
    json_t *delta = json_object();
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)after, key, value) {
        const json_t *old = json_object_get(before, key);
        if (old && json_equal(old, value))
            continue;
        if (strcmp(key, "ams") || !old) {
            json_object_set(delta, key, value);
            continue;
        }
        json_t *ams = delta_ams(old, value);
        if (json_object_size(ams))
            json_object_set(delta, key, ams);
        json_decref(ams);
    }
    return delta;
}
