#include "core/gcode_header.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/gcode.h"

/* The largest that can be meant: what is above is unknown, not infinite. */
static const double layers_most = 1e6, mm_most = 1e7, grams_most = 1e5, density_most = 30,
                    diameter_most = 10, volume_most = 1e4;

/* One decimal number; "," separates values, so it is no decimal sign here. */
static double read_number(const char **at, const char *end)
{
    double value = 0, unit = 1;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
        value = value * 10 + (**at - '0');
    if (*at < end && **at == '.')
        for ((*at)++; *at < end && **at >= '0' && **at <= '9'; (*at)++)
            value += (unit /= 10) * (**at - '0');
    return value;
}

/* Numbers separated by commas or semicolons, up to ${room}, -1 for one above ${most}; how many. */
static int read_list(const char *at, const char *end, double *ret_values, int room, double most)
{
    int count = 0;
    while (at < end && count < room) {
        while (at < end && (*at < '0' || *at > '9') && *at != '.')
            at++;
        if (at == end)
            break;
        double value = read_number(&at, end);
        ret_values[count++] = value <= most ? value : -1;
    }
    return count;
}

static void take_layers(struct gcode *gcode, const char *at, const char *end)
{
    double value = 0;
    if (read_list(at, end, &value, 1, layers_most) && value >= 0)
        gcode->header.total_layers = (int)value;
}

static void take_lengths(struct gcode *gcode, const char *at, const char *end)
{
    gcode->header.mm_count = read_list(at, end, gcode->header.used_mm, GCODE_FILAMENTS, mm_most);
}

static void take_weights(struct gcode *gcode, const char *at, const char *end)
{
    gcode->header.g_count = read_list(at, end, gcode->header.used_g, GCODE_FILAMENTS, grams_most);
}

static void take_densities(struct gcode *gcode, const char *at, const char *end)
{
    if (!gcode->header.density_count)
        gcode->header.density_count =
            read_list(at, end, gcode->header.density, GCODE_FILAMENTS, density_most);
}

static void take_diameters(struct gcode *gcode, const char *at, const char *end)
{
    if (!gcode->header.diameter_count)
        gcode->header.diameter_count =
            read_list(at, end, gcode->header.diameter, GCODE_FILAMENTS, diameter_most);
}

static void take_used(struct gcode *gcode, const char *at, const char *end)
{
    double ids[GCODE_FILAMENTS];
    int count = read_list(at, end, ids, GCODE_FILAMENTS, GCODE_FILAMENTS);
    gcode->header.used_count = 0;
    for (int i = 0; i < count; i++)
        if (ids[i] >= 1 && ids[i] <= GCODE_FILAMENTS)
            gcode->header.used_index[gcode->header.used_count++] = (int)ids[i] - 1;
}

static void take_nozzle_volume(struct gcode *gcode, const char *at, const char *end)
{
    double values[GCODE_NOZZLES];
    int count = read_list(at, end, values, GCODE_NOZZLES, volume_most);
    for (int i = 0; count && i < GCODE_NOZZLES; i++)
        gcode->nozzle_volume[i] = values[i < count ? i : count - 1];
}

/* Texts separated by ';', quotes dropped; one that does not fit or is no UTF-8 stays empty. */
static void read_words(const char *at, const char *end, char (*ret_words)[GCODE_WORD])
{
    for (int i = 0; i < GCODE_FILAMENTS && at < end; i++) {
        const char *stop = memchr(at, ';', (size_t)(end - at));
        const char *next = stop ? stop + 1 : end;
        const char *last = stop ? stop : end;
        while (at < last && (*at == '"' || *at == ' '))
            at++;
        while (last > at && (last[-1] == '"' || last[-1] == '\r' || last[-1] == ' '))
            last--;
        size_t len = (size_t)(last - at);
        text_copy_len(ret_words[i], GCODE_WORD, at, text_utf8_valid(at, len) ? len : 0);
        at = next;
    }
}

static void take_materials(struct gcode *gcode, const char *at, const char *end)
{
    read_words(at, end, gcode->header.material);
}

static void take_profiles(struct gcode *gcode, const char *at, const char *end)
{
    read_words(at, end, gcode->header.profile);
}

static void take_colors(struct gcode *gcode, const char *at, const char *end)
{
    read_words(at, end, gcode->header.color);
}

static void flush_start(struct gcode *gcode, const char *at, const char *end)
{
    (void)at;
    (void)end;
    gcode->flushing = true;
}

static void flush_end(struct gcode *gcode, const char *at, const char *end)
{
    (void)at;
    (void)end;
    gcode->flushing = false;
}

static const struct note {
    const char *text; /* behind "; " */
    void (*take)(struct gcode *gcode, const char *at, const char *end);
} notes[] = {
    {"FLUSH_START", flush_start},
    {"FLUSH_END", flush_end},
    {"total layer number:", take_layers},
    {"total filament length [mm] :", take_lengths},
    {"total filament weight [g] :", take_weights},
    {"filament_density:", take_densities},
    {"filament_diameter:", take_diameters},
    {"filament:", take_used},
    {"filament_density = ", take_densities},
    {"filament_diameter = ", take_diameters},
    {"filament_type = ", take_materials},
    {"filament_ids = ", take_profiles},
    {"filament_colour = ", take_colors},
    {"nozzle_volume = ", take_nozzle_volume},
};

void gcode_comment(struct gcode *gcode, const char *line, const char *end)
{
    const char *at = line + 1;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    size_t len = (size_t)(end - at);
    for (size_t i = 0; i < LEN(notes); i++) {
        size_t size = strlen(notes[i].text);
        if (len >= size && memcmp(at, notes[i].text, size) == 0) {
            notes[i].take(gcode, at + size, end);
            return;
        }
    }
}
