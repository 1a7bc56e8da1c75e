/*
 * The last line of a replay: everything as the API would show it at the end.
 * A part of service/player, split off for its size; nobody else includes it.
 * Thread: inside the writer's transaction.
 */
#ifndef SERVICE_PLAYER_FINAL_H
#define SERVICE_PLAYER_FINAL_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct db;
struct printer;

struct player_total {
    const char *printer_id;
    const struct printer *printer;
    int64_t messages, rejected; /* payloads, and those that were no JSON object */
    int64_t writes;             /* steps that left something durable */
};

enum err player_final(struct db *db, const struct player_total *total, FILE *out, struct why *why);

#endif
