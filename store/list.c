#include "store/list.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/field.h"
#include "store/args.h"
#include "store/changes.h"
#include "store/db.h"

/* What the query of one list is made of, from its kind and the arguments. */
struct query {
    const struct list_kind *kind;
    const struct list_sort *sort;
    const char *order; /* "ASC" or "DESC" */
    json_t *args;      /* with the cursor's values */
    bool paged, after_null, after;
    bool solid; /* the column is never NULL: an index may give the order */
};

void list_clear(struct list *list)
{
    buf_clear(&list->body);
    buf_clear(&list->next);
}

static void add_filters(struct buf *sql, const struct query *query)
{
    buf_text(sql, " WHERE 1");
    for (size_t i = 0; i < query->kind->filter_count; i++) {
        const struct list_filter *filter = &query->kind->filters[i];
        bool wanted_absent = filter->sql[0] == '!';
        if (args_given(query->args, filter->arg) == wanted_absent)
            continue;
        buf_text(sql, " AND (");
        buf_text(sql, filter->sql + wanted_absent);
        buf_char(sql, ')');
    }
}

/* Rows behind the cursor in the order of add_order: NULLs come last. */
static void add_cursor(struct buf *sql, const struct query *query)
{
    const char *column = query->sort->column, *key = query->kind->key;
    char than = query->order[0] == 'A' ? '>' : '<';
    if (query->after && query->after_null)
        buf_format(sql, " AND %s IS NULL AND %s %c :after_key", column, key, than);
    else if (query->after)
        buf_format(sql,
                   " AND (%s IS NULL OR %s %c :after_value OR (%s = :after_value AND %s %c "
                   ":after_key))",
                   column, column, than, column, key, than);
}

static void add_order(struct buf *sql, const struct query *query)
{
    buf_text(sql, " ORDER BY ");
    if (!query->solid)
        buf_format(sql, "%s IS NULL, ", query->sort->column);
    buf_format(sql, "%s %s, %s %s", query->sort->column, query->order, query->kind->key,
               query->order);
}

static bool never_null(const struct field_shape *shape, const char *column)
{
    for (size_t i = 0; i < shape->count; i++)
        if (strcmp(shape->fields[i].name, column) == 0)
            return !(shape->fields[i].flags & FIELD_NULLABLE);
    return false;
}

static enum err use_sort(struct query *query, struct why *why)
{
    const struct list_kind *kind = query->kind;
    const char *name = args_text(query->args, "sort");
    query->sort = &kind->sorts[0];
    query->order = kind->order;
    if (!name)
        return OK;
    query->order = name[0] == '-' ? "DESC" : "ASC";
    name += name[0] == '-';
    for (size_t i = 0; i < kind->sort_count; i++)
        if (strcmp(kind->sorts[i].name, name) == 0) {
            query->sort = &kind->sorts[i];
            return OK;
        }
    return why_fail(why, ERR_INVALID, "unknown_sort", "sort", "this list cannot be sorted by %s",
                    name);
}

static enum err bad_cursor(struct why *why)
{
    return why_fail(why, ERR_INVALID, "invalid_cursor", "cursor",
                    "the cursor is not one of this list; start again without it");
}

/* A cursor is the hex of ["sort order", value, key] of the last row that was shown. */
static enum err use_cursor(struct query *query, struct why *why)
{
    const char *cursor = args_text(query->args, "cursor");
    if (!cursor)
        return OK;
    uint8_t bytes[LIMIT_HEAD_BYTES / 2];
    size_t len;
    if (strlen(cursor) > sizeof bytes || !text_unhex(bytes, sizeof bytes, cursor, &len))
        return bad_cursor(why);
    json_auto_t *row = json_loadb((const char *)bytes, len, 0, NULL);
    const char *sort = json_string_value(json_array_get(row, 0));
    json_t *value = json_array_get(row, 1), *key = json_array_get(row, 2);
    if (!sort || !value || !json_is_string(key) || strcmp(sort, query->sort->name) != 0)
        return bad_cursor(why);
    query->after = true;
    query->after_null = json_is_null(value);
    if (json_object_set(query->args, "after_value", value) ||
        json_object_set(query->args, "after_key", key))
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a list");
    return OK;
}

static void add_page(struct db *db, const struct query *query, struct list *ret_list)
{
    auto_buf sql = {0};
    buf_format(&sql, "SELECT /* scan */ * FROM %s", query->kind->shape->view);
    add_filters(&sql, query);
    add_cursor(&sql, query);
    add_order(&sql, query);
    if (query->paged)
        buf_text(&sql, " LIMIT :limit");
    ret_list->total =
        (int64_t)db_text(db, db_sql(db, &sql), query->args, query->kind->shape, &ret_list->body);
}

/* Without a limit the rows were counted as they came. */
static void add_total(struct db *db, const struct query *query, struct list *ret_list)
{
    if (!query->paged)
        return;
    auto_buf sql = {0};
    buf_format(&sql, "SELECT /* scan */ count(*) FROM %s", query->kind->shape->view);
    add_filters(&sql, query);
    ret_list->total = db_int(db, db_sql(db, &sql), query->args, 0);
}

static void write_cursor(const struct query *query, const json_t *last, struct buf *ret_next)
{
    json_auto_t *row = json_pack("[s, O, O]", query->sort->name, json_object_get(last, "value"),
                                 json_object_get(last, "key"));
    char *text = json_dumps(row, JSON_COMPACT | JSON_REAL_PRECISION(15));
    for (const char *at = text; at && *at; at++) {
        char hex[3];
        text_hex(hex, (const uint8_t *)at, 1);
        buf_text(ret_next, hex);
    }
    ret_next->failed = ret_next->failed || !text;
    free(text);
}

/* The page's last row, if another one follows it. */
static void add_next(struct db *db, const struct query *query, struct list *ret_list)
{
    if (!query->paged)
        return;
    auto_buf sql = {0};
    buf_format(&sql, "SELECT /* scan */ %s AS value, %s AS \"key\" FROM %s", query->sort->column,
               query->kind->key, query->kind->shape->view);
    add_filters(&sql, query);
    add_cursor(&sql, query);
    add_order(&sql, query);
    buf_text(&sql, " LIMIT 2 OFFSET :limit - 1");
    json_auto_t *rows = db_rows(db, db_sql(db, &sql), query->args, NULL);
    if (json_array_size(rows) == 2)
        write_cursor(query, json_array_get(rows, 0), &ret_list->next);
}

enum err list_read(struct db *db, const struct list_kind *kind, const json_t *args,
                   struct list *ret_list, struct why *why)
{
    json_auto_t *copy = args_copy(args);
    struct query query = {.kind = kind, .args = copy, .paged = args_given(args, "limit")};
    int64_t limit = args_int(args, "limit", 1);
    if (!copy)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a list");
    if (limit < 1 || limit > LIMIT_PAGE)
        return why_fail(why, ERR_INVALID, "invalid_limit", "limit", "limit is 1 to %d", LIMIT_PAGE);
    enum err e = use_sort(&query, why);
    if (e == OK)
        query.solid = never_null(kind->shape, query.sort->column);
    if (e == OK)
        e = use_cursor(&query, why);
    if (e)
        return e;
    add_page(db, &query, ret_list);
    add_total(db, &query, ret_list);
    add_next(db, &query, ret_list);
    ret_list->seq = kind->entity ? changes_newest_of(db, kind->entity) : 0;
    if (!db_failed(db) && (ret_list->body.failed || ret_list->next.failed))
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a list");
    return db_status(db, why);
}

enum err list_rows(struct db *db, list_reader *read, json_t *moved_args, json_t **ret_rows,
                   struct why *why)
{
    auto_list list = {0};
    json_auto_t *args = moved_args;
    enum err e = read(db, args, &list, why);
    if (e != OK)
        return e;
    *ret_rows = list.body.failed ? NULL : json_loadb(list.body.data, list.body.len, 0, NULL);
    return *ret_rows ? OK : why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a list");
}
