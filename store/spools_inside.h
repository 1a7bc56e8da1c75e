/*
 * What the files of the noun share among themselves. Nobody else includes this.
 * Owner: JSON that is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SPOOLS_INSIDE_H
#define STORE_SPOOLS_INSIDE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/id.h"

struct buf;
struct db;

enum err spools_missing(const struct db *db, struct why *why);
/* Row of the base table: id, public_id, filament, initial_mg, used_mg, archived_at, tare_mg (in
 * force), density, diameter; NULL where there is none. */
json_t *spools_base(struct db *db, int64_t id);
/* The same of a roll that a caller names, by its spool_id or its number. */
json_t *spools_base_named(struct db *db, const json_t *spool_id, int64_t *ret_id);
enum err spools_row(struct db *db, int64_t id, json_t **ret, struct why *why);
/* The same as text. */
enum err spools_row_text(struct db *db, int64_t id, struct buf *out, struct why *why);

/* A new weight that is shown from now on. */
struct spools_weight {
    int64_t mg;
    const char *field; /* of the input, for complaints; NULL: current_weight_grams */
    bool raise_initial;
    bool always;      /* a row of the ledger also where nothing changes */
    const char *kind; /* of the row */
    const char *source;
    const char *note;   /* NULL: none */
    const json_t *base; /* what spools_base says of the roll; NULL: it is read */
};
/* ${ret_event}: "" where no row was needed. */
enum err spools_weigh(struct db *db, int64_t id, const struct spools_weight *weight,
                      char ret_event[ID_SIZE], struct why *why);

/* Write what ${args} says of the roll itself (not its product, not its weight). */
enum err spools_write(struct db *db, int64_t id, const json_t *args, struct why *why);

#endif
