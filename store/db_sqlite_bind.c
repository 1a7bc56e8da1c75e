#include <stdlib.h>
#include <string.h>

#include "store/db_sqlite.h"

static int bind_tree(sqlite3_stmt *st, int at, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15));
    return text ? sqlite3_bind_text(st, at, text, -1, free) : SQLITE_NOMEM;
}

static int bind_value(sqlite3_stmt *st, int at, const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_INTEGER:
        return sqlite3_bind_int64(st, at, json_integer_value(value));
    case JSON_REAL:
        return sqlite3_bind_double(st, at, json_real_value(value));
    case JSON_STRING:
        return sqlite3_bind_text(st, at, json_string_value(value), (int)json_string_length(value),
                                 SQLITE_STATIC);
    case JSON_OBJECT:
    case JSON_ARRAY:
        return bind_tree(st, at, value);
    case JSON_TRUE:
    case JSON_FALSE:
        return sqlite3_bind_int(st, at, json_is_true(value));
    default:
        return sqlite3_bind_null(st, at);
    }
}

int db_sqlite_bind(sqlite3_stmt *st, const json_t *args, int64_t now)
{
    int rc = SQLITE_OK;
    for (int i = 1; i <= sqlite3_bind_parameter_count(st) && rc == SQLITE_OK; i++) {
        const char *name = sqlite3_bind_parameter_name(st, i) + 1;
        const json_t *value = json_object_get(args, name);
        rc = !value && strcmp(name, "now") == 0 ? sqlite3_bind_int64(st, i, now)
                                                : bind_value(st, i, value);
    }
    return rc;
}
