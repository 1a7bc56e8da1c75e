/*
 * A printer's state as the messages its firmware would send, in its family's dialect.
 * Owner: the caller owns what is returned; NULL only without memory. Thread: one. Lock: none.
 */
#ifndef TESTS_SIMULATOR_RENDER_H
#define TESTS_SIMULATOR_RENDER_H

#include <jansson.h>

#include "tests/simulator/model.h"

/* The whole `print` object, without command, msg and sequence_id. */
json_t *render_print(struct printer *printer);

/* print.ams; unit objects are whole. */
json_t *render_ams(struct printer *printer);
/* The external spool in the form of vt_tray and vir_slot[]. ${id}: 254 or 255. */
json_t *render_external(const struct printer *printer, const struct slot *slot, int id);
/* print.device of newer firmware. */
json_t *render_device(struct printer *printer);

/* The reply to get_version with the ${sequence_id} of its request: the whole message. */
json_t *render_version(const struct printer *printer, const char *sequence_id);
/* The project_file reply that announces the job: the whole message. */
json_t *render_project_file(const struct printer *printer);

/* The only changed keys from ${before} to ${after}, with the rules of the delta dialects for ams;
 * an empty object where nothing changed. Both are `print` objects. */
json_t *render_delta(const json_t *before, const json_t *after);

#endif
