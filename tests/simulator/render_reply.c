#include "tests/simulator/render.h"

#include <string.h>

static json_t *module(const char *name, const char *product, const char *board, const char *serial,
                      const char *version)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:i}", "name", name, "sw_ver", version,
                     "hw_ver", board, "loader_ver", "00.00.00.00", "sn", serial, "product_name",
                     product, "visible", product[0] != 0, "flag", 0);
}

static json_t *unit_module(const struct printer *printer, const struct unit *unit)
{
    static const struct {
        const char *name, *product, *board;
    } kinds[] = {[UNIT_AMS] = {"ams", "AMS", "AMS08"},
                 [UNIT_LITE] = {"ams_f1", "AMS Lite", "AMS_F102"},
                 [UNIT_AMS_2_PRO] = {"n3f", "AMS 2 Pro", "N3F05"},
                 [UNIT_HT] = {"n3s", "AMS HT", "N3S05"},
                 [UNIT_A2L] = {"ams_f1", "AMS Lite", "AMS_F102"}};
    json_t *name = json_sprintf("%s/%d", kinds[unit->kind].name, unit->id);
    json_t *product = json_sprintf("%s (%d)", kinds[unit->kind].product, (unit->id & 0x7F) + 1);
    json_t *serial = json_sprintf("%s-U%d", printer->serial, unit->id);
    json_t *row = module(json_string_value(name), json_string_value(product),
                         kinds[unit->kind].board, json_string_value(serial), "00.00.08.15");
    json_decref(name);
    json_decref(product);
    json_decref(serial);
    return row;
}

json_t *render_version(const struct printer *printer, const char *sequence_id)
{
    const struct family *family = printer->family;
    json_t *modules = json_array();
    json_array_append_new(modules,
                          module("ota", family->product, "OTA", printer->serial, family->firmware));
    json_array_append_new(modules, module(family->delta ? "esp32" : "ap", "", family->board,
                                          printer->serial, "00.00.50.10"));
    for (int i = 0; i < printer->unit_count; i++)
        json_array_append_new(modules, unit_module(printer, &printer->units[i]));
    return json_pack("{s:{s:s, s:s, s:o, s:s, s:s}}", "info", "command", "get_version",
                     "sequence_id", sequence_id, "module", modules, "result", "success", "reason",
                     "");
}

/* The old numbering: -1 for unused and external. */
static int global_tray(int place)
{
    if (model_is_none(place) || model_is_external(place))
        return -1;
    int unit = place >> 8, slot = place & 0xFF;
    if (unit >= 128)
        return unit;
    return unit == 16 ? 24 + slot : unit * 4 + slot;
}

static json_t *pair(int place)
{
    bool known = !model_is_none(place) && !model_is_external(place);
    return json_pack("{s:i, s:i}", "ams_id", known ? place >> 8 : 255, "slot_id",
                     known ? place & 0xFF : 255);
}

static void set_mapping(const struct job *job, json_t *print)
{
    json_t *trays = json_array(), *pairs = json_array();
    bool ams = false;
    for (int i = 0; i < job->plan.filament_count; i++) {
        json_array_append_new(trays, json_integer(global_tray(job->map[i])));
        json_array_append_new(pairs, pair(job->map[i]));
        ams = ams || global_tray(job->map[i]) >= 0;
    }
    json_object_set_new(print, "use_ams", json_boolean(ams));
    json_object_set_new(print, "ams_mapping", ams ? trays : json_array());
    json_object_set_new(print, "ams_mapping2", pairs);
    if (!ams)
        json_decref(trays);
}

json_t *render_project_file(const struct printer *printer)
{
    const struct job *job = &printer->job;
    bool cloud = job->source == FROM_CLOUD;
    json_t *print = json_pack(
        "{s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
        "command", "project_file", "sequence_id", cloud ? "0" : "20000", "param",
        json_sprintf("Metadata/plate_%d.gcode", job->plan.plate), "url",
        cloud ? json_sprintf("https://cloud.invalid/%s?expires=1", job->plan.file)
              : json_sprintf("ftp://%s", job->plan.file),
        "file", cloud ? "" : job->plan.file, "md5", job->md5, "plate_idx",
        json_sprintf("%d", job->plan.plate), "subtask_name", job->plan.title, "task_id",
        cloud ? job->task_id : "0", "subtask_id", cloud ? job->subtask_id : "0", "project_id",
        cloud ? "77100" : "0", "profile_id", cloud ? "77200" : "0", "cfg", "0", "bed_type",
        "textured_plate", "result", "success", "reason", "success");
    set_mapping(job, print);
    return json_pack("{s:o}", "print", print);
}
