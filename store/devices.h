/*
 * Phones and browsers that alerts are pushed to. One registers itself, by its installation and as
 * often as it likes; it is sent to while it is enabled and not gone. What waits for one that is not
 * sent to any more is dropped in the same transaction.
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
struct field_shape;
struct list;

extern const struct field_shape devices_shape; /* without the address */
extern const char *const devices_channels[], *const devices_environments[];

/* Does this channel send to devices, each for itself? */
bool devices_channel(const char *channel);
/* [{id (row), device_id, address {..}, preferences {..}, last_seen_at (ms)}] of those that are to
 * be sent to. address: {token, environment, bundle_id?} of apns, {endpoint, p256dh, auth} of
 * webpush. */
json_t *devices_of(struct db *db, const char *channel);
/* One of them by its row; NULL: it is not sent to any more. */
json_t *devices_target(struct db *db, const char *channel, int64_t device);
/* When it last registered (ms); 0: it is not there. */
int64_t devices_seen(struct db *db, int64_t device);

/* {installation_id, name, platform, app_version?, locale?, channel, address {..}, preferences?,
 * start_token?, key (row)?}, all checked. start_token: store/activities.h; absent: none any more.
 * Makes it, or changes it (${ret_made}: false); one that was gone is sent to again. Another one
 * with this address is deleted. Returns the row of the view. */
enum err devices_register(struct db *db, const json_t *args, json_t **ret, bool *ret_made,
                          struct why *why);
enum err devices_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err devices_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {device_id, name?, enabled?, preferences?}; preferences as a whole. Returns the row. */
enum err devices_update(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {device_id}; with its deliveries. Returns {device_id, status: "deleted"}. */
enum err devices_delete(struct db *db, const json_t *args, json_t **ret, struct why *why);

enum devices_end {
    DEVICES_SENT,
    DEVICES_MOVED, /* sent, by the other environment: it is there from now on */
    DEVICES_ILL,
    DEVICES_GONE, /* nothing will reach it there any more */
};
/* What became of sending to a device (row). ${error}: why not. */
enum err devices_note(struct db *db, int64_t device, enum devices_end end, const char *error,
                      struct why *why);
/* End those whose key is not valid any more, and drop what waits for any that is not sent to. */
void devices_sweep(struct db *db);

#endif
