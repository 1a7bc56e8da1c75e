/*
 * Which row of the route table answers a path: a strict, pure matcher.
 *
 * A path is compared segment by segment, after each segment was percent-decoded on its own, so that
 * an encoded slash is data and never structure. One trailing slash is the same resource. A segment
 * of a row in braces, "{spool_id}", takes any text; rows are tried in their order, so literal rows
 * stand before those with parameters.
 * Owner: rows are constant; the match holds its own texts. Thread: any. Lock: none.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "core/body.h"

struct field_shape;
struct reply;
struct request;

enum {
    METHOD_GET = 1 << 0,
    METHOD_POST = 1 << 1,
    METHOD_PUT = 1 << 2,
    METHOD_PATCH = 1 << 3,
    METHOD_DELETE = 1 << 4,
    METHOD_HEAD = 1 << 5,
    METHOD_OPTIONS = 1 << 6,
    METHOD_UNSAFE = METHOD_POST | METHOD_PUT | METHOD_PATCH | METHOD_DELETE,
};

enum {
    ROUTE_WRITE = 1 << 0,   /* the handler runs inside the door, in the writer's transaction */
    ROUTE_OUTSIDE = 1 << 1, /* it needs neither the door nor a reader: it asks for them */
    ROUTE_STREAM = 1 << 6,  /* live events: api/stream.h; a ticket may stand for the key */
    ROUTE_BODY_OPTIONAL = 1 << 2, /* no body counts as {} */
    ROUTE_UPLOAD = 1 << 3,        /* the handler takes a large body of any type: api/upload.h */
    ROUTE_STORED = 1 << 5,        /* a GET that shows what the store holds, and nothing else */
    ROUTE_SHOWN_ONCE = 1 << 4,    /* the answer holds a secret: it is not kept for repetitions */
    ROUTE_FILE = 1 << 14,         /* the answer is a file, made anew each time: it has no ETag */
    ROUTE_SECRET = 1 << 13,       /* no key is asked for, because the handler asks for a secret */
    /* For the OpenAPI document, what no other column tells. */
    ROUTE_CONFLICT = 1 << 8,  /* it can refuse with 409 */
    ROUTE_NAMES = 1 << 9,     /* query or body name rows: 404 without one in the path */
    ROUTE_COMPUTED = 1 << 10, /* made at that moment: no count and no pages */
    ROUTE_ANY_NAME = 1 << 11, /* the path may name what is not there: no 404 */
    ROUTE_DATED = 1 << 16,    /* what its path names is good for a time: 410 after it */
    ROUTE_DRAWN = 1 << 15,    /* one page of a drawing: X-Total-Pages */
    ROUTE_GUESSED = 1 << 12,  /* a code of the body is checked: 403 and 429 without a key */
};

enum { ROUTE_PARAMS = 4, ROUTE_PARAM_SIZE = 256, ROUTE_PATH_SIZE = 2048 };

typedef enum err route_handler(struct request *request, struct reply *reply, struct why *why);

struct db;

/* A row of a resource by the parameters of its path. */
typedef enum err route_item(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* What a route is about: for 404, ETag, If-Match and read-only keys. */
struct route_subject {
    route_item *item;   /* the row that the path names, before a write (it may give NULL for one
                         * that is not there yet); NULL: it names none */
    const char *entity; /* its name in the change feed */
    const char *key;    /* column of its public id; NULL: all of its kind are one thing */
};

/* The body of a success: for the OpenAPI document, and for the tests that hold it against what is
 * really answered. */
enum answer_form { ONE, LIST }; /* an object of ${shape}, or an array of them */

struct route_answer {
    int status;
    enum answer_form form;
    const struct field_shape *shape; /* as JSON; NULL: it is none, see type */
    const char *type;                /* another media type, beside JSON or alone; NULL: none */
    int also;                        /* another status with the same body; 0: none */
};

struct route {
    unsigned methods; /* one, or several that mean the same (PUT and PATCH) */
    const char *path;
    unsigned scopes; /* of auth.h; any one of them is enough; 0: no key is asked for */
    const struct body_table *body;       /* NULL: a body is refused; PUT and PATCH merge it */
    const struct body_table *query;      /* NULL: no parameter is known */
    unsigned flags;                      /* ROUTE_... */
    const struct route_subject *subject; /* NULL: none */
    route_handler *handle;
    const char *operation; /* operationId, lowerCamel, unique */
    const char *doc;       /* one line for people */
    struct route_answer answer;
};

/* The rows of one resource. */
struct route_table {
    const struct route *rows;
    size_t count;
};

struct route_param {
    const char *name; /* without braces; borrowed from the row, not NUL-terminated */
    size_t name_len;
    char value[ROUTE_PARAM_SIZE]; /* decoded */
};

struct route_match {
    const struct route *route;
    unsigned allowed; /* methods of this path, HEAD and OPTIONS among them */
    struct route_param params[ROUTE_PARAMS];
    size_t param_count;
};

enum route_result {
    ROUTE_FOUND,
    ROUTE_UNKNOWN,      /* 404 */
    ROUTE_OTHER_METHOD, /* 405; allowed is set */
    ROUTE_BAD_PATH,     /* 400: broken encoding, NUL or control characters, too long */
};

/* The bit of a method's name, 0 for one we do not know. Names are case-sensitive. */
unsigned route_method(const char *name);
/* "GET, HEAD, OPTIONS" of ${methods} into ${ret_text}, which holds 64 bytes. */
void route_method_names(unsigned methods, char ret_text[64]);

/* ${path}: raw, without the query. HEAD finds the row of GET. For OPTIONS any row of the path. */
enum route_result route_find(const struct route_table *const *tables, size_t count, unsigned method,
                             const char *path, struct route_match *ret_match);

/* Decode %XX (and "+" as a blank in a query) of ${len} bytes into ${ret_text}. False: broken
 * encoding, invalid UTF-8, control characters, or too long. */
bool route_decode(const char *text, size_t len, bool query, char *ret_text, size_t size);

/* The query as an object of texts. A name given twice is refused, as everything that
 * route_decode refuses. NULL: refused. The caller owns it. */
json_t *route_query(const char *query);

#endif
