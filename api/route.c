#include "api/route.h"

#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"

static const struct {
    unsigned bit;
    const char *name;
} methods[] = {
    {METHOD_GET, "GET"},         {METHOD_HEAD, "HEAD"},   {METHOD_POST, "POST"},
    {METHOD_PUT, "PUT"},         {METHOD_PATCH, "PATCH"}, {METHOD_DELETE, "DELETE"},
    {METHOD_OPTIONS, "OPTIONS"},
};

unsigned route_method(const char *name)
{
    for (size_t i = 0; name && i < LEN(methods); i++)
        if (!strcmp(methods[i].name, name))
            return methods[i].bit;
    return 0;
}

void route_method_names(unsigned bits, char ret_text[64])
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < LEN(methods); i++)
        if (bits & methods[i].bit)
            used += (size_t)snprintf(ret_text + used, 64 - used, "%s%s", used ? ", " : "",
                                     methods[i].name);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool route_decode(const char *text, size_t len, bool query, char *ret_text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '%') {
            int high = i + 2 < len ? hex_value(text[i + 1]) : -1;
            int low = i + 2 < len ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (unsigned char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && query) {
            c = ' ';
        }
        if (c < 0x20 || c == 0x7F || used + 1 >= size)
            return false;
        ret_text[used++] = (char)c;
    }
    ret_text[used] = '\0';
    return text_utf8_valid(ret_text, used);
}

/* The segment at ${*at}, which stands behind a slash; steps to the next slash or the end. */
static const char *segment(const char **at, size_t *ret_len)
{
    const char *from = *at;
    *ret_len = strcspn(from, "/");
    *at = from + *ret_len;
    return from;
}

static bool take_param(const char *name, size_t name_len, const char *value,
                       struct route_match *match)
{
    if (!*value || match->param_count == ROUTE_PARAMS)
        return false;
    struct route_param *param = &match->params[match->param_count++];
    param->name = name + 1;
    param->name_len = name_len - 2;
    return text_copy(param->value, sizeof param->value, value);
}

/* Does ${row} fit ${path}, whose segments are all known to decode? */
static bool fits(const char *row, const char *path, struct route_match *match)
{
    match->param_count = 0;
    while (*row == '/' && *path == '/') {
        size_t row_len, path_len;
        row++, path++;
        const char *want = segment(&row, &row_len);
        const char *have = segment(&path, &path_len);
        char value[ROUTE_PARAM_SIZE];
        if (!route_decode(have, path_len, false, value, sizeof value))
            return false;
        bool param = row_len > 1 && *want == '{';
        if (param ? !take_param(want, row_len, value, match)
                  : strlen(value) != row_len || memcmp(value, want, row_len) != 0)
            return false;
    }
    return !*row && (!*path || !strcmp(path, "/"));
}

static bool decodes(const char *path)
{
    char scratch[ROUTE_PARAM_SIZE];
    if (*path != '/' || strlen(path) >= ROUTE_PATH_SIZE)
        return false;
    while (*path == '/') {
        size_t len;
        path++;
        const char *text = segment(&path, &len);
        if (!route_decode(text, len, false, scratch, sizeof scratch))
            return false;
    }
    return true;
}

/* The rows of one path stand in one table. */
static void pick(const struct route_table *table, const char *path, unsigned method,
                 struct route_match *match)
{
    match->allowed = METHOD_OPTIONS;
    unsigned wanted = method == METHOD_HEAD ? METHOD_GET : method;
    for (size_t i = 0; i < table->count; i++) {
        const struct route *row = &table->rows[i];
        if (strcmp(row->path, path) != 0)
            continue;
        match->allowed |= row->methods;
        if (row->methods & wanted)
            match->route = row;
        if (!match->route && method == METHOD_OPTIONS)
            match->route = row;
    }
    if (match->allowed & METHOD_GET)
        match->allowed |= METHOD_HEAD;
}

/* The first row of ${table} whose path fits; its parameters are left in ${match}. */
static const struct route *first_fit(const struct route_table *table, const char *path,
                                     struct route_match *match)
{
    for (size_t i = 0; i < table->count; i++)
        if (fits(table->rows[i].path, path, match))
            return &table->rows[i];
    return NULL;
}

enum route_result route_find(const struct route_table *const *tables, size_t count, unsigned method,
                             const char *path, struct route_match *ret_match)
{
    memset(ret_match, 0, sizeof *ret_match);
    if (!decodes(path))
        return ROUTE_BAD_PATH;
    for (size_t i = 0; i < count; i++) {
        const struct route *row = first_fit(tables[i], path, ret_match);
        if (!row)
            continue;
        pick(tables[i], row->path, method, ret_match);
        return ret_match->route ? ROUTE_FOUND : ROUTE_OTHER_METHOD;
    }
    return ROUTE_UNKNOWN;
}

static bool take_pair(const char *text, size_t len, json_t *pairs)
{
    char name[ROUTE_PARAM_SIZE], value[ROUTE_PATH_SIZE];
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals ? (size_t)(equals - text) : len;
    size_t value_len = equals ? len - name_len - 1 : 0;
    if (!route_decode(text, name_len, true, name, sizeof name) || !*name ||
        !route_decode(equals ? equals + 1 : "", value_len, true, value, sizeof value))
        return false;
    return !json_object_get(pairs, name) &&
           json_object_set_new(pairs, name, json_string(value)) == 0;
}

json_t *route_query(const char *query)
{
    json_auto_t *pairs = json_object();
    while (query && *query) {
        size_t len = strcspn(query, "&");
        if (len && !take_pair(query, len, pairs))
            return NULL;
        query += len + (query[len] == '&');
    }
    return json_incref(pairs);
}
