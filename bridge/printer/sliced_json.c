/* The JSON of a sliced file: numbers rounded to what they are worth. */
#include <math.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/printer/sliced.h"
#include "core/field.h"
#include "core/gcode.h"

enum { NIL = FIELD_NULLABLE, OPT = FIELD_OPTIONAL };

static const struct field length_item = {.kind = K_REAL};
static const struct field_shape lengths = {.fields = &length_item, .count = 1};

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field filament_fields[] = {
    {NULL, "index", K_INT, 0, 0, 0, 0, 0, NULL, "Of the slicer, from 1"},
    {NULL, "profile", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Such as GFA00"},
    {NULL, "material", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Material"},
    {NULL, "color_hex", K_TEXT, 0, 0, 0, 0, NIL, NULL, "As the file says, such as #RRGGBB"},
    {NULL, "used_g", K_REAL, 0, 0, 0, 0, NIL, NULL, "The slicer's grams"},
    {NULL, "used_m", K_REAL, 0, 0, 0, 0, NIL, NULL, "The slicer's metres"},
    {NULL, "gcode_mm", K_REAL, 0, 0, 0, 0, NIL, NULL, "Counted in the gcode"},
    {NULL, "gcode_g", K_REAL, 0, 0, 0, 0, NIL, NULL, "What that weighs"},
    {NULL, "cumulative_mm_by_layer", K_OBJECT, 0, 0, 0, 0, OPT, NULL,
     "Length to the end of each layer, where it was asked for", &lengths},
};
static const struct field_shape filament_shape = {NULL, filament_fields, LEN(filament_fields),
                                                  "SlicedFilament"};

static const struct field sliced_fields[] = {
    {NULL, "plate", K_INT, 0, 0, 0, 0, NIL, NULL, "From 1; null: plain gcode"},
    {NULL, "printer_model", K_TEXT, 0, 0, 0, 0, NIL, NULL, "What it was sliced for"},
    {NULL, "total_layers", K_INT, 0, 0, 0, 0, NIL, NULL, "Layers in all"},
    {NULL, "prediction_s", K_INT, 0, 0, 0, 0, NIL, NULL, "How long it will take, in seconds"},
    {NULL, "filaments", K_LIST, 0, 0, 0, 0, 0, NULL, "Those that it uses", &filament_shape},
    {NULL, "warnings", K_LIST, 0, 0, 0, 0, 0, NULL, "What is odd in it", &field_texts},
};
const struct field_shape sliced_shape = {NULL, sliced_fields, LEN(sliced_fields), "SlicedFile"};

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

static json_t *curve_of(const struct sliced *sliced, int filament)
{
    json_t *curve = json_array();
    for (size_t i = 0; i < sliced->point_count; i++) {
        const struct curve_point *p = &sliced->points[i];
        if (p->filament == filament)
            json_array_append_new(
                curve, json_pack("[i, i, I]", p->layer, p->percent, (json_int_t)p->used));
    }
    return curve;
}

/* The slicer's own figure, else what its gcode weighs; null where neither is known. */
static json_t *estimate_of(const struct sliced_filament *filament)
{
    if (filament->used_g >= 0)
        return json_integer((json_int_t)llround(filament->used_g * 1000));
    if (filament->density <= 0)
        return json_null();
    double grams = gcode_grams(filament->length, filament->diameter, filament->density);
    return json_integer((json_int_t)llround(grams * 1000));
}

/* #RRGGBB of what the slicer wrote. */
static json_t *plain_color(const char *color)
{
    char plain[8];
    size_t len = strlen(color);
    if ((len != 7 && len != 9) || color[0] != '#' || !text_copy_len(plain, sizeof plain, color, 7))
        return json_null();
    text_upper(plain);
    return json_string(plain);
}

static json_t *filaments_record(const struct sliced *sliced)
{
    json_t *list = json_array();
    for (int i = 0; i < sliced->filament_count; i++) {
        const struct sliced_filament *filament = &sliced->filaments[i];
        json_array_append_new(
            list,
            json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "index", filament->index, "material",
                      text_or_null(filament->material), "color_hex", plain_color(filament->color),
                      "profile", text_or_null(filament->profile), "estimated_mg",
                      estimate_of(filament), "curve", curve_of(sliced, filament->index - 1)));
    }
    return list;
}

json_t *sliced_record(const struct sliced *sliced)
{
    json_t *tools = json_array();
    for (size_t i = 0; i < sliced->tool_count; i++)
        json_array_append_new(
            tools, json_pack("[i, i]", sliced->tools[i].layer, sliced->tools[i].filament));
    json_t *total = sliced->total_layers ? json_integer(sliced->total_layers) : json_null();
    return json_pack("{s:i, s:o, s:o, s:o}", "plate", sliced->plate, "total_layers", total, "tools",
                     tools, "filaments", filaments_record(sliced));
}
