/*
 * Plays recorded messages through the real hub, core and store over a scratch database in memory,
 * on the recorded clock, and writes what follows as JSON lines. The same input gives the same
 * bytes. Owner: player_close. Thread: main. Lock: none.
 */
#ifndef SERVICE_PLAYER_H
#define SERVICE_PLAYER_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct player;

struct player_options {
    const char *printer_id;
    const char *inventory; /* file; NULL: no rolls */
    const char *sliced;    /* file of the prints in the recording; NULL: none */
    int restart_every;     /* drop all state in memory after so many lines; 0: never */
    FILE *out;
};

enum err player_open(const struct player_options *options, struct player **ret_player,
                     struct why *why);
void player_close(struct player *player);

/* Play one recording behind what was played before. */
enum err player_play(struct player *player, const char *path, struct why *why);
/* Let everything settle that waits, and write the last line. */
enum err player_finish(struct player *player, struct why *why);

#endif
