#include "core/material.h"

#include "base/auto.h"
#include "base/text.h"
#include "core/variety.h"

/* Typical values. Days: how long an opened roll prints well in a room of middling humidity. */
static const struct material materials[] = {
    {"PLA", 1240, 1750, 190, 230, 60, 180},    {"PETG", 1270, 1750, 230, 260, 75, 90},
    {"ABS", 1040, 1750, 230, 270, 100, 120},   {"ASA", 1070, 1750, 240, 270, 100, 120},
    {"TPU", 1210, 1750, 200, 240, 40, 30},     {"PC", 1200, 1750, 260, 290, 110, 30},
    {"PA", 1120, 1750, 250, 290, 90, 14},      {"PVA", 1190, 1750, 190, 230, 50, 7},
    {"PET", 1340, 1750, 250, 290, 75, 60},     {"HIPS", 1040, 1750, 220, 260, 90, 180},
    {"PCTG", 1230, 1750, 240, 270, 75, 90},    {"PP", 900, 1750, 220, 250, 85, 365},
    {"PE", 950, 1750, 180, 220, 60, 365},      {"BVOH", 1140, 1750, 190, 230, 55, 7},
    {"PPA", 1170, 1750, 280, 320, 100, 14},    {"PPS", 1350, 1750, 300, 340, 110, 90},
    {"PHA", 1240, 1750, 190, 230, 45, 90},     {"EVA", 940, 1750, 180, 220, 40, 180},
    {"SBS", 1020, 1750, 215, 250, 75, 120},    {"PLA-CF", 1250, 1750, 210, 250, 60, 120},
    {"PETG-CF", 1270, 1750, 240, 270, 75, 60}, {"ABS-GF", 1080, 1750, 240, 280, 100, 90},
    {"ASA-CF", 1080, 1750, 250, 280, 100, 90}, {"PA-CF", 1090, 1750, 260, 300, 100, 14},
    {"PA-GF", 1160, 1750, 260, 300, 100, 14},  {"PET-CF", 1310, 1750, 260, 300, 100, 30},
    {"PPA-CF", 1170, 1750, 280, 320, 100, 14}, {"PPA-GF", 1200, 1750, 280, 320, 100, 14},
    {"PPS-CF", 1280, 1750, 310, 340, 110, 90}, {"PP-CF", 1010, 1750, 220, 250, 85, 365},
    {"PP-GF", 1050, 1750, 220, 250, 85, 365},  {"PC-CF", 1220, 1750, 260, 300, 110, 30},
    {"PE-CF", 980, 1750, 180, 220, 60, 365},   {"PVB", 1080, 1750, 200, 230, 70, 30},
    {"POM", 1410, 1750, 210, 240, 110, 180},   {"PEEK", 1300, 1750, 380, 430, 140, 30},
    {"PEI", 1270, 1750, 350, 390, 140, 30},
};

const struct material *material_at(size_t index)
{
    return index < LEN(materials) ? &materials[index] : NULL;
}

static const struct material *by_name(const char *name)
{
    for (size_t i = 0; i < LEN(materials); i++)
        if (text_equal_nocase(materials[i].name, name))
            return &materials[i];
    return NULL;
}

/* The row whose name means the same plastic: "PAHT-CF" is PA-CF, "Silk PLA+" is PLA. Failing that
 * one of the same polymer, whatever it is filled with. */
static const struct material *by_meaning(const char *name)
{
    struct variety wanted = {0};
    const struct material *polymer = NULL;

    variety_add(&wanted, name);
    for (size_t i = 0; wanted.polymer != 0 && i < LEN(materials); i++) {
        struct variety row = {0};
        variety_add(&row, materials[i].name);
        if (!variety_clash(&row, &wanted))
            return &materials[i];
        if (!polymer && row.polymer == wanted.polymer)
            polymer = &materials[i];
    }
    return polymer;
}

const struct material *material_find(const char *name)
{
    const struct material *found = by_name(name);

    return found ? found : by_meaning(name);
}
