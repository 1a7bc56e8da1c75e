/*
 * One page of a list as JSON text, with what its headers need: total, next cursor, ETag.
 * Owner: the caller declares it zeroed and clears it. Thread: one at a time. Lock: none.
 */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct db;
struct field_shape;

struct list {
    struct buf body; /* a JSON array */
    int64_t total;   /* rows that match, whatever the page */
    int64_t seq;     /* newest change of the entities in it: the ETag; 0: it is in no feed */
    struct buf next; /* cursor of the next page; empty on the last */
};

void list_clear(struct list *list);

#define auto_list __attribute__((cleanup(list_clear))) struct list

struct list_filter {
    const char *arg; /* name of the argument that switches it on */
    const char *sql; /* a condition that uses :arg; where it starts with '!' it is used when the
                      * argument is absent instead */
};

struct list_sort {
    const char *name;   /* as in ?sort=name; ?sort=-name turns it round */
    const char *column; /* of the view */
};

/* What a list is: constant rows, one for each kind of list. */
struct list_kind {
    const struct field_shape *shape; /* its view is read */
    const char *entity;              /* in the change feed; NULL: it is in none */
    const char *key;                 /* unique column: the last criterion of every order */
    const struct list_filter *filters;
    size_t filter_count;
    const struct list_sort *sorts; /* the first is the default */
    size_t sort_count;
    const char *order; /* of the default: "ASC" or "DESC" */
};

/* ${args}: the filters' arguments, `sort`, `limit` (1..LIMIT_PAGE; absent: all rows), `cursor`. */
enum err list_read(struct db *db, const struct list_kind *kind, const json_t *args,
                   struct list *ret_list, struct why *why);

/* All of a noun's list as JSON: *ret_rows is the caller's. ${moved_args} as that list has them. */
typedef enum err list_reader(struct db *db, const json_t *args, struct list *ret_list,
                             struct why *why);
enum err list_rows(struct db *db, list_reader *read, json_t *moved_args, json_t **ret_rows,
                   struct why *why);

#endif
