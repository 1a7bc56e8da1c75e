/*
 * The printers table brought to life: a link for each printer with a serial and an address, kept in
 * step with the table whoever changes it (REST, the command line, the configuration), and what
 * discovery sees.
 * Owner: whoever opened it closes it; options are borrowed and must outlive it.
 * Thread: main, but for the callbacks of links and discovery. Lock: none.
 */
#ifndef SERVICE_REACH_H
#define SERVICE_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct discover;
struct fetch;
struct hub;
struct links;
struct reach;
struct secret;

struct reach_options {
    struct hub *hub;
    const struct secret *secret;
    const char *certs_dir;
    const char *state_dir; /* for files while they are fetched */
    bool discovery;
};

enum err reach_open(const struct reach_options *options, struct reach **ret_reach, struct why *why);
void reach_close(struct reach *reach); /* says goodbye to all printers; NULL is fine */

/* Look whether the table changed since the last call, and follow it. Cheap when nothing did. */
void reach_refresh(struct reach *reach);

struct links *reach_links(const struct reach *reach);
struct fetch *reach_fetch(const struct reach *reach);
struct discover *reach_discover(const struct reach *reach); /* NULL: switched off or no port */

/* How many links there are, and how many of them are up. */
size_t reach_count(const struct reach *reach, size_t *ret_connected);

/* Grows whenever the table has changed and was followed. */
int64_t reach_seen(const struct reach *reach);

/* Printer ${index} of the table, by its row id; false beyond the last. */
bool reach_printer(const struct reach *reach, size_t index, int64_t *ret_printer);

/* For struct hub_options; ${ctx} is a struct reach ** that may still be NULL. */
void reach_ask_full(void *ctx, int64_t printer);
void reach_note_refused(void *ctx, int64_t printer);
void reach_job_changed(void *ctx, int64_t printer);

#endif
