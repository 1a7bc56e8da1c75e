#include "store/heard.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"

enum op { INSERT, UPDATE, DELETE };
static const char *const ops[] = {"insert", "update", "delete"};

struct change {
    size_t key; /* where it begins in `keys` */
    int64_t seq, at;
    enum op op;
    /* Of what is written for all that was told of an entity: */
    bool last;     /* it is this one */
    bool fresh;    /* what the feed has was deleted in between */
    int64_t first; /* where it began to be there; 0: as in the feed, or with this one */
};

struct heard {
    sqlite3 *handle;
    sqlite3_stmt *newest, *write, *place; /* prepared when they are needed: the tables come later */
    struct change *list;
    size_t count, room;
    size_t settled;  /* so many of the list */
    struct buf keys; /* entity NUL public_id NUL, of each */
    int64_t seq;     /* the newest; 0: not asked yet */
    int64_t total;   /* ever told */
    bool marked;
    struct {
        size_t count, settled;
        int64_t seq;
    } mark;
};

static const char newest_sql[] = "SELECT coalesce(max(seq), 0) FROM change";
static const char write_sql[] =
    "INSERT INTO change (seq, entity, public_id, op, at, born) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (entity, public_id) DO UPDATE SET seq = excluded.seq, op = excluded.op, "
    "at = excluded.at, born = CASE WHEN change.op <> 'delete' AND NOT ?7 "
    "THEN coalesce(change.born, change.seq) ELSE excluded.born END";
static const char place_sql[] = "UPDATE change_newest SET seq = ?1 WHERE entity = ?2";

static int prepare(struct heard *heard, sqlite3_stmt **st, const char *sql)
{
    return *st ? SQLITE_OK
               : sqlite3_prepare_v3(heard->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, st, NULL);
}

static int run(sqlite3_stmt *st)
{
    sqlite3_step(st);
    return sqlite3_reset(st);
}

/* --- the list --- */

static const char *entity_of(const struct heard *heard, const struct change *change)
{
    return heard->keys.data + change->key;
}

static const char *id_of(const struct heard *heard, const struct change *change)
{
    const char *entity = entity_of(heard, change);
    return entity + strlen(entity) + 1;
}

static void cut(struct heard *heard, size_t count)
{
    if (count < heard->count)
        heard->keys.len = heard->list[count].key;
    heard->count = count;
}

static bool has_room(struct heard *heard)
{
    if (heard->count < heard->room)
        return true;
    size_t room = heard->room ? 2 * heard->room : 64;
    struct change *list = realloc(heard->list, room * sizeof *list);
    if (!list)
        return false;
    heard->list = list;
    heard->room = room;
    return true;
}

static int know_newest(struct heard *heard)
{
    if (heard->seq)
        return SQLITE_OK;
    int rc = prepare(heard, &heard->newest, newest_sql);
    if (rc == SQLITE_OK && sqlite3_step(heard->newest) == SQLITE_ROW)
        heard->seq = sqlite3_column_int64(heard->newest, 0);
    return rc == SQLITE_OK ? sqlite3_reset(heard->newest) : rc;
}

static int add(struct heard *heard, const char *entity, const char *id, struct change change)
{
    int rc = know_newest(heard);
    if (rc != SQLITE_OK)
        return rc;
    change.key = heard->keys.len;
    buf_add(&heard->keys, entity, strlen(entity) + 1);
    buf_add(&heard->keys, id, strlen(id) + 1);
    if (heard->keys.failed || !has_room(heard))
        return SQLITE_NOMEM;
    change.seq = ++heard->seq;
    heard->list[heard->count++] = change;
    heard->total++;
    return SQLITE_OK;
}

/* --- settling --- */

/* By entity, and of each in order of time. */
static int by_key(const void *a, const void *b, void *ctx)
{
    const struct change *x = *(struct change *const *)a, *y = *(struct change *const *)b;
    int order = strcmp(entity_of(ctx, x), entity_of(ctx, y));
    if (!order)
        order = strcmp(id_of(ctx, x), id_of(ctx, y));
    return order ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

/* What was told first of an entity stands in ${earlier} for the feed's row. */
static void follow(struct change *change, const struct change *earlier)
{
    bool deleted = earlier->op == DELETE;
    change->fresh = deleted || earlier->fresh;
    change->first = deleted ? 0 : earlier->first ? earlier->first : earlier->seq;
}

static void fold(struct heard *heard, struct change **sorted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool again = i &&
                     strcmp(entity_of(heard, sorted[i - 1]), entity_of(heard, sorted[i])) == 0 &&
                     strcmp(id_of(heard, sorted[i - 1]), id_of(heard, sorted[i])) == 0;
        sorted[i]->last = true;
        sorted[i]->fresh = false;
        sorted[i]->first = 0;
        if (again) {
            sorted[i - 1]->last = false;
            follow(sorted[i], sorted[i - 1]);
        }
    }
}

static int write_row(struct heard *heard, const struct change *change)
{
    sqlite3_stmt *st = heard->write;
    sqlite3_bind_int64(st, 1, change->seq);
    sqlite3_bind_text(st, 2, entity_of(heard, change), -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 3, id_of(heard, change), -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 4, ops[change->op], -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, 5, change->at);
    if (change->first)
        sqlite3_bind_int64(st, 6, change->first);
    else
        sqlite3_bind_null(st, 6);
    sqlite3_bind_int(st, 7, change->fresh);
    return run(st);
}

/* In order of the sequence: rows that are added at the end are the cheapest. */
static int write_rows(struct heard *heard)
{
    int rc = prepare(heard, &heard->write, write_sql);
    for (size_t i = heard->settled; i < heard->count && rc == SQLITE_OK; i++)
        if (heard->list[i].last)
            rc = write_row(heard, &heard->list[i]);
    return rc;
}

/* The newest of each kind, which stand together. */
static int write_places(struct heard *heard, struct change **sorted, size_t count)
{
    int rc = prepare(heard, &heard->place, place_sql);
    int64_t newest = 0;
    for (size_t i = 0; i < count && rc == SQLITE_OK; i++) {
        const char *entity = entity_of(heard, sorted[i]);
        newest = sorted[i]->seq > newest ? sorted[i]->seq : newest;
        if (i + 1 < count && strcmp(entity, entity_of(heard, sorted[i + 1])) == 0)
            continue;
        sqlite3_bind_int64(heard->place, 1, newest);
        sqlite3_bind_text(heard->place, 2, entity, -1, SQLITE_STATIC);
        rc = run(heard->place);
        newest = 0;
    }
    return rc;
}

static void drop_settled(struct heard *heard)
{
    if (heard->marked && heard->mark.count < heard->count)
        cut(heard,
            heard->mark.count); /* would be undone with the savepoint, and its rows with it */
    else if (!heard->marked)
        cut(heard, 0);
    heard->settled = heard->count;
}

int heard_settle(struct heard *heard)
{
    size_t count = heard_waiting(heard);
    if (!count)
        return SQLITE_OK;
    struct change **sorted = malloc(count * sizeof *sorted);
    if (!sorted)
        return SQLITE_NOMEM;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &heard->list[heard->settled + i];
    qsort_r(sorted, count, sizeof(struct change *), by_key, heard);
    fold(heard, sorted, count);
    int64_t row = sqlite3_last_insert_rowid(heard->handle);
    int rc = write_rows(heard);
    sqlite3_set_last_insert_rowid(heard->handle, row);
    if (rc == SQLITE_OK)
        rc = write_places(heard, sorted, count);
    free(sorted);
    if (rc == SQLITE_OK)
        drop_settled(heard);
    return rc;
}

/* --- the function --- */

static bool op_of(const char *text, enum op *ret_op)
{
    for (size_t i = 0; i < LEN(ops); i++)
        if (text && strcmp(text, ops[i]) == 0) {
            *ret_op = (enum op)i;
            return true;
        }
    return false;
}

/* tell_change(entity, public_id, op, at). A statement that is a transaction of its own ends before
 * anybody could settle: what it tells is written at once, and is of its transaction. */
static void tell_change(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct heard *heard = sqlite3_user_data(context);
    const char *entity = (const char *)sqlite3_value_text(values[0]);
    const char *id = (const char *)sqlite3_value_text(values[1]);
    struct change change = {.at = sqlite3_value_int64(values[3])};
    (void)count;
    if (!entity || !id || !op_of((const char *)sqlite3_value_text(values[2]), &change.op) ||
        sqlite3_value_type(values[3]) != SQLITE_INTEGER) {
        sqlite3_result_error(context, "tell_change(entity, public_id, op, at): one is missing", -1);
        return;
    }
    int rc = add(heard, entity, id, change);
    if (rc == SQLITE_OK && sqlite3_get_autocommit(heard->handle)) {
        rc = heard_settle(heard);
        heard_forget(heard);
    }
    if (rc != SQLITE_OK)
        sqlite3_result_error_code(context, rc);
}

/* --- the connection's --- */

struct heard *heard_new(sqlite3 *handle)
{
    struct heard *heard = calloc(1, sizeof *heard);
    if (!heard)
        return NULL;
    heard->handle = handle;
    if (sqlite3_create_function(handle, "tell_change", 4, SQLITE_UTF8, heard, tell_change, NULL,
                                NULL) == SQLITE_OK)
        return heard;
    free(heard);
    return NULL;
}

void heard_free(struct heard *heard)
{
    if (!heard)
        return;
    sqlite3_finalize(heard->newest);
    sqlite3_finalize(heard->write);
    sqlite3_finalize(heard->place);
    buf_clear(&heard->keys);
    free(heard->list);
    free(heard);
}

enum { ROOM_KEPT = 4096 };

void heard_forget(struct heard *heard)
{
    if (!heard)
        return;
    cut(heard, 0);
    heard->settled = 0;
    heard->seq = 0;
    heard->marked = false;
    if (heard->room <= ROOM_KEPT && !heard->keys.failed)
        return;
    buf_clear(&heard->keys);
    free(heard->list);
    heard->list = NULL;
    heard->room = 0;
}

size_t heard_waiting(const struct heard *heard)
{
    return heard ? heard->count - heard->settled : 0;
}

int64_t heard_total(const struct heard *heard)
{
    return heard ? heard->total : 0;
}

int64_t heard_place(const struct heard *heard, const char *entity, const char *public_id)
{
    for (size_t i = heard_waiting(heard); i > 0; i--) {
        const struct change *change = &heard->list[heard->settled + i - 1];
        if (strcmp(id_of(heard, change), public_id) == 0 &&
            strcmp(entity_of(heard, change), entity) == 0)
            return change->seq;
    }
    return 0;
}

void heard_mark(struct heard *heard)
{
    if (!heard)
        return;
    heard->marked = true;
    heard->mark.count = heard->count;
    heard->mark.settled = heard->settled;
    heard->mark.seq = heard->seq;
}

void heard_unmark(struct heard *heard)
{
    if (heard)
        heard->marked = false;
}

void heard_revert(struct heard *heard)
{
    if (!heard || !heard->marked)
        return;
    cut(heard, heard->mark.count);
    heard->settled = heard->mark.settled;
    heard->seq = heard->mark.seq;
    heard->marked = false;
}

void heard_cut(struct heard *heard, size_t waiting)
{
    if (heard)
        cut(heard, heard->settled + waiting);
}
