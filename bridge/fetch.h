/*
 * Sliced files of the prints that go on: when one starts or gets to be known better, its file is
 * fetched from its printer, looked at, and kept with the print; a print that has ended meanwhile is
 * charged anew. A file that does not fit the print is refused, whatever its name.
 *
 * What became of it is kept with the print: waiting (for the printer to have it whole), fetching,
 * ready, failed or off, with a reason.
 * Owner: whoever opened it closes it, before the hub and after the links. Thread: fetch_tick one at
 * a time, fetch_close last; everything else any. Lock: its own, never held while the hub is called.
 */
#ifndef BRIDGE_FETCH_H
#define BRIDGE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bridge/printer/files.h"

struct fetch;
struct hub;

struct fetch_options {
    struct hub *hub;
    const char *certs_dir; /* anchors of printer certificates */
    const char *dir;       /* for the files while they are looked at; must exist */
};

/* Texts are borrowed for the call. */
struct fetch_target {
    int64_t printer; /* row id */
    const char *serial, *host, *access_code, *pin_sha256;
    int port; /* 0: the usual one */
};

/* Nothing is loaded and no thread runs before the first file is fetched. */
enum err fetch_open(const struct fetch_options *options, struct fetch **ret_fetch, struct why *why);
void fetch_close(struct fetch *fetch); /* NULL is fine */

/* Where a printer's files are, from now on; its present print is looked at. */
void fetch_set(struct fetch *fetch, const struct fetch_target *target);
void fetch_remove(struct fetch *fetch, int64_t printer);

/* The print of ${printer} changed. Only notes it. */
void fetch_job_changed(struct fetch *fetch, int64_t printer);
/* Look at what was noted, and start what is due. */
void fetch_tick(struct fetch *fetch, int64_t now);

/* Of the transfer that goes on or waits for its next try; false: there is none. */
bool fetch_progress(struct fetch *fetch, int64_t printer, struct files_progress *ret_progress);

#endif
