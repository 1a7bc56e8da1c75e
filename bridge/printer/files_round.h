/*
 * One pass over all paths where a print's file may be: connect, ask for sizes, fetch, check.
 * Owner: the caller. Thread: one for each round; blocks.
 */
#ifndef BRIDGE_PRINTER_FILES_ROUND_H
#define BRIDGE_PRINTER_FILES_ROUND_H

#include "bridge/printer/files.h"

enum files_round_end {
    ROUND_FOUND,
    ROUND_MISSING, /* not there, or not yet whole: another pass may help */
    ROUND_FAILED,  /* the printer could not be asked: another pass may help */
    ROUND_HOPELESS,
};

struct files_round {
    const struct files_options *options;
    const struct files_request *request;
    bool everywhere;
    /* Is the complete file at ${local} the right one? */
    bool (*accept)(void *ctx, const char *local, const char *remote);
    /* What happens now; false aborts. ${progress} belongs to the round. */
    bool (*tell)(void *ctx, const struct files_progress *progress);
    void *ctx;
    struct files_progress progress;
};

/* Leaves in ${round}->progress why it ended so. */
enum files_round_end files_round_run(struct files_round *round);

#endif
