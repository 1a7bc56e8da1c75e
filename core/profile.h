/*
 * Products by the profile id that printers report (tray_info_idx). Part of the facts about filament
 * that the project carries itself; numbers are the vendors' preset values, not measurements.
 * Owner: constant table. Thread: any. Lock: none.
 */
#ifndef CORE_PROFILE_H
#define CORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

/* One product as printers know it. */
struct profile {
    const char *id;                  /* "GFA00" */
    const char *vendor;              /* "Bambu Lab"; "Generic": any maker */
    const char *product;             /* "PLA Basic", without the vendor */
    const char *material;            /* "PLA", as in tray_type */
    int density;                     /* mg/cm3 */
    int nozzle_min, nozzle_max, bed; /* degC */
    bool support;
};

/* NULL where the id is none of the table, as users' own presets ("P" and 7 hex digits). */
const struct profile *profile_find(const char *id);
const struct profile *profile_at(size_t index); /* NULL behind the last */
bool profile_generic(const struct profile *profile);

#endif
