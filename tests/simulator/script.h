/*
 * Script files: verbs one after the other, with waiting and repeating. Several run at once, each
 * at its own pace.
 * Owner: script_close releases. Thread: one. Lock: none.
 */
#ifndef TESTS_SIMULATOR_SCRIPT_H
#define TESTS_SIMULATOR_SCRIPT_H

#include "tests/simulator/command.h"
#include "tests/simulator/sim.h"

enum { SCRIPT_LINES = 2000, SCRIPT_DEPTH = 8 };

struct script {
    char name[128];
    char *lines[SCRIPT_LINES];
    int count, next;
    int64_t wait_until; /* wall time */
    int waits_at;       /* line of a running `until`, -1 for none */
    struct {
        int line, left; /* left: -1 for ever */
    } repeats[SCRIPT_DEPTH];
    int depth;
};

/* False, with a line on stderr, where the file cannot be read. */
bool script_open(struct script *script, const char *path);
void script_close(struct script *script);

/* A wait at the end has to pass, too. */
bool script_ended(const struct script *script, int64_t wall);
/* Wall time at which it wants to go on; an `until` asks again after each event. */
int64_t script_next(const struct script *script);
/* Run until it waits or ends. False, with a line on stderr, at the first line that fails. */
bool script_run(struct script *script, struct sim *sim);

#endif
