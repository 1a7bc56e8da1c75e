/*
 * Prints: reading them, and erasing their names.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct db;
struct field_shape;
struct list;

enum { JOBS_ERASE_BATCH = 200 };

extern const struct field_shape jobs_shape;
extern const struct field_shape jobs_shape_one; /* with its forecast, see store/forecasts.h */
extern const struct field_shape jobs_shape_started, jobs_shape_ended; /* answers of writes */
extern const char *const jobs_statuses[];

/* Filters printer_id, status, active, from, to, external_id, q. Newest first. */
enum err jobs_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
enum err jobs_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Row id by public id; 0: none. */
int64_t jobs_find(struct db *db, const char *job_id);
/* Public id by row id; JSON null where there is none. */
json_t *jobs_id(struct db *db, int64_t job);

/*
 * {job_id}: file and print names are forgotten, grams stay. Returns the job; one that goes on is
 * ERR_CONFLICT job_active.
 *
 * Gone are: the names of the job and the reason of its search for the sliced file; texts and data
 * of its alerts that hold one of them; bodies of what Home Assistant told of it while it ran; its
 * names in answers kept for repeated requests. In the stored state of a printer whose last print it
 * was, the names become their hashes (core/job_identity.h), also each time that the printer tells
 * them again, so that the same print is still known. What the printer shows at the moment is shown
 * as long as it shows it, and not stored. The user's own note stays.
 */
enum err jobs_erase_names(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* The same for the next JOBS_ERASE_BATCH prints that ended longer ago than the setting
 * privacy.keep_names_days says; 0 days: never. What Home Assistant sent about them goes too.
 * ${ret_count}: how many rows; a full batch means that there may be more. */
enum err jobs_erase_old_names(struct db *db, int64_t *ret_count, struct why *why);
/* Were the names of this job (row id) erased? */
bool jobs_names_erased(struct db *db, int64_t job);

#endif
