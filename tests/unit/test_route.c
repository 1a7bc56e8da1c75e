/* api/route: matching, decoding, and the table itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/route.h"
#include "api/routes.h"
#include "base/auto.h"

static const struct route rows[] = {
    {.methods = METHOD_GET, .path = "/api/things", .operation = "list"},
    {.methods = METHOD_POST, .path = "/api/things", .operation = "create"},
    {.methods = METHOD_POST, .path = "/api/things/suggest", .operation = "suggest"},
    {.methods = METHOD_GET, .path = "/api/things/{thing_id}", .operation = "get"},
    {.methods = METHOD_PUT | METHOD_PATCH, .path = "/api/things/{thing_id}", .operation = "put"},
    {.methods = METHOD_GET, .path = "/api/things/{thing_id}/parts/{part}", .operation = "part"},
    {.methods = METHOD_GET, .path = "/api/things/{thing_id}/parts", .operation = "parts"},
    {.methods = METHOD_GET, .path = "/healthz", .operation = "health"},
};

static const struct route others[] = {
    {.methods = METHOD_GET, .path = "/api/thin", .operation = "thin"},
    {.methods = METHOD_DELETE, .path = "/api/thingslist", .operation = "longer"},
    {.methods = METHOD_GET, .path = "/api/{a}/{b}/{c}/{d}/{e}", .operation = "too many"},
    {.methods = METHOD_GET, .path = "/v2/{a}/{b}/{c}/{d}", .operation = "four"},
};

static enum route_result find(unsigned method, const char *path, struct route_match *match)
{
    static const struct route_table first = {rows, LEN(rows)}, second = {others, LEN(others)};
    static const struct route_table *const tables[] = {&first, &second};
    return route_find(tables, LEN(tables), method, path, match);
}

static void paths_find_their_row(void **state)
{
    (void)state;
    static const struct {
        unsigned method;
        const char *path, *operation, *param;
    } cases[] = {
        {METHOD_GET, "/api/things", "list", NULL},
        {METHOD_GET, "/api/things/", "list", NULL},
        {METHOD_HEAD, "/api/things", "list", NULL},
        {METHOD_POST, "/api/things/", "create", NULL},
        {METHOD_POST, "/api/things/suggest", "suggest", NULL},
        {METHOD_GET, "/api/things/7", "get", "7"},
        {METHOD_GET, "/api/things/7/", "get", "7"},
        {METHOD_PATCH, "/api/things/a%20b", "put", "a b"},
        {METHOD_GET, "/api/things/a%2Fb", "get", "a/b"},
        {METHOD_GET, "/api/things/%c3%bc", "get", "\xC3\xBC"},
        {METHOD_GET, "/api/things/a+b", "get", "a+b"},
        {METHOD_GET, "/api/things/..", "get", ".."},
        {METHOD_GET, "/%61pi/things", "list", NULL},
        {METHOD_GET, "/api/things/1/parts/2", "part", "1"},
        {METHOD_GET, "/api/things/1/parts", "parts", "1"},
        {METHOD_GET, "/api/things/1/parts/", "parts", "1"},
        {METHOD_GET, "/api/things/suggest/parts", "parts", "suggest"},
        {METHOD_GET, "/api/things/%7Bthing_id%7D", "get", "{thing_id}"},
        {METHOD_GET, "/api/things/sugges", "get", "sugges"},
        {METHOD_GET, "/api/things/suggested", "get", "suggested"},
        {METHOD_GET, "/healthz", "health", NULL},
        {METHOD_GET, "/api/thin", "thin", NULL},
        {METHOD_DELETE, "/api/thingslist/", "longer", NULL},
        {METHOD_GET, "/v2/1/2/3/4/", "four", "1"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct route_match match;
        assert_int_equal(find(cases[i].method, cases[i].path, &match), ROUTE_FOUND);
        assert_string_equal(match.route->operation, cases[i].operation);
        if (cases[i].param)
            assert_string_equal(match.params[0].value, cases[i].param);
    }
}

static void paths_of_no_row_are_unknown(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/",
        "/api",
        "/apix/things",
        "/api/thingsx",
        "/api/things//",
        "//api/things",
        "/api//things",
        "/API/things",
        "/api/things/1/2",
        "/api%2Fthings",
        "/api/./things",
        "/api/things/7//",
        "/api/things/7/parts//",
        "/api/things//parts",
        "/api/thing",
        "/healthz/x",
        "/health",
        "/v2/1/2/3",
        "/v2/1/2/3/4/5",
        "/api/1/2/3/4/5", /* more parameters than a match holds */
    };
    for (size_t i = 0; i < LEN(paths); i++) {
        struct route_match match;
        assert_int_equal(find(METHOD_GET, paths[i], &match), ROUTE_UNKNOWN);
    }
}

static void other_paths_are_refused(void **state)
{
    (void)state;
    static const struct {
        unsigned method;
        const char *path;
        enum route_result result;
    } cases[] = {
        {METHOD_GET, "", ROUTE_BAD_PATH},
        {METHOD_GET, "api/things", ROUTE_BAD_PATH},
        {METHOD_GET, "/api/things/%", ROUTE_BAD_PATH},
        {METHOD_GET, "/api/things/%4", ROUTE_BAD_PATH},
        {METHOD_GET, "/api/things/%zz", ROUTE_BAD_PATH},
        {METHOD_GET, "/api/things/%00", ROUTE_BAD_PATH},
        {METHOD_GET, "/api/things/%0a", ROUTE_BAD_PATH},
        {METHOD_GET, "/api/things/%7f", ROUTE_BAD_PATH},
        {METHOD_GET, "/api/things/%ff", ROUTE_BAD_PATH},
        {METHOD_DELETE, "/api/things", ROUTE_OTHER_METHOD},
        {METHOD_GET, "/api/things/suggest", ROUTE_OTHER_METHOD},
        {0, "/healthz", ROUTE_OTHER_METHOD},
        {0, "/unknown", ROUTE_UNKNOWN},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct route_match match;
        assert_int_equal(find(cases[i].method, cases[i].path, &match), cases[i].result);
    }
}

/* As long as it may be, and one more: of a segment, and of the whole path. */
static void lengths_are_bounded(void **state)
{
    (void)state;
    struct route_match match;
    char path[ROUTE_PATH_SIZE + 1] = "/api/things/";
    size_t len = strlen(path), longest = ROUTE_PARAM_SIZE - 1;
    memset(path + len, 'a', longest);
    assert_int_equal(find(METHOD_GET, path, &match), ROUTE_FOUND);
    assert_int_equal(strlen(match.params[0].value), longest);
    path[len + longest] = 'a';
    assert_int_equal(find(METHOD_GET, path, &match), ROUTE_BAD_PATH);
    memset(path, '/', ROUTE_PATH_SIZE - 1);
    path[ROUTE_PATH_SIZE - 1] = '\0';
    assert_int_equal(find(METHOD_GET, path, &match), ROUTE_UNKNOWN);
    path[ROUTE_PATH_SIZE - 1] = '/';
    assert_int_equal(find(METHOD_GET, path, &match), ROUTE_BAD_PATH);
    for (size_t i = 0; i < ROUTE_PATH_SIZE - 1; i++)
        path[i] = i % (size_t)ROUTE_PARAM_SIZE ? 'b' : '/';
    path[ROUTE_PATH_SIZE - 1] = '\0';
    assert_int_equal(find(METHOD_GET, path, &match), ROUTE_UNKNOWN);
}

static void allow_names_all_methods(void **state)
{
    (void)state;
    struct route_match match;
    char names[64];
    assert_int_equal(find(METHOD_DELETE, "/api/things/1", &match), ROUTE_OTHER_METHOD);
    route_method_names(match.allowed, names);
    assert_string_equal(names, "GET, HEAD, PUT, PATCH, OPTIONS");
    assert_int_equal(find(METHOD_OPTIONS, "/api/things", &match), ROUTE_FOUND);
    route_method_names(match.allowed, names);
    assert_string_equal(names, "GET, HEAD, POST, OPTIONS");
    assert_int_equal(route_method("GET"), METHOD_GET);
    assert_int_equal(route_method("get"), 0);
    assert_int_equal(route_method("BREW"), 0);
}

static void queries_are_split(void **state)
{
    (void)state;
    json_auto_t *good = route_query("a=1&b=x%26y+z&&empty=&flag");
    assert_string_equal(json_string_value(json_object_get(good, "a")), "1");
    assert_string_equal(json_string_value(json_object_get(good, "b")), "x&y z");
    assert_string_equal(json_string_value(json_object_get(good, "empty")), "");
    assert_string_equal(json_string_value(json_object_get(good, "flag")), "");
    assert_int_equal(json_object_size(good), 4);
    static const char *const bad[] = {"a=1&a=2", "a=%0", "a=%00", "=1", "a=%ff", "%1f=1"};
    for (size_t i = 0; i < LEN(bad); i++)
        assert_null(route_query(bad[i]));
    json_auto_t *none = route_query(NULL);
    assert_int_equal(json_object_size(none), 0);
}

static const struct route *row_at(size_t index)
{
    for (size_t i = 0; i < routes_count; i++) {
        if (index < routes[i]->count)
            return &routes[i]->rows[index];
        index -= routes[i]->count;
    }
    return NULL;
}

/* What generated clients rely on: unique operations, no row that another one hides. */
static void the_table_is_sound(void **state)
{
    (void)state;
    const struct route *row, *other;
    for (size_t i = 0; (row = row_at(i)); i++) {
        assert_non_null(row->handle);
        assert_non_null(row->doc);
        for (size_t k = 0; k < i; k++) {
            other = row_at(k);
            assert_string_not_equal(other->operation, row->operation);
            assert_false((other->methods & row->methods) && !strcmp(other->path, row->path));
        }
        struct route_match match;
        unsigned method = row->methods & METHOD_PUT ? METHOD_PUT : row->methods;
        assert_int_equal(route_find(routes, routes_count, method, row->path, &match), ROUTE_FOUND);
        assert_ptr_equal(match.route, row);
        assert_true(!(row->flags & ROUTE_WRITE) || row->scopes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_row),    cmocka_unit_test(paths_of_no_row_are_unknown),
        cmocka_unit_test(other_paths_are_refused), cmocka_unit_test(lengths_are_bounded),
        cmocka_unit_test(allow_names_all_methods), cmocka_unit_test(queries_are_split),
        cmocka_unit_test(the_table_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
