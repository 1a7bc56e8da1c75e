/*
 * When the layers of a print were reached. While it is followed they are rows of job_layer, one
 * for each; what was imported is one short text of the print (job.layer_times), because there are
 * hundreds: "<layer>@<ms since 1970>", then the ms from each layer to the next, parted by blanks; a
 * layer with its time again where some were missed. Exact.
 * Owner: what is returned is the caller's. Thread: any. Lock: none.
 */
#ifndef STORE_TRAIL_H
#define STORE_TRAIL_H

#include <jansson.h>

/* Expression: the whole trail of the job x as such a text; NULL: nothing is known of it. */
extern const char trail_sql[];

/* [[layer, ms], ...]; NULL where the text is none. */
json_t *trail_read(const char *text);

#endif
