/*
 * Will the rolls last to the end of a running print? What the tray log, the share curve and the
 * inventory say together.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_FORECASTS_H
#define STORE_FORECASTS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;

extern const struct field_shape forecasts_shape; /* of one slot */

/* One object for each slot that the print still needs: {slot, label, spool_id, needed_grams,
 * remaining_grams, runs_out_layer, runs_out_at, continues: [{slot, label, spool_id,
 * remaining_grams}], short_grams, text}. ${minutes_left}: as the printer says, -1 unknown. Empty
 * for a print that has ended or of which no grams are known. */
enum err forecasts_read(struct db *db, int64_t job, int minutes_left, json_t **ret_list,
                        struct why *why);

/* Open an alert for each slot whose roll, backups counted, will not last, and end those that will.
 * They end with the print, too (store/alerts_rules.c). */
enum err forecasts_alert(struct db *db, int64_t job, struct why *why);

/* What an alert of such a kind says, ${row} (text, data, printer: its name), as things stand now:
 * the time too, where the printer tells how long it will go on. Where nothing is short any more, it
 * stays as it is. */
void forecasts_freshen(struct db *db, int64_t job, int minutes_left, json_t *row);

#endif
