#include "core/variety.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"

enum { WORD_SIZE = 16 };

enum {
    FILLED_CARBON = 1 << 0,
    FILLED_GLASS = 1 << 1,
    FILLED_ARAMID = 1 << 2,
    FILLED_ESD = 1 << 3,
    FILLED_SUPPORT = 1 << 4, /* a support material for the polymer named, not that polymer */
};

enum {
    POLYMER_NONE,
    PLA,
    PETG,
    PET,
    PCTG,
    ABS,
    ASA,
    PC,
    PA,
    PPA,
    PPS,
    PP,
    PE,
    TPU,
    PVA,
    BVOH,
    HIPS,
    PHA,
    EVA,
    SBS,
    PEEK,
    PEI,
    PVB,
    POM,
    PBT
};

struct word {
    const char *text;
    unsigned value;
};

static const struct word polymers[] = {
    {"PLA", PLA},  {"PETG", PETG}, {"PET", PET},  {"PCTG", PCTG}, {"ABS", ABS},    {"ASA", ASA},
    {"PC", PC},    {"PA", PA},     {"PA6", PA},   {"PA11", PA},   {"PA12", PA},    {"PA66", PA},
    {"PA612", PA}, {"PAHT", PA},   {"NYLON", PA}, {"PPA", PPA},   {"PPS", PPS},    {"PP", PP},
    {"PE", PE},    {"TPU", TPU},   {"TPE", TPU},  {"PVA", PVA},   {"BVOH", BVOH},  {"HIPS", HIPS},
    {"PHA", PHA},  {"EVA", EVA},   {"SBS", SBS},  {"PEEK", PEEK}, {"PEI", PEI},    {"ULTEM", PEI},
    {"PVB", PVB},  {"POM", POM},   {"PBT", PBT},  {"RPLA", PLA},  {"RPETG", PETG},
};

static const struct word fillings[] = {
    {"CF", FILLED_CARBON},  {"CF10", FILLED_CARBON}, {"CF15", FILLED_CARBON},
    {"RCF", FILLED_CARBON}, {"GF", FILLED_GLASS},    {"GF25", FILLED_GLASS},
    {"KF", FILLED_ARAMID},  {"ESD", FILLED_ESD},     {"SUPPORT", FILLED_SUPPORT},
};

/* Words of the same meaning share a bit. */
static const struct word variants[] = {
    {"BASIC", 1U << 0},
    {"MATTE", 1U << 1},
    {"MATT", 1U << 1},
    {"SILK", 1U << 2},
    {"+", 1U << 3},
    {"PLUS", 1U << 3},
    {"METAL", 1U << 4},
    {"METALLIC", 1U << 4},
    {"MARBLE", 1U << 5},
    {"SPARKLE", 1U << 6},
    {"TOUGH", 1U << 7},
    {"AERO", 1U << 8},
    {"LW", 1U << 8},
    {"FOAMING", 1U << 8},
    {"GLOW", 1U << 9},
    {"DYNAMIC", 1U << 10},
    {"GALAXY", 1U << 11},
    {"WOOD", 1U << 12},
    {"LITE", 1U << 14},
    {"TRANSLUCENT", 1U << 13},
    {"TRANSPARENT", 1U << 13},
    {"HF", 1U << 15},
    {"HS", 1U << 15},
    {"SPEED", 1U << 15},
    {"RAPID", 1U << 15},
    {"PRO", 1U << 16},
    {"SATIN", 1U << 17},
    {"CELESTIAL", 1U << 18},
    {"STARLIGHT", 1U << 19},
    {"LUMINOUS", 1U << 20},
    {"NEON", 1U << 21},
    {"SHIFT", 1U << 22},
    {"HT", 1U << 23},
    {"FR", 1U << 24},
    {"85A", 1U << 25},
    {"90A", 1U << 26},
    {"95A", 1U << 27},
    {"AMS", 1U << 28},
    {"MAX", 1U << 29},
};

static unsigned find(const struct word *table, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].text, text) == 0)
            return table[i].value;
    return 0;
}

static void add_word(struct variety *variety, const char *word)
{
    unsigned polymer = find(polymers, LEN(polymers), word);

    if (polymer != 0 && variety->polymer == 0)
        variety->polymer = (int)polymer;
    variety->filling |= find(fillings, LEN(fillings), word);
    variety->variants |= find(variants, LEN(variants), word);
}

static bool in_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Words are runs of letters and digits; "+" is one by itself. Longer ones are in no table. */
static const char *next_word(const char *at, char ret_word[WORD_SIZE])
{
    size_t len = 0;

    while (*at != '\0' && *at != '+' && !in_word(*at))
        at++;
    while (in_word(at[len]))
        len++;
    len = len == 0 && *at == '+' ? 1 : len;
    if (!text_copy_len(ret_word, WORD_SIZE, at, len))
        ret_word[0] = '\0';
    text_upper(ret_word);
    return len > 0 ? at + len : NULL;
}

void variety_add(struct variety *variety, const char *text)
{
    char word[WORD_SIZE];

    for (const char *at = next_word(text, word); at; at = next_word(at, word))
        add_word(variety, word);
    /* PLA-S and PA-S are support materials. */
    if (text_ends_nocase(text, "-S"))
        variety->filling |= FILLED_SUPPORT;
}

bool variety_same(const struct variety *a, const struct variety *b)
{
    return a->polymer != 0 && a->polymer == b->polymer && a->filling == b->filling &&
           a->variants == b->variants;
}

bool variety_clash(const struct variety *a, const struct variety *b)
{
    if (a->polymer == 0 || b->polymer == 0)
        return false;
    return a->polymer != b->polymer || a->filling != b->filling;
}
