/*
 * Prints as clients tell them: started and ended over REST, with figures of their own.
 * All functions run inside the caller's transaction. Weights in arguments are milligrams under the
 * names of the body (core/body.h).
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_JOBS_CLIENT_H
#define STORE_JOBS_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

struct db;

/* {printer_id, gcode_file_name, start_time?, external_id?, name?, source?, filaments?: [{
 * ams_unit_number, slot_number, estimated_grams}]}. The print that is active under the same
 * identity is returned, with its external_id where it had none; another one is ERR_CONFLICT
 * printer_busy, with {job_id} of that one in ${ret}. Returns {job_id, status, job}; ${ret_made}
 * tells a new one. */
enum err jobs_client_start(struct db *db, const json_t *args, json_t **ret, bool *ret_made,
                           struct why *why);

/* {job_id, status, actual_grams_used?, usage?: [{spool_id | slot: {ams_unit_number, slot_number},
 * grams}], end_time?}. Explicit figures win over what was computed. Ended so already: the same
 * answer, nothing is booked again; ended otherwise: ERR_CONFLICT job_already_ended. Returns
 * {job_id, status, usage, job}. */
enum err jobs_client_end(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* {job_id, note?, name?, status?, actual_grams_used?, usage?}: corrects an ended print; of one that
 * goes on only note and name. Figures replace all former ones, null ones fall back to what was
 * computed: charges that change are reversed and booked again. Returns {job_id, status, usage,
 * job}. */
enum err jobs_client_correct(struct db *db, const json_t *args, json_t **ret, struct why *why);

#endif
