/*
 * Alerts on their way out: what is to be sent where, kept until it was sent. A row is made in the
 * transaction of its alert, so that neither is there without the other; a channel takes its rows in
 * order, and each is ended in a transaction of its own, at once after the peer's answer.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/alert.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape deliveries_shape, deliveries_channel_shape;
extern const char *const deliveries_states[];

/* The channels that are configured, all others are not. What waits for one of these is dropped. */
enum err deliveries_channels(struct db *db, const char *const *names, size_t count,
                             struct why *why);

/* Send an alert, just opened, on every channel that is ready; devices have preferences. */
enum err deliveries_queue(struct db *db, int64_t alert, enum alert_kind kind, struct why *why);
/* {channel?, device_id?}: send a trial on each, or on this one. Returns the rows. */
enum err deliveries_try(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* The next one that is due on a lane, a channel or one device of it (0: it has none), with all that
 * is told of its alert:
 *   {id, delivery_id, kind, created_at, moot: why it need not be told any more,
 *    alert_id.. as in the view alerts, printer, label, candidates: [{choice, spool_id,
 *    spool_number, brand, product_name}]}
 * NULL: nothing is due, or the sticky error. */
json_t *deliveries_next(struct db *db, const char *channel, int64_t device);
/* When the first one is due that waits on a channel; INT64_MAX: nothing waits. */
int64_t deliveries_due(struct db *db, const char *channel);
/* The newest trial that waits on a channel; 0: none does. Somebody wants to see it work now. */
int64_t deliveries_trial(struct db *db, const char *channel);

enum deliveries_end {
    DELIVERIES_SENT,
    DELIVERIES_AGAIN,   /* it stays, to be tried again */
    DELIVERIES_FAILED,  /* it can never be sent */
    DELIVERIES_DROPPED, /* it need not be sent any more */
};
/* What became of one. ${error}: why not; NULL: sent. ${ill}: the channel as a whole does not work.
 */
enum err deliveries_note(struct db *db, int64_t delivery, enum deliveries_end end, bool ill,
                         const char *error, struct why *why);
/* The same for what is no delivery, but went the same way. */
void deliveries_note_channel(struct db *db, const char *channel, enum deliveries_end end, bool ill,
                             const char *error);
/* Forget what ended long ago, and whose device has lost its key. */
enum err deliveries_trim(struct db *db, struct why *why);

enum err deliveries_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Filters state, channel, alert_id, device_id. Newest first. */
enum err deliveries_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
enum err deliveries_channel_list(struct db *db, const json_t *args, struct list *ret_list,
                                 struct why *why);

#endif
