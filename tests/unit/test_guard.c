/* api/guard: framing, hosts, origins, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/guard.h"
#include "base/auto.h"

static void framing(void **state)
{
    (void)state;
    static const struct {
        struct guard_header headers[4];
        size_t count;
        const char *version;
        enum refusal refusal;
    } cases[] = {
        {{{"Host", "a"}}, 1, "1.1", REFUSE_NOTHING},
        {{{"X", "a"}}, 1, "1.1", REFUSE_BAD_REQUEST},
        {{{"X", "a"}}, 1, "1.0", REFUSE_NOTHING},
        {{{"Host", "a"}, {"host", "b"}}, 2, "1.1", REFUSE_BAD_REQUEST},
        {{{"Host", "a"}, {"Content-Length", "5"}}, 2, "1.1", REFUSE_NOTHING},
        {{{"Host", "a"}, {"Content-Length", "5x"}}, 2, "1.1", REFUSE_BAD_REQUEST},
        {{{"Host", "a"}, {"Content-Length", "+5"}}, 2, "1.1", REFUSE_BAD_REQUEST},
        {{{"Host", "a"}, {"Content-Length", "5"}, {"content-length", "5"}},
         3,
         "1.1",
         REFUSE_BAD_REQUEST},
        {{{"Host", "a"}, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
         3,
         "1.1",
         REFUSE_BAD_REQUEST},
        {{{"Host", "a"}, {"Transfer-Encoding", "Chunked"}}, 2, "1.1", REFUSE_NOTHING},
        {{{"Host", "a"}, {"Transfer-Encoding", "gzip"}}, 2, "1.1", REFUSE_BAD_REQUEST},
        {{{"Host", "a"}, {"Expect", "100-Continue"}}, 2, "1.1", REFUSE_NOTHING},
        {{{"Host", "a"}, {"Expect", "tea"}}, 2, "1.1", REFUSE_EXPECTATION},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct why why;
        assert_int_equal(guard_framing(cases[i].headers, cases[i].count, cases[i].version, &why),
                         cases[i].refusal);
    }
}

static const char *const more[] = {"filament.example.org", NULL};
static const char *const origins[] = {"https://app.example.org", NULL};
static const struct guard_names names = {"workshop", more, origins};

static void hosts(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        enum refusal refusal;
    } cases[] = {
        {"127.0.0.1:8480", REFUSE_NOTHING},
        {"[::1]:8443", REFUSE_NOTHING},
        {"[fe80::1]", REFUSE_NOTHING},
        {"LOCALHOST", REFUSE_NOTHING},
        {"localhost.", REFUSE_NOTHING},
        {"printer-shelf.local:80", REFUSE_NOTHING},
        {"Workshop:8480", REFUSE_NOTHING},
        {"filament.example.org", REFUSE_NOTHING},
        {"evil.example.org", REFUSE_FORBIDDEN},
        {"127.0.0.1.evil.org", REFUSE_FORBIDDEN},
        {"localhost.evil.org", REFUSE_FORBIDDEN},
        {"workshop.evil.org", REFUSE_FORBIDDEN},
        {"", REFUSE_BAD_REQUEST},
        {":80", REFUSE_BAD_REQUEST},
        {"[::1", REFUSE_BAD_REQUEST},
        {"[::1]x", REFUSE_BAD_REQUEST},
        {"[localhost]", REFUSE_BAD_REQUEST},
        {"local host", REFUSE_BAD_REQUEST},
        {"localhost:", REFUSE_BAD_REQUEST},
        {"localhost:8x", REFUSE_BAD_REQUEST},
        {"localhost:123456", REFUSE_BAD_REQUEST},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct why why;
        assert_int_equal(guard_host(&names, cases[i].host, &why), cases[i].refusal);
    }
}

static void other_sites_do_not_write(void **state)
{
    (void)state;
    struct why why;
    const char *host = "127.0.0.1:8480";
    assert_int_equal(guard_origin(&names, NULL, host, true, &why), REFUSE_NOTHING);
    assert_int_equal(guard_origin(&names, "http://127.0.0.1:8480", host, true, &why),
                     REFUSE_NOTHING);
    assert_int_equal(guard_origin(&names, "https://app.example.org", host, true, &why),
                     REFUSE_NOTHING);
    assert_int_equal(guard_origin(&names, "https://evil.org", host, true, &why), REFUSE_FORBIDDEN);
    assert_int_equal(guard_origin(&names, "null", host, true, &why), REFUSE_FORBIDDEN);
    assert_int_equal(guard_origin(&names, "http://127.0.0.1:9999", host, true, &why),
                     REFUSE_FORBIDDEN);
    assert_int_equal(guard_origin(&names, "https://evil.org", host, false, &why), REFUSE_NOTHING);
}

static void types(void **state)
{
    (void)state;
    assert_true(guard_is_json("application/json"));
    assert_true(guard_is_json("Application/JSON; charset=utf-8"));
    assert_true(guard_is_json("application/merge-patch+json"));
    assert_false(guard_is_json(NULL) || guard_is_json("") || guard_is_json("text/json") ||
                 guard_is_json("application/jsonx") ||
                 guard_is_json("application/x-www-form-urlencoded"));
}

static void json_is_plain(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *code; /* NULL: fine */
    } cases[] = {
        {"{\"a\":[1,2,{\"b\":null}]}", 0, NULL},
        {"{\"a\":1,\"a\":2}", 0, "duplicate_key"},
        {"{\"a\":\"x\0y\"}", 11, "nul_character"},
        {"{\"a\":\"x\\u0000y\"}", 0, "nul_character"},
        {"{\"a\":\"x\ny\"}", 0, "invalid_json"},
        {"{\"a\":\"\xff\"}", 0, "invalid_utf8"},
        {"{\"a\":\"\\ud800\"}", 0, "invalid_json"},
        {"{\"a\":1,}", 0, "invalid_json"},
        {"{\"a\":NaN}", 0, "invalid_json"},
        {"{\"a\":1e999}", 0, "invalid_json"},
        {"{} {}", 0, "invalid_json"},
        {"", 0, "invalid_json"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct why why = {0};
        json_t *json = NULL;
        size_t len = cases[i].len ? cases[i].len : strlen(cases[i].text);
        enum refusal refusal = guard_json(cases[i].text, len, &json, &why);
        assert_int_equal(refusal, cases[i].code ? REFUSE_BAD_REQUEST : REFUSE_NOTHING);
        assert_string_equal(why.code, cases[i].code ? cases[i].code : "");
        json_decref(json);
    }
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    char text[200];
    struct why why;
    for (size_t depth = 30; depth < 40; depth++) {
        json_t *json = NULL;
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        enum refusal refusal = guard_json(text, 2 * depth, &json, &why);
        assert_int_equal(refusal, depth <= 32 ? REFUSE_NOTHING : REFUSE_BAD_REQUEST);
        json_decref(json);
    }
    json_t *json = NULL;
    const char brackets[] = "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]";
    assert_int_equal(guard_json(brackets, sizeof brackets - 1, &json, &why), REFUSE_NOTHING);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(framing),       cmocka_unit_test(hosts),
        cmocka_unit_test(types),         cmocka_unit_test(other_sites_do_not_write),
        cmocka_unit_test(json_is_plain), cmocka_unit_test(depth_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
