/*
 * Metadata/project_settings.config of a sliced archive: density and diameter by filament and the
 * volume of the nozzle, for files whose gcode lost its header.
 * Owner: the caller; a plain value. Thread: any.
 */
#ifndef BRIDGE_PRINTER_SLICE_SETTINGS_H
#define BRIDGE_PRINTER_SLICE_SETTINGS_H

struct archive;

struct slice_settings {
    double density[64], diameter[64]; /* g/cm3, mm; 0 where unknown */
    double nozzle_volume;             /* mm3; 0 where unknown */
};

/* Missing or damaged settings, and ones larger than any slicer's, leave everything unknown: they
 * only fill gaps. */
void slice_settings_read(struct archive *archive, struct slice_settings *ret_settings);

#endif
