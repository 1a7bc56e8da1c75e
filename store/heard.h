/*
 * What triggers tell of changes, until it is written to the feed. A trigger calls the SQL function
 * tell_change(entity, public_id, op, at); in a transaction its call is kept in memory, and written
 * where the transaction ends: once for each entity, however often it was told, and outside the
 * savepoint of a request and the journal of a statement, for which SQLite would copy each page.
 * Its place in the sequence is given at once, so that an answer can name it.
 *
 * Only a connection of db.h knows the function: any program may read the file, but one that writes
 * a row of which clients are told is refused, instead of leaving the feed behind.
 *
 * NULL stands for a connection that only reads: there is nothing then.
 * Owner: the connection. Thread: the connection's. Lock: none.
 */
#ifndef STORE_HEARD_H
#define STORE_HEARD_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct heard;

/* Makes the function known to ${handle}. NULL: no memory. */
struct heard *heard_new(sqlite3 *handle);
void heard_free(struct heard *heard); /* before the handle is closed */

void heard_forget(struct heard *heard); /* a transaction begins, or has ended */

/* Write what was not yet. Returns a code of the library. */
int heard_settle(struct heard *heard);
size_t heard_waiting(const struct heard *heard); /* what that is */
int64_t heard_total(const struct heard *heard);  /* what was told since the connection was opened */
int64_t heard_place(const struct heard *heard, const char *entity,
                    const char *public_id); /* 0: none */

/* A savepoint: heard_revert undoes what was told since, and that anything was written since; the
 * database does so with the rows. */
void heard_mark(struct heard *heard);
void heard_unmark(struct heard *heard); /* the savepoint is released */
void heard_revert(struct heard *heard);

/* A statement that failed, while the transaction goes on: nothing is settled while it runs. */
void heard_cut(struct heard *heard, size_t waiting);

#endif
