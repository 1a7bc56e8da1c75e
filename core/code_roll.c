#include "core/code_roll.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"

enum {
    GRAMS_MOST = 100000,
    NOZZLE_LEAST = 100,
    NOZZLE_MOST = 400,
    BED_MOST = 150,
    UUID_BYTES = 16,
    TYPES_MOST = 256
};

/* The material types of OpenPrintTag by number. */
static const char *const types[] = {
    "PLA",  "PETG", "TPU",  "ABS",  "ASA",  "PC",  "PCTG", "PP",  "PA6",  "PA11",
    "PA12", "PA66", "CPE",  "TPE",  "HIPS", "PHA", "PET",  "PEI", "PBT",  "PVB",
    "PVA",  "PEKK", "PEEK", "BVOH", "TPC",  "PPS", "PPSU", "PVC", "PEBA", "PVDF",
    "PPA",  "PCL",  "PES",  "PMMA", "POM",  "PPE", "PS",   "PSU", "TPI",
};

static const struct {
    enum code_field field;
    bool aux;
    int key;
    const char *name;
} fields[] = {
    {CODE_FIELD_INSTANCE, false, 0, "instance_uuid"},
    {CODE_FIELD_GTIN, false, 4, "gtin"},
    {CODE_FIELD_TYPE, false, 9, "material_type"},
    {CODE_FIELD_NAME, false, 10, "material_name"},
    {CODE_FIELD_BRAND, false, 11, "brand_name"},
    {CODE_FIELD_NOMINAL, false, 16, "nominal_netto_full_weight"},
    {CODE_FIELD_ACTUAL, false, 17, "actual_netto_full_weight"},
    {CODE_FIELD_TARE, false, 18, "empty_container_weight"},
    {CODE_FIELD_COLOR, false, 19, "primary_color"},
    {CODE_FIELD_DENSITY, false, 29, "density"},
    {CODE_FIELD_NOZZLE_MIN, false, 34, "min_print_temperature"},
    {CODE_FIELD_NOZZLE_MAX, false, 35, "max_print_temperature"},
    {CODE_FIELD_BED_MIN, false, 37, "min_bed_temperature"},
    {CODE_FIELD_BED_MAX, false, 38, "max_bed_temperature"},
    {CODE_FIELD_CONSUMED, true, 0, "consumed_weight"},
};

enum code_field code_roll_key(bool aux, int64_t key)
{
    for (size_t i = 0; i < LEN(fields); i++)
        if (fields[i].aux == aux && fields[i].key == key)
            return fields[i].field;
    return CODE_FIELD_NONE;
}

enum code_field code_roll_name(bool aux, const char *name)
{
    for (size_t i = 0; i < LEN(fields); i++)
        if (fields[i].aux == aux && strcmp(fields[i].name, name) == 0)
            return fields[i].field;
    return CODE_FIELD_NONE;
}

void code_roll_clear(struct code *code, enum code_kind kind)
{
    *code = (struct code){.kind = kind,
                          .roll = {.nozzle_min = -1,
                                   .nozzle_max = -1,
                                   .bed_min = -1,
                                   .bed_max = -1,
                                   .density = -1,
                                   .full_mg = -1,
                                   .used_mg = -1,
                                   .tare_mg = -1}};
}

static void set_grams(int64_t *to, double grams)
{
    if (grams >= 0 && grams <= GRAMS_MOST)
        *to = llround(grams * 1000);
}

static void set_degrees(int *to, double value, int least, int most)
{
    if (value >= least && value <= most)
        *to = (int)lround(value);
}

static void set_type(struct code_roll *roll, size_t type)
{
    if (type < LEN(types))
        text_copy(roll->material, sizeof roll->material, types[type]);
}

/* A number does not tell how many digits it had: the longest code that it may be counts. */
static void set_gtin(struct code_roll *roll, double value)
{
    char text[CODE_BARCODE_SIZE + 8];
    if (!(value > 0 && value < 1e14))
        return;
    snprintf(text, sizeof text, "%014.0f", value);
    const char *from = text;
    while (!code_barcode(from, roll->barcode) && *from == '0')
        from++;
}

static void set_weight(struct code_roll *roll, enum code_field field, double value)
{
    if (field == CODE_FIELD_ACTUAL || (field == CODE_FIELD_NOMINAL && roll->full_mg < 0))
        set_grams(&roll->full_mg, value);
    else if (field == CODE_FIELD_TARE)
        set_grams(&roll->tare_mg, value);
    else if (field == CODE_FIELD_CONSUMED)
        set_grams(&roll->used_mg, value);
}

void code_roll_number(struct code *code, enum code_field field, double value)
{
    struct code_roll *roll = &code->roll;
    switch (field) {
    case CODE_FIELD_GTIN:
        set_gtin(roll, value);
        break;
    case CODE_FIELD_TYPE:
        set_type(roll, value >= 0 && value < TYPES_MOST ? (size_t)value : TYPES_MOST);
        break;
    case CODE_FIELD_DENSITY:
        roll->density = value >= 0.1 && value <= 25 ? value : -1;
        break;
    case CODE_FIELD_NOZZLE_MIN:
        set_degrees(&roll->nozzle_min, value, NOZZLE_LEAST, NOZZLE_MOST);
        break;
    case CODE_FIELD_NOZZLE_MAX:
        set_degrees(&roll->nozzle_max, value, NOZZLE_LEAST, NOZZLE_MOST);
        break;
    case CODE_FIELD_BED_MIN:
        set_degrees(&roll->bed_min, value, 0, BED_MOST);
        break;
    case CODE_FIELD_BED_MAX:
        set_degrees(&roll->bed_max, value, 0, BED_MOST);
        break;
    default:
        set_weight(roll, field, value);
    }
}

static void set_name(char to[CODE_NAME_SIZE], const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ')
            return;
    if (text_utf8_valid(text, len) && text_copy_len(to, CODE_NAME_SIZE, text, len))
        text_trim(to);
}

static void set_color(struct code_roll *roll, const char *text, size_t len)
{
    char copy[16];
    roll->has_color =
        text_copy_len(copy, sizeof copy, text, len) && color_parse(copy, &roll->color);
}

void code_roll_text(struct code *code, enum code_field field, const char *text, size_t len)
{
    struct code_roll *roll = &code->roll;
    if (field == CODE_FIELD_BRAND)
        set_name(roll->brand, text, len);
    else if (field == CODE_FIELD_NAME)
        set_name(roll->product, text, len);
    else if (field == CODE_FIELD_TYPE)
        set_name(roll->material, text, len);
    else if (field == CODE_FIELD_COLOR)
        set_color(roll, text, len);
    else if (field == CODE_FIELD_INSTANCE && len < sizeof code->id)
        text_copy_len(code->id, sizeof code->id, text, len);
}

void code_roll_bytes(struct code *code, enum code_field field, const uint8_t *bytes, size_t len)
{
    if (field == CODE_FIELD_COLOR && (len == 3 || len == 4)) {
        code->roll.color = (struct color){bytes[0], bytes[1], bytes[2], len == 4 ? bytes[3] : 255};
        code->roll.has_color = true;
    }
    if (field == CODE_FIELD_INSTANCE && len == UUID_BYTES) {
        char *to = code->id;
        for (size_t i = 0; i < UUID_BYTES; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10)
                *to++ = '-';
            text_hex(to, &bytes[i], 1);
            to += 2;
        }
    }
}
