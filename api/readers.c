#include "api/readers.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "store/db.h"

enum { READERS_MAX = 64, READERS_PATH = 512 };

struct readers {
    pthread_mutex_t lock;
    struct db *free[READERS_MAX]; /* the last one was used last */
    size_t count, limit;
    char path[READERS_PATH];
};

enum err readers_open(const char *database, size_t limit, struct readers **ret_readers,
                      struct why *why)
{
    struct readers *readers = calloc(1, sizeof *readers);
    if (!readers)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    if (!text_copy(readers->path, sizeof readers->path, database)) {
        free(readers);
        return why_fail(why, ERR_TOO_BIG, "path_too_long", NULL, "the database's path is too long");
    }
    pthread_mutex_init(&readers->lock, NULL);
    readers->limit = limit < READERS_MAX ? limit : READERS_MAX;
    *ret_readers = readers;
    return OK;
}

void readers_close(struct readers *readers)
{
    if (!readers)
        return;
    while (readers->count)
        db_close(readers->free[--readers->count]);
    pthread_mutex_destroy(&readers->lock);
    free(readers);
}

enum err readers_take(struct readers *readers, struct db **ret_db, struct why *why)
{
    pthread_mutex_lock(&readers->lock);
    struct db *db = readers->count ? readers->free[--readers->count] : NULL;
    pthread_mutex_unlock(&readers->lock);
    enum err e = db ? OK : db_open(readers->path, DB_READ, &db, why);
    if (e != OK)
        return e;
    e = db_begin(db);
    if (e != OK) {
        e = db_status(db, why);
        db_close(db);
        return e;
    }
    *ret_db = db;
    return OK;
}

void readers_give(struct readers *readers, struct db *db)
{
    if (!db)
        return;
    bool broken = db_failed(db);
    db_rollback(db);
    pthread_mutex_lock(&readers->lock);
    bool keep = !broken && readers->count < readers->limit;
    if (keep)
        readers->free[readers->count++] = db;
    pthread_mutex_unlock(&readers->lock);
    if (!keep)
        db_close(db);
}
