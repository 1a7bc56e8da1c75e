/*
 * Memory that a transaction lends SQLite again and again. A statement with triggers copies each
 * page that it is about to change into blocks of a kilobyte, and frees them at its end: some fifty
 * for one use of a roll, which the system's allocator splits and joins each time. Distributions
 * build SQLite without the lookaside that would help; so while a thread uses such a store, blocks
 * that SQLite frees there are kept, and given out first.
 *
 * Owner: the connection. Thread: of the one that uses it, one at a time. Lock: none.
 */
#ifndef STORE_DB_BLOCKS_H
#define STORE_DB_BLOCKS_H

struct db_blocks;

/* Once for the process, before the first connection. */
void db_blocks_configure(void);

struct db_blocks *db_blocks_new(void);         /* NULL: no memory */
void db_blocks_free(struct db_blocks *blocks); /* no other thread may use it. NULL is fine */

/* From now on this thread uses ${blocks}; NULL: none. */
void db_blocks_use(struct db_blocks *blocks);

#endif
