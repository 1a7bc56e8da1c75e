#include "bridge/printer/sliced.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/printer/archive.h"
#include "bridge/printer/slice_info.h"
#include "bridge/printer/slice_settings.h"
#include "bridge/printer/sliced_gcode.h"
#include "core/gcode.h"

static const uint64_t info_most = 8 * 1024 * 1024;

_Static_assert((int)SLICED_FILAMENTS == (int)GCODE_FILAMENTS, "one number of filaments");
_Static_assert((int)SLICED_FILAMENTS == (int)SLICE_FILAMENTS, "one number of filaments");

void sliced_warn(struct sliced *sliced, const char *format, ...)
{
    if (sliced->warning_count == SLICED_WARNINGS)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(sliced->warnings[sliced->warning_count++], sizeof sliced->warnings[0], format, args);
    va_end(args);
}

void sliced_clear(struct sliced *sliced)
{
    free(sliced->points);
    free(sliced->tools);
    memset(sliced, 0, sizeof *sliced);
}

static struct sliced_filament *filament_at(struct sliced *sliced, int index)
{
    for (int i = 0; i < sliced->filament_count; i++)
        if (sliced->filaments[i].index == index)
            return &sliced->filaments[i];
    if (sliced->filament_count == SLICED_FILAMENTS)
        return NULL;
    struct sliced_filament *filament = &sliced->filaments[sliced->filament_count++];
    *filament = (struct sliced_filament){.index = index, .used_g = -1, .used_m = -1};
    return filament;
}

static void take_plate(struct sliced *sliced, const struct slice_plate *plate)
{
    sliced->prediction_s = plate->prediction_s;
    text_copy(sliced->printer_model, sizeof sliced->printer_model, plate->printer_model);
    for (int i = 0; i < plate->filament_count; i++) {
        const struct slice_filament *from = &plate->filaments[i];
        struct sliced_filament *to = filament_at(sliced, from->id);
        text_copy(to->profile, sizeof to->profile, from->profile);
        text_copy(to->material, sizeof to->material, from->material);
        text_copy(to->color, sizeof to->color, from->color);
        to->used_g = from->used_g;
        to->used_m = from->used_m;
        to->used = true;
    }
}

/* What the gcode's own header says stands in for what slice_info leaves out. */
static void take_header(struct sliced *sliced, const struct gcode_header *header)
{
    sliced->total_layers = header->total_layers;
    for (int i = 0; i < header->used_count; i++) {
        struct sliced_filament *filament = filament_at(sliced, header->used_index[i] + 1);
        filament->used = true;
        if (filament->used_g < 0 && i < header->g_count)
            filament->used_g = header->used_g[i];
        if (filament->used_m < 0 && i < header->mm_count)
            filament->used_m = header->used_mm[i] / 1000;
    }
}

static void take_usage(struct sliced *sliced, const struct gcode *gcode)
{
    for (int f = 0; f < GCODE_FILAMENTS; f++)
        if (gcode->used[f]) {
            struct sliced_filament *filament = filament_at(sliced, f + 1);
            filament->length = gcode->used[f];
            filament->used = true;
        }
}

static void take_facts(struct sliced_filament *filament, const struct gcode_header *header,
                       const struct slice_settings *settings)
{
    int f = filament->index - 1;
    if (!filament->material[0])
        text_copy(filament->material, sizeof filament->material, header->material[f]);
    if (!filament->profile[0])
        text_copy(filament->profile, sizeof filament->profile, header->profile[f]);
    if (!filament->color[0])
        text_copy(filament->color, sizeof filament->color, header->color[f]);
    filament->diameter = f < header->diameter_count && header->diameter[f] > 0
                             ? header->diameter[f]
                             : settings->diameter[f];
    filament->density = f < header->density_count && header->density[f] > 0 ? header->density[f]
                                                                            : settings->density[f];
    if (filament->diameter <= 0)
        filament->diameter = 1.75;
}

/* Third-party tools edit archives: where the two disagree, say so. */
static void compare(struct sliced *sliced, const struct sliced_filament *filament)
{
    double grams = gcode_grams(filament->length, filament->diameter, filament->density);
    if (filament->used_g >= 0 && filament->density > 0 &&
        fabs(grams - filament->used_g) > 0.02 + 0.02 * filament->used_g)
        sliced_warn(sliced, "filament %d: the slicer says %.2f g, its gcode lays down %.2f g",
                    filament->index, filament->used_g, grams);
    if (filament->used_g < 0)
        sliced_warn(sliced, "filament %d: the file has no grams of the slicer's own",
                    filament->index);
}

static int by_index(const void *a, const void *b)
{
    const struct sliced_filament *left = a, *right = b;
    return left->index - right->index;
}

static void finish(struct sliced *sliced, const struct gcode *gcode,
                   const struct slice_settings *settings)
{
    take_header(sliced, &gcode->header);
    take_usage(sliced, gcode);
    qsort(sliced->filaments, (size_t)sliced->filament_count, sizeof sliced->filaments[0], by_index);
    for (int i = 0; i < sliced->filament_count; i++) {
        take_facts(&sliced->filaments[i], &gcode->header, settings);
        compare(sliced, &sliced->filaments[i]);
    }
    if (gcode->tool_unknown)
        sliced_warn(sliced, "the gcode uses a filament number beyond %d", SLICED_FILAMENTS);
    if (gcode->flushed_unknown)
        sliced_warn(sliced,
                    "the volume of the nozzle is unknown: flushes count for the new filament");
    if (!sliced->total_layers)
        for (size_t i = 0; i < sliced->point_count; i++)
            sliced->total_layers = sliced->points[i].layer;
}

static enum err read_plate(struct archive *archive, const struct slice_plate *plate,
                           struct sliced *sliced, struct why *why)
{
    struct slice_settings settings;
    slice_settings_read(archive, &settings);
    char name[64];
    snprintf(name, sizeof name, "Metadata/plate_%d.gcode", sliced->plate);
    struct gcode *gcode auto_free = malloc(sizeof *gcode);
    if (!gcode)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    double volume = settings.nozzle_volume;
    enum err e = OK;
    for (int pass = 0; pass < 2; pass++) { /* again where the settings stood behind the moves */
        struct archive_entry *entry;
        e = archive_entry_open(archive, name, SLICED_GCODE_MOST, &entry, why);
        if (e != OK)
            return e;
        e = sliced_gcode(archive_entry_read, entry, plate, volume, gcode, sliced, why);
        archive_entry_close(entry);
        if (e != OK || !gcode->flushed_unknown || gcode->nozzle_volume[0] <= 0)
            break;
        volume = gcode->nozzle_volume[0];
    }
    if (e == OK)
        finish(sliced, gcode, &settings);
    return e;
}

/* The plate to read: the one asked for, else the only one that has gcode. */
static enum err choose_plate(struct archive *archive, int plate, int *ret_plate, struct why *why)
{
    int found = 0, last = 0;
    for (size_t i = 0; i < archive_count(archive); i++) {
        int number, end = 0;
        if (sscanf(archive_name(archive, i), "Metadata/plate_%6d.gcode%n", &number, &end) == 1 &&
            end && !archive_name(archive, i)[end] && number > 0) {
            found += plate == 0 || number == plate;
            last = plate == 0 || number == plate ? number : last;
        }
    }
    if (found == 1) {
        *ret_plate = last;
        return OK;
    }
    if (found)
        return why_fail(why, ERR_CONFLICT, "plate_ambiguous", "plate",
                        "The archive holds %d plates; name the one that was printed.", found);
    if (plate)
        return why_fail(why, ERR_NOT_FOUND, "plate_missing", "plate",
                        "The archive has no gcode of plate %d.", plate);
    return why_fail(why, ERR_INVALID, "not_sliced", NULL,
                    "The project was never sliced: it holds no gcode. Export the sliced plate.");
}

static const struct slice_plate *plate_of(const struct slice_info *info, int plate)
{
    for (int i = 0; i < info->count; i++)
        if (info->plates[i].index == plate)
            return &info->plates[i];
    return info->count == 1 && info->plates[0].index == 0 ? &info->plates[0] : NULL;
}

static enum err read_info(struct archive *archive, struct slice_info *ret_info, struct why *why)
{
    static const char name[] = "Metadata/slice_info.config";
    if (!archive_has(archive, name))
        return OK;
    struct archive_entry *entry;
    enum err e = archive_entry_open(archive, name, info_most, &entry, why);
    if (e != OK)
        return e;
    e = slice_info_read(archive_entry_read, entry, ret_info, why);
    archive_entry_close(entry);
    return e;
}

static enum err read_archive(const char *path, int plate, struct sliced *sliced, struct why *why)
{
    struct archive *archive;
    enum err e = archive_open(path, &archive, why);
    if (e != OK)
        return e;
    struct slice_info info = {0};
    e = choose_plate(archive, plate, &sliced->plate, why);
    if (e == OK)
        e = read_info(archive, &info, why);
    if (e == OK) {
        const struct slice_plate *found = plate_of(&info, sliced->plate);
        if (found)
            take_plate(sliced, found);
        else
            sliced_warn(sliced, "slice_info.config does not tell of plate %d", sliced->plate);
        e = read_plate(archive, found, sliced, why);
    }
    slice_info_clear(&info);
    archive_close(archive);
    return e;
}

static int file_read(void *ctx, char *bytes, int size)
{
    return (int)read(*(int *)ctx, bytes, (size_t)size);
}

static enum err read_plain(int fd, struct sliced *sliced, struct why *why)
{
    static const struct slice_settings nothing;
    struct gcode *gcode auto_free = malloc(sizeof *gcode);
    if (!gcode)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    double volume = 0;
    enum err e = OK;
    for (int pass = 0; pass < 2; pass++) {
        if (lseek(fd, 0, SEEK_SET) < 0)
            return why_fail(why, ERR_IO, "unreadable", NULL, "The file cannot be read.");
        e = sliced_gcode(file_read, &fd, NULL, volume, gcode, sliced, why);
        if (e != OK || !gcode->flushed_unknown || gcode->nozzle_volume[0] <= 0)
            break;
        volume = gcode->nozzle_volume[0];
    }
    if (e != OK)
        return e;
    finish(sliced, gcode, &nothing);
    if (sliced->filament_count)
        return OK;
    return why_fail(why, ERR_INVALID, "not_sliced", NULL,
                    "The file lays down no filament: it is no sliced gcode.");
}

enum err sliced_read(const char *path, int plate, struct sliced *ret_sliced, struct why *why)
{
    char magic[4] = {0};
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return why_fail(why, ERR_NOT_FOUND, "unreadable", NULL, "%s cannot be opened.", path);
    struct sliced sliced = {.prediction_s = -1};
    bool zip = read(fd, magic, sizeof magic) == sizeof magic && memcmp(magic, "PK", 2) == 0;
    enum err e = zip ? read_archive(path, plate, &sliced, why) : read_plain(fd, &sliced, why);
    if (e == OK)
        *ret_sliced = sliced;
    else
        sliced_clear(&sliced);
    return e;
}
