#include "store/told.h"

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

struct told {
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

static int prepare(struct told *told, sqlite3_stmt **st, const char *sql)
{
    return *st ? SQLITE_OK
               : sqlite3_prepare_v3(told->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, st, NULL);
}

static int run(sqlite3_stmt *st)
{
    sqlite3_step(st);
    return sqlite3_reset(st);
}

/* --- the list --- */

static const char *entity_of(const struct told *told, const struct change *change)
{
    return told->keys.data + change->key;
}

static const char *id_of(const struct told *told, const struct change *change)
{
    const char *entity = entity_of(told, change);
    return entity + strlen(entity) + 1;
}

static void cut(struct told *told, size_t count)
{
    if (count < told->count)
        told->keys.len = told->list[count].key;
    told->count = count;
}

static bool has_room(struct told *told)
{
    if (told->count < told->room)
        return true;
    size_t room = told->room ? 2 * told->room : 64;
    struct change *list = realloc(told->list, room * sizeof *list);
    if (!list)
        return false;
    told->list = list;
    told->room = room;
    return true;
}

static int know_newest(struct told *told)
{
    if (told->seq)
        return SQLITE_OK;
    int rc = prepare(told, &told->newest, newest_sql);
    if (rc == SQLITE_OK && sqlite3_step(told->newest) == SQLITE_ROW)
        told->seq = sqlite3_column_int64(told->newest, 0);
    return rc == SQLITE_OK ? sqlite3_reset(told->newest) : rc;
}

static int add(struct told *told, const char *entity, const char *id, struct change change)
{
    int rc = know_newest(told);
    change.key = told->keys.len;
    buf_add(&told->keys, entity, strlen(entity) + 1);
    buf_add(&told->keys, id, strlen(id) + 1);
    if (told->keys.failed || !has_room(told))
        return SQLITE_NOMEM;
    change.seq = ++told->seq;
    told->list[told->count++] = change;
    told->total++;
    return rc;
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

static void fold(struct told *told, struct change **sorted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool again = i && strcmp(entity_of(told, sorted[i - 1]), entity_of(told, sorted[i])) == 0 &&
                     strcmp(id_of(told, sorted[i - 1]), id_of(told, sorted[i])) == 0;
        sorted[i]->last = true;
        sorted[i]->fresh = false;
        sorted[i]->first = 0;
        if (again) {
            sorted[i - 1]->last = false;
            follow(sorted[i], sorted[i - 1]);
        }
    }
}

static int write_row(struct told *told, const struct change *change)
{
    sqlite3_stmt *st = told->write;
    sqlite3_bind_int64(st, 1, change->seq);
    sqlite3_bind_text(st, 2, entity_of(told, change), -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 3, id_of(told, change), -1, SQLITE_STATIC);
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
static int write_rows(struct told *told)
{
    int rc = prepare(told, &told->write, write_sql);
    for (size_t i = told->settled; i < told->count && rc == SQLITE_OK; i++)
        if (told->list[i].last)
            rc = write_row(told, &told->list[i]);
    return rc;
}

/* The newest of each kind, which stand together. */
static int write_places(struct told *told, struct change **sorted, size_t count)
{
    int rc = prepare(told, &told->place, place_sql);
    int64_t newest = 0;
    for (size_t i = 0; i < count && rc == SQLITE_OK; i++) {
        const char *entity = entity_of(told, sorted[i]);
        newest = sorted[i]->seq > newest ? sorted[i]->seq : newest;
        if (i + 1 < count && strcmp(entity, entity_of(told, sorted[i + 1])) == 0)
            continue;
        sqlite3_bind_int64(told->place, 1, newest);
        sqlite3_bind_text(told->place, 2, entity, -1, SQLITE_STATIC);
        rc = run(told->place);
        newest = 0;
    }
    return rc;
}

static void drop_settled(struct told *told)
{
    if (told->marked && told->mark.count < told->count)
        cut(told, told->mark.count); /* would be undone with the savepoint, and its rows with it */
    else if (!told->marked)
        cut(told, 0);
    told->settled = told->count;
}

int told_settle(struct told *told)
{
    size_t count = told_waiting(told);
    if (!count)
        return SQLITE_OK;
    struct change **sorted = malloc(count * sizeof *sorted);
    if (!sorted)
        return SQLITE_NOMEM;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &told->list[told->settled + i];
    qsort_r(sorted, count, sizeof(struct change *), by_key, told);
    fold(told, sorted, count);
    int64_t row = sqlite3_last_insert_rowid(told->handle);
    int rc = write_rows(told);
    sqlite3_set_last_insert_rowid(told->handle, row);
    if (rc == SQLITE_OK)
        rc = write_places(told, sorted, count);
    free(sorted);
    if (rc == SQLITE_OK)
        drop_settled(told);
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
    struct told *told = sqlite3_user_data(context);
    const char *entity = (const char *)sqlite3_value_text(values[0]);
    const char *id = (const char *)sqlite3_value_text(values[1]);
    struct change change = {.at = sqlite3_value_int64(values[3])};
    (void)count;
    if (!entity || !id || !op_of((const char *)sqlite3_value_text(values[2]), &change.op) ||
        sqlite3_value_type(values[3]) != SQLITE_INTEGER) {
        sqlite3_result_error(context, "tell_change(entity, public_id, op, at): one is missing", -1);
        return;
    }
    int rc = add(told, entity, id, change);
    if (rc == SQLITE_OK && sqlite3_get_autocommit(told->handle)) {
        rc = told_settle(told);
        told_forget(told);
    }
    if (rc != SQLITE_OK)
        sqlite3_result_error_code(context, rc);
}

/* --- the connection's --- */

struct told *told_new(sqlite3 *handle)
{
    struct told *told = calloc(1, sizeof *told);
    if (!told)
        return NULL;
    told->handle = handle;
    if (sqlite3_create_function(handle, "tell_change", 4, SQLITE_UTF8, told, tell_change, NULL,
                                NULL) == SQLITE_OK)
        return told;
    free(told);
    return NULL;
}

void told_free(struct told *told)
{
    if (!told)
        return;
    sqlite3_finalize(told->newest);
    sqlite3_finalize(told->write);
    sqlite3_finalize(told->place);
    buf_clear(&told->keys);
    free(told->list);
    free(told);
}

enum { ROOM_KEPT = 4096 };

void told_forget(struct told *told)
{
    if (!told)
        return;
    cut(told, 0);
    told->settled = 0;
    told->seq = 0;
    told->marked = false;
    if (told->room <= ROOM_KEPT && !told->keys.failed)
        return;
    buf_clear(&told->keys);
    free(told->list);
    told->list = NULL;
    told->room = 0;
}

size_t told_waiting(const struct told *told)
{
    return told ? told->count - told->settled : 0;
}

int64_t told_total(const struct told *told)
{
    return told ? told->total : 0;
}

int64_t told_place(const struct told *told, const char *entity, const char *public_id)
{
    for (size_t i = told_waiting(told); i > 0; i--) {
        const struct change *change = &told->list[told->settled + i - 1];
        if (strcmp(id_of(told, change), public_id) == 0 &&
            strcmp(entity_of(told, change), entity) == 0)
            return change->seq;
    }
    return 0;
}

void told_mark(struct told *told)
{
    if (!told)
        return;
    told->marked = true;
    told->mark.count = told->count;
    told->mark.settled = told->settled;
    told->mark.seq = told->seq;
}

void told_unmark(struct told *told)
{
    if (told)
        told->marked = false;
}

void told_revert(struct told *told)
{
    if (!told || !told->marked)
        return;
    cut(told, told->mark.count);
    told->settled = told->mark.settled;
    told->seq = told->mark.seq;
    told->marked = false;
}

void told_cut(struct told *told, size_t waiting)
{
    if (told)
        cut(told, told->settled + waiting);
}
