/*
 * Materials with typical values, for rolls whose product is unknown. Part of the facts about
 * filament that the project carries itself.
 * Owner: constant tables. Thread: any. Lock: none.
 */
#ifndef CORE_MATERIAL_H
#define CORE_MATERIAL_H

#include <stddef.h>

/* One material with typical values, for rolls whose product is unknown. */
struct material {
    const char *name;
    int density;                     /* mg/cm3 */
    int diameter_um;                 /* 1750 */
    int nozzle_min, nozzle_max, bed; /* degC */
    int dry_days;                    /* dry again after that many days in the open */
};

/* By name in any case, then by what the name means: "PLA+" and "Silk PLA" are PLA. NULL: unknown.
 */
const struct material *material_find(const char *name);
const struct material *material_at(size_t index); /* NULL behind the last */

#endif
