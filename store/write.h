/*
 * One write and the alerts that follow from it, so that no writer forgets them.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_WRITE_H
#define STORE_WRITE_H

#include <jansson.h>

#include "base/err.h"

struct db;

/* Inside the caller's transaction, which must not be committed where this fails. */
typedef enum err write_run(void *ctx, struct db *db, struct why *why);
enum err write_follow(struct db *db, write_run *run, void *ctx, struct why *why);

/* One call of a noun in a transaction of its own: durable when OK is returned, and without a trace
 * otherwise. For connections that belong to no hub, such as those of the command line. */
typedef enum err write_verb(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err write_once(struct db *db, write_verb *verb, const json_t *args, json_t **ret,
                    struct why *why);

#endif
