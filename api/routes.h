/*
 * THE table of what this server answers: serving, documentation and tests all walk it.
 * Thread: any; constant.
 */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include <stddef.h>

#include "api/route.h"

extern const struct route routes[];
extern const size_t routes_count;

#endif
