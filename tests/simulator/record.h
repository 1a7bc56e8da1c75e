/*
 * Messages to files of {"t","payload"} lines, which `filamentd replay` reads.
 * Owner: record_close. Thread: one. Lock: none.
 */
#ifndef TESTS_SIMULATOR_RECORD_H
#define TESTS_SIMULATOR_RECORD_H

#include <stdio.h>

#include "tests/simulator/sim.h"

struct record {
    char path[512];
    bool by_printer; /* the path is a folder: one NAME.jsonl for each printer */
    FILE *files[SIM_PRINTERS];
    int64_t epoch_ms;
};

bool record_open(struct record *record, const char *path, int64_t epoch_ms);
void record_close(struct record *record);
/* Bytes that are no JSON become a line as they are: a replay counts them as rejected. */
void record_line(struct record *record, int number, const struct printer *printer, const char *text,
                 size_t len, int64_t wall);

#endif
