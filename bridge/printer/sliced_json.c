/* The JSON of a sliced file: numbers rounded to what they are worth. */
#include <math.h>

#include "bridge/printer/sliced.h"
#include "core/gcode.h"

static json_t *rounded(double value, double unit)
{
    return value < 0 ? json_null() : json_real(round(value * unit) / unit);
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static double mm_of(int64_t length)
{
    return (double)length / (double)gcode_mm;
}

/* mm to the end of each layer in which the filament was laid down. */
static json_t *layers_of(const struct sliced *sliced, int filament)
{
    json_t *layers = json_object();
    for (size_t i = 0; i < sliced->point_count; i++) {
        const struct curve_point *p = &sliced->points[i];
        if (p->filament != filament)
            continue;
        char key[16];
        snprintf(key, sizeof key, "%d", p->layer);
        json_object_set_new(layers, key, rounded(mm_of(p->used), 1e4));
    }
    return layers;
}

static json_t *filament_json(const struct sliced *sliced, const struct sliced_filament *filament,
                             bool layers)
{
    double grams = filament->density > 0
                       ? gcode_grams(filament->length, filament->diameter, filament->density)
                       : -1;
    json_t *json = json_pack(
        "{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "index", filament->index, "profile",
        text_or_null(filament->profile), "material", text_or_null(filament->material), "color_hex",
        text_or_null(filament->color), "used_g", rounded(filament->used_g, 1e3), "used_m",
        rounded(filament->used_m, 1e5), "gcode_mm", rounded(mm_of(filament->length), 1e4),
        "gcode_g", rounded(grams, 1e3));
    if (layers)
        json_object_set_new(json, "cumulative_mm_by_layer", layers_of(sliced, filament->index - 1));
    return json;
}

json_t *sliced_json(const struct sliced *sliced, bool layers)
{
    json_t *filaments = json_array(), *warnings = json_array();
    for (int i = 0; i < sliced->filament_count; i++)
        json_array_append_new(filaments, filament_json(sliced, &sliced->filaments[i], layers));
    for (int i = 0; i < sliced->warning_count; i++)
        json_array_append_new(warnings, json_string(sliced->warnings[i]));
    json_t *plate = sliced->plate ? json_integer(sliced->plate) : json_null();
    json_t *total = sliced->total_layers ? json_integer(sliced->total_layers) : json_null();
    json_t *time = sliced->prediction_s >= 0 ? json_integer(sliced->prediction_s) : json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "plate", plate, "printer_model",
                     text_or_null(sliced->printer_model), "total_layers", total, "prediction_s",
                     time, "filaments", filaments, "warnings", warnings);
}
