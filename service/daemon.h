/*
 * The parts of a running daemon, started and stopped in the one right order.
 *
 * Start: state directory, lock, database, hub, printers of the file, links and discovery, HTTP.
 * Stop: the hub refuses (which wakes all waiting streams), HTTP, links, checkpoint and close, lock.
 * Owner: whoever opened it closes it; the context is borrowed. Thread: main. Lock: none.
 */
#ifndef SERVICE_DAEMON_H
#define SERVICE_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct command_context;
struct daemon;

/* ${context} was through load_config. On failure everything that was started is stopped again. */
enum err daemon_open(struct command_context *context, struct daemon **ret_daemon, struct why *why);
void daemon_close(struct daemon *daemon); /* NULL is fine */

/* Once a second or sooner: settle times, changes by other processes, renewals. */
void daemon_tick(struct daemon *daemon, int64_t now);
/* Milliseconds until daemon_tick has something to do, at most 1000. */
int daemon_pause(struct daemon *daemon, int64_t now);

/* Read the configuration again; what cannot change while running is logged. With errors in it, they
 * are logged and everything stays as it is. */
void daemon_reload(struct daemon *daemon);

/* Where a first API key is wanted and none exists: make it. NULL: not needed. The caller frees. */
enum err daemon_first_key(struct daemon *daemon, char **ret_key, struct why *why);

/* URL of listener ${index}; false beyond the last. */
bool daemon_url(const struct daemon *daemon, size_t index, char *ret_url, size_t size);

/* "3 printers, 2 connected". */
void daemon_status(const struct daemon *daemon, char *ret_text, size_t size);

#endif
