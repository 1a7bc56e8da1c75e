/*
 * All simulated printers, the two clocks and the way out for their messages.
 * Owner: one on the stack of main; sim_close releases what its printers hold. Thread: one.
 *
 * Wall time (milliseconds since the start) paces reports, gaps and script waits. Process time runs
 * `speed` times as fast and paces what printers do. Without a broker wall time jumps from event to
 * event, so that a script gives the same bytes every time.
 */
#ifndef TESTS_SIMULATOR_SIM_H
#define TESTS_SIMULATOR_SIM_H

#include <stdio.h>

#include "tests/simulator/model.h"

enum { SIM_PRINTERS = 16, SIM_ROLLS = 64 };

struct named_roll {
    char name[40];
    struct roll roll;
};

/* Where messages go. ${text}: one whole JSON message, or whatever a script wants published. */
struct sink {
    void *ctx;
    void (*publish)(void *ctx, const struct printer *printer, const char *text, size_t len,
                    int64_t wall);
    void (*added)(void *ctx, const struct printer *printer); /* a new printer wants its topics */
};

struct sim {
    struct printer printers[SIM_PRINTERS];
    int printer_count;
    struct named_roll rolls[SIM_ROLLS];
    int roll_count;
    int64_t wall, epoch_ms; /* epoch_ms: what wall 0 is called in records */
    int64_t anchor_wall, anchor_process;
    double speed;
    uint64_t seed;
    char files[256]; /* sliced files go to FILES/<serial>/...; "": nowhere */
    FILE *truth;     /* one JSON line for each job: what every slot really gave; may be NULL */
    struct sink sink;
    bool over; /* a script said quit */
};

void sim_init(struct sim *sim, uint64_t seed);
void sim_close(struct sim *sim);

struct printer *sim_printer(struct sim *sim, const char *name); /* NULL: no such printer */
struct printer *sim_by_serial(struct sim *sim, const char *serial);
struct printer *sim_add(struct sim *sim, const struct family *family, const char *name,
                        const char *serial); /* NULL: full, or the name is taken */

void sim_set_speed(struct sim *sim, double speed);
int64_t sim_process_time(const struct sim *sim);
/* Wall time of the next event of any printer; INT64_MAX: none. */
int64_t sim_next(const struct sim *sim);
/* Everything up to and including ${wall}, in order of time. */
void sim_run(struct sim *sim, int64_t wall);
/* Tell now what a command changed. */
void sim_flush(struct sim *sim, struct printer *printer);

#endif
