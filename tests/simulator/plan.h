/*
 * What a slicer planned for one plate: filaments, layers and how much of what goes into which
 * layer. The print and the sliced file are both made from it, so that they agree.
 * Owner: a plain value. Thread: any. Lock: none. Layers count from 1, filaments from 0.
 */
#ifndef TESTS_SIMULATOR_PLAN_H
#define TESTS_SIMULATOR_PLAN_H

#include <stdbool.h>

enum { PLAN_FILAMENTS = 16, PLAN_CHANGES = 128, PLAN_LAYERS = 5000 };

struct plan_filament {
    char profile[16], material[24], color[10]; /* color: RRGGBB */
    double density;                            /* g/cm3 */
    double grams;                              /* 0: not used on this plate */
};

struct plan_change {
    int layer, filament;
};

struct plan {
    char title[160]; /* as the user sees it */
    char file[160];  /* base name of the sliced file */
    int plate, layers, filament_count;
    struct plan_filament filaments[PLAN_FILAMENTS];
    bool every_layer; /* all filaments in each layer, forth and back */
    struct plan_change
        changes[PLAN_CHANGES]; /* by layer; empty: equal parts, one after the other */
    int change_count;
    int layer_ms;
    double start_mm;  /* test line of the start gcode */
    double flush_mm;  /* purge of one change */
    double nozzle_mm; /* of a flush, what is still the old filament */
};

/* Filaments of layer ${layer} in the order of their use; returns their number. */
int plan_order(const struct plan *plan, int layer, int ret_order[PLAN_FILAMENTS]);

/* Millimetres that the model takes of ${filament} in ${layer}: purge and start line not included.
 */
double plan_mm(const struct plan *plan, int filament, int layer);

double plan_mm_per_gram(const struct plan_filament *filament);

/* Progress by time at the start of ${layer}; the start gcode has taken a part of it already. */
int plan_percent(const struct plan *plan, int layer);
int plan_minutes_left(const struct plan *plan, int layer);

#endif
