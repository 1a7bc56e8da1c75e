/*
 * The configuration file gives defaults, a value set through the API wins: the bridge between
 * struct config and the settings and thresholds of the store.
 * Owner: nothing is kept. Thread: the connection's. Lock: none.
 */
#ifndef SERVICE_DEFAULTS_H
#define SERVICE_DEFAULTS_H

#include "base/err.h"

struct config;
struct db;

/* Tell the store what the configuration says; inside the caller's transaction. */
enum err defaults_configure(struct db *db, const struct config *config, struct why *why);

/* Lay what was set through the API over ${config}, printers included, for --print-config. A
 * database that does not exist yet changes nothing. */
enum err defaults_overlay(struct config *config, const char *database, struct why *why);

#endif
