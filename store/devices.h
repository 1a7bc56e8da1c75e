/*
 * Phones and browsers that alerts are pushed to.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_DEVICES_H
#define STORE_DEVICES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* Does this channel send to devices, each for itself? */
bool devices_channel(const char *channel);
/* [{id (row), device_id, address {..}, preferences {..}}] of those that are to be sent to. */
json_t *devices_of(struct db *db, const char *channel);

#endif
