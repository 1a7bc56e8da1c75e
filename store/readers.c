#include "store/readers.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/text.h"
#include "store/db.h"

enum { READERS_MAX = 64, READERS_PATH = 512 };

struct reader {
    struct db *db;
    int64_t given_at; /* ms, monotonic */
};

struct readers {
    pthread_mutex_t lock;
    pthread_cond_t given;
    struct reader free[READERS_MAX]; /* the last one was used last */
    size_t count, open;              /* open: also those that are taken */
    char path[READERS_PATH];
};

enum err readers_open(const char *database, struct readers **ret_readers, struct why *why)
{
    struct readers *readers = calloc(1, sizeof *readers);
    if (!readers)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    if (!text_copy(readers->path, sizeof readers->path, database)) {
        free(readers);
        return why_fail(why, ERR_TOO_BIG, "path_too_long", NULL, "the database's path is too long");
    }
    pthread_mutex_init(&readers->lock, NULL);
    cond_init(&readers->given);
    *ret_readers = readers;
    return OK;
}

void readers_close(struct readers *readers)
{
    if (!readers)
        return;
    while (readers->count)
        db_close(readers->free[--readers->count].db);
    pthread_cond_destroy(&readers->given);
    pthread_mutex_destroy(&readers->lock);
    free(readers);
}

/* A free one; NULL: open another, which is counted already. */
static struct db *take_free(struct readers *readers)
{
    struct db *db = NULL;
    pthread_mutex_lock(&readers->lock);
    if (!readers->count && readers->open >= READERS_EASY) {
        int64_t until = clock_mono() + READERS_PATIENCE_MS;
        while (!readers->count && cond_wait(&readers->given, &readers->lock, until) == 0)
            ;
    }
    if (readers->count)
        db = readers->free[--readers->count].db;
    else
        readers->open++;
    pthread_mutex_unlock(&readers->lock);
    return db;
}

static void drop(struct readers *readers, struct db *db)
{
    db_close(db);
    pthread_mutex_lock(&readers->lock);
    readers->open--;
    pthread_mutex_unlock(&readers->lock);
}

enum err readers_take(struct readers *readers, struct db **ret_db, struct why *why)
{
    struct db *db = take_free(readers);
    enum err e = db ? OK : db_open(readers->path, DB_READ, &db, why);
    if (e == OK && db_begin(db) != OK)
        e = db_status(db, why);
    if (e == OK)
        *ret_db = db;
    else
        drop(readers, db);
    return e;
}

void readers_give(struct readers *readers, struct db *db)
{
    if (!db)
        return;
    bool broken = db_failed(db);
    db_rollback(db);
    pthread_mutex_lock(&readers->lock);
    bool keep = !broken && readers->count < READERS_MAX;
    if (keep) {
        readers->free[readers->count++] = (struct reader){db, clock_mono()};
        pthread_cond_signal(&readers->given);
    }
    pthread_mutex_unlock(&readers->lock);
    if (!keep)
        drop(readers, db);
}

/* The one that is free for longest, where it is free for too long. */
static struct db *take_stale(struct readers *readers, int64_t mono)
{
    struct db *db = NULL;
    pthread_mutex_lock(&readers->lock);
    if (readers->count > 1 && mono - readers->free[0].given_at >= READERS_IDLE_MS) {
        db = readers->free[0].db;
        readers->count--;
        memmove(readers->free, readers->free + 1, readers->count * sizeof *readers->free);
    }
    pthread_mutex_unlock(&readers->lock);
    return db;
}

size_t readers_tick(struct readers *readers, int64_t mono)
{
    size_t closed = 0;
    for (struct db *db; (db = take_stale(readers, mono)); closed++)
        drop(readers, db);
    return closed;
}
