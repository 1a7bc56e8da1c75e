/*
 * Live Activities: prints that a phone shows on its lock screen. There is no queue: what is to be
 * shown is compared with what was sent last, so that a phone gets the newest state once, however
 * long it could not be reached.
 *
 * A device may give a token to start activities with; one that was started, by that or by the app,
 * has a token of its own, which the app registers.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_ACTIVITIES_H
#define STORE_ACTIVITIES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape activities_shape; /* without its token */

/* The token that starts activities on a device (row); NULL: there is none any more. */
void activities_offer(struct db *db, int64_t device, const char *token);

/* {device_id, job_id, token}: one that the app shows of a print. The same again changes nothing
 * (${ret_made}: false), another token takes the place of the first. Returns its row. */
enum err activities_register(struct db *db, const json_t *args, json_t **ret, bool *ret_made,
                             struct why *why);
/* {device_id}: what the app of a device has registered, newest first. */
enum err activities_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {device_id, activity_id}. Returns {activity_id, status: "deleted"}. */
enum err activities_delete(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* All that may have to be told something, of devices of that channel that are sent to:
 *   {id (row; of a start: of the device's token), device, job, printer (rows), kind, token,
 *    registered_at (ms), sent (what it shows; null: nothing yet), sent_at (ms), job_id, printer_id,
 *    printer_name, name, active, and of the print as the view print_jobs shows it: status,
 *    progress_percent, layer, total_layers}.
 * A start is due for each print that began after its token was registered. */
json_t *activities_open(struct db *db, const char *channel);

enum activities_end {
    ACTIVITIES_SENT,  /* it shows `state` */
    ACTIVITIES_ENDED, /* the same, and that is the last of it */
    ACTIVITIES_GONE,  /* nothing will reach it any more */
};
/* What became of telling ${activity} (a row of activities_open). One that was registered with
 * another token meanwhile stays as it is. */
enum err activities_note(struct db *db, const json_t *activity, enum activities_end end,
                         const json_t *state, struct why *why);
/* Forget those of prints that ended long ago. */
enum err activities_trim(struct db *db, struct why *why);

#endif
