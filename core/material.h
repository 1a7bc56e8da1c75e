/*
 * Facts about filament that the project carries itself: products by the profile id that printers
 * report (tray_info_idx), materials with typical values, and the reading of material names.
 * Numbers of products are the vendors' preset values, not measurements.
 * Owner: constant tables. Thread: any. Lock: none.
 */
#ifndef CORE_MATERIAL_H
#define CORE_MATERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* One material with typical values, for rolls whose product is unknown. */
struct material {
    const char *name;
    int density;                     /* mg/cm3 */
    int diameter_um;                 /* 1750 */
    int nozzle_min, nozzle_max, bed; /* degC */
    int dry_days;                    /* dry again after that many days in the open */
};

/* NULL where the id is none of the table, as users' own presets ("P" and 7 hex digits). */
const struct profile *profile_find(const char *id);
const struct profile *profile_at(size_t index); /* NULL behind the last */
bool profile_generic(const struct profile *profile);

/* By name in any case, then by what the name means: "PLA+" and "Silk PLA" are PLA. NULL: unknown.
 */
const struct material *material_find(const char *name);
const struct material *material_at(size_t index); /* NULL behind the last */

/* What names of material and product say: the polymer, its filling, and the words that make it a
 * product of its own (Basic, Matte, Silk, +, HF, 95A). */
struct variety {
    int polymer;       /* 0: not recognised */
    unsigned filling;  /* carbon, glass, ... fibre; support */
    unsigned variants; /* bits of words */
};

/* Add what ${text} says; the first polymer named counts. */
void variety_add(struct variety *variety, const char *text);
/* The same product as far as names tell: never true where either polymer is unknown. */
bool variety_same(const struct variety *a, const struct variety *b);
/* Different plastics, not only different variants of one. */
bool variety_clash(const struct variety *a, const struct variety *b);

#endif
