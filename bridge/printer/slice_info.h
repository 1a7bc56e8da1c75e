/*
 * Metadata/slice_info.config of a sliced archive: what the slicer says of each plate.
 * Owner: the caller; slice_info_clear frees the plates. Text is bounded; too long is cut off by
 * leaving the field empty. The XML is streamed, a document type is refused, memory, depth and
 * counts have limits. Thread: any; a value belongs to one thread. Source: archives of BambuStudio
 * 02.04-02.05 and OrcaSlicer 2.3 (root `config`, one `plate` each).
 */
#ifndef BRIDGE_PRINTER_SLICE_INFO_H
#define BRIDGE_PRINTER_SLICE_INFO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { SLICE_FILAMENTS = 64, SLICE_PLATES = 256 };

struct slice_filament {
    int id;                /* 1-based, the position in the project */
    char profile[24];      /* tray_info_idx, such as GFL99 */
    char material[24];     /* such as PLA */
    char color[10];        /* #RRGGBB or #RRGGBBAA as written */
    double used_m, used_g; /* -1 where absent or unreadable */
};

struct slice_plate {
    int index;              /* plate number; 0 where absent */
    char printer_model[16]; /* printer_model_id, such as N2S; "" where absent */
    int prediction_s;       /* -1 where absent */
    double weight_g;        /* all filaments; -1 where absent */
    int nozzle_of[SLICE_FILAMENTS], nozzle_count; /* filament_maps: 1-based nozzle by filament */
    struct slice_filament filaments[SLICE_FILAMENTS];
    int filament_count;
};

struct slice_info {
    struct slice_plate *plates;
    int count;
};

/* Feed the document piece by piece: ${read} gives up to ${size} bytes, 0 at the end, -1 on failure.
 */
enum err slice_info_read(int (*read)(void *ctx, char *bytes, int size), void *ctx,
                         struct slice_info *ret_info, struct why *why);
void slice_info_clear(struct slice_info *info);

#endif
