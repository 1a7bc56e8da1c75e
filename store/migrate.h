/*
 * The schema and its history: numbered migrations, embedded at build, each applied in a transaction
 * of its own after a verified copy of the database was made.
 * Owner: nothing is kept. Thread: whoever holds the writer connection. Lock: none.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stddef.h>

#include "base/err.h"

struct db;

struct migration {
    int version;
    const char *name; /* "0001_inventory" */
    const char *sql;
};

/* All of them, oldest first. */
const struct migration *migrate_list(size_t *ret_count);
/* The version that this program understands. */
int migrate_newest(void);

/* Bring ${db} to the newest version. ${backup} is the path stem of the copies made before a
 * migration of a database that holds data ("<stem>.before-0002"); NULL makes none (memory). A
 * database newer than the program is refused with ERR_CONFLICT. */
enum err migrate_run(struct db *db, const char *backup, struct why *why);

/* db_open for writing, then migrate_run, then the embedded material facts: how the daemon and the
 * command line open a database. */
enum err migrate_open(const char *path, struct db **ret_db, struct why *why);

#endif
