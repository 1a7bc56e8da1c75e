/*
 * What triggers tell of changes, until it is written to the feed. A trigger calls the SQL function
 * tell_change(entity, public_id, op, at); in a transaction its call is kept in memory, and written
 * where the transaction ends: once for each entity, however often it was told, and outside the
 * savepoint of a request and the journal of a statement, for which SQLite would copy each page.
 * Its place in the sequence is given at once, so that an answer can name it.
 *
 * Only a connection of db.h knows the function: the file is readable by any program, and writable
 * by none that would leave the feed behind.
 *
 * NULL stands for a connection that only reads: there is nothing then.
 * Owner: the connection. Thread: the connection's. Lock: none.
 */
#ifndef STORE_TOLD_H
#define STORE_TOLD_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct told;

/* Makes the function known to ${handle}. NULL: no memory. */
struct told *told_new(sqlite3 *handle);
void told_free(struct told *told); /* before the handle is closed */

void told_forget(struct told *told); /* a transaction begins, or has ended */

/* Write what was not yet. Returns a code of the library. */
int told_settle(struct told *told);
size_t told_waiting(const struct told *told); /* what that is */
int64_t told_total(const struct told *told);  /* what was told since the connection was opened */
int64_t told_place(const struct told *told, const char *entity,
                   const char *public_id); /* 0: none */

/* A savepoint: told_revert undoes what was told since, and that anything was written since; the
 * database does so with the rows. */
void told_mark(struct told *told);
void told_unmark(struct told *told); /* the savepoint is released */
void told_revert(struct told *told);

/* A statement that failed, while the transaction goes on: nothing is settled while it runs. */
void told_cut(struct told *told, size_t waiting);

#endif
