/*
 * The printer models, their names and what follows from a model alone.
 * Behaviour is taken from the data where the data shows it; this table fills the gaps.
 * Source: the vendor's printer profiles and captured get_version replies.
 * Thread: any. Lock: none. Constant tables.
 */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include <stdbool.h>

enum model {
    MODEL_UNKNOWN,
    MODEL_X1,
    MODEL_X1C,
    MODEL_X1E,
    MODEL_P1P,
    MODEL_P1S,
    MODEL_P2S,
    MODEL_A1_MINI,
    MODEL_A1,
    MODEL_A2L,
    MODEL_H2D,
    MODEL_H2D_PRO,
    MODEL_H2S,
    MODEL_H2C,
    MODEL_X2D,
    MODEL_COUNT,
};

/* "X1C", "A1 mini", "H2D Pro"; "" for the unknown one. Never NULL. */
const char *model_name(enum model model);
/* Nozzles that feed filament: 1 or 2; 0 for the unknown model. */
int model_nozzles(enum model model);

/* By our name or the vendor's ("Bambu Lab H2D", "X1 Carbon"), any case. */
enum model model_from_name(const char *text);
/* By code, as in SSDP DevModel, project_name or hw_ver ("C12", "N2S", "BL-P001"). */
enum model model_from_code(const char *code);
/* By prefix of the serial number: the weakest evidence, some prefixes are shared. */
enum model model_from_serial(const char *serial);

#endif
