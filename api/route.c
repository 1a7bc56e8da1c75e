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

/* A path taken apart: its segments, decoded, with a NUL behind each. No segment holds one. */
struct parts {
    char text[ROUTE_PATH_SIZE];
    size_t len;
};

static bool take_apart(const char *path, struct parts *ret_parts)
{
    ret_parts->len = 0;
    if (*path != '/' || strlen(path) >= ROUTE_PATH_SIZE)
        return false;
    while (*path == '/') {
        char *to = ret_parts->text + ret_parts->len; /* takes no more than ${path} has left */
        size_t len = strcspn(++path, "/");
        if (!route_decode(path, len, false, to, ROUTE_PARAM_SIZE))
            return false;
        ret_parts->len += strlen(to) + 1;
        path += len;
    }
    return true;
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

/* Does the segment of a row at ${*row} fit ${have}? Steps to the next slash or the end. */
static bool fits_part(const char **row, const char *have, struct route_match *match)
{
    const char *want = *row;
    if (*want == '{') {
        size_t len = strcspn(want, "/");
        *row = want + len;
        return take_param(want, len, have, match);
    }
    while (*want && *want != '/' && *want == *have)
        want++, have++;
    *row = want;
    return !*have && (!*want || *want == '/');
}

/* One more empty segment, behind a trailing slash, is the same resource. */
static bool fits(const char *row, const struct parts *parts, struct route_match *match)
{
    const char *have = parts->text, *end = parts->text + parts->len;
    match->param_count = 0;
    while (*row == '/' && have < end) {
        row++;
        if (!fits_part(&row, have, match))
            return false;
        have += strlen(have) + 1;
    }
    return !*row && (have == end || (have + 1 == end && !*have));
}

/* The rows of one path stand in one table, this one first. */
static void pick(const struct route_table *table, const struct route *first, unsigned method,
                 struct route_match *match)
{
    match->allowed = METHOD_OPTIONS;
    unsigned wanted = method == METHOD_HEAD ? METHOD_GET : method;
    for (const struct route *row = first; row < table->rows + table->count; row++) {
        if (strcmp(row->path, first->path) != 0)
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
static const struct route *first_fit(const struct route_table *table, const struct parts *parts,
                                     struct route_match *match)
{
    for (size_t i = 0; i < table->count; i++)
        if (fits(table->rows[i].path, parts, match))
            return &table->rows[i];
    return NULL;
}

enum route_result route_find(const struct route_table *const *tables, size_t count, unsigned method,
                             const char *path, struct route_match *ret_match)
{
    struct parts parts;
    memset(ret_match, 0, sizeof *ret_match);
    if (!take_apart(path, &parts))
        return ROUTE_BAD_PATH;
    for (size_t i = 0; i < count; i++) {
        const struct route *row = first_fit(tables[i], &parts, ret_match);
        if (!row)
            continue;
        pick(tables[i], row, method, ret_match);
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
