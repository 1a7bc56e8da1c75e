/* api/reply: the head of an answer, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "api/reply.h"
#include "base/auto.h"
#include "base/buf.h"

static const int64_t now = 784111777123; /* the example of RFC 9110, 5.6.7 */

static void heads_are_complete(void **state)
{
    (void)state;
    struct reply rows[] = {
        {.body = {.len = 12}},
        {.status = 201, .has_etag = true, .etag = 77, .type = "text/csv"},
        {.status = 204},
        {.status = 304, .has_etag = true, .etag = INT64_MAX},
        {.status = 299, .file = stderr, .file_len = 5000000000},
        {.stream = (struct stream *)&rows},
    };
    static const struct {
        const char *before, *behind;
    } texts[] = {
        {"200 OK", "Content-Type: application/json\r\nContent-Length: 12\r\n"
                   "Cache-Control: no-store\r\n"},
        {"201 Created", "Content-Type: text/csv\r\nContent-Length: 0\r\nETag: \"77\"\r\n"
                        "Cache-Control: private, no-cache\r\n"},
        {"204 No Content", "Cache-Control: no-store\r\n"},
        {"304 Not Modified",
         "ETag: \"9223372036854775807\"\r\nCache-Control: private, no-cache\r\n"},
        {"299 Unknown", "Content-Type: application/json\r\nContent-Length: 5000000000\r\n"
                        "Cache-Control: no-store\r\n"},
        {"200 OK", "Content-Type: application/json\r\nCache-Control: no-store\r\n"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        auto_buf out = {0}, wanted = {0};
        reply_format_head(&rows[i], "0123456789abcdef", now, i % 2, &out);
        buf_format(&wanted,
                   "HTTP/1.1 %s\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n%s"
                   "X-Request-Id: 0123456789abcdef\r\nX-Content-Type-Options: nosniff\r\n"
                   "Connection: %s\r\n\r\n",
                   texts[i].before, texts[i].behind, i % 2 ? "keep-alive" : "close");
        assert_string_equal(out.data, wanted.data);
    }
}

static void further_lines_stand_in_it(void **state)
{
    (void)state;
    auto_buf out = {0};
    struct reply reply = {0};
    reply_header(&reply, "Allow", "GET, HEAD");
    reply_header_int(&reply, "Retry-After", 7);
    reply_header_int(&reply, "X-Total-Count", INT64_MIN);
    reply_format_head(&reply, "id", now, true, &out);
    assert_non_null(strstr(out.data, "\r\nAllow: GET, HEAD\r\nRetry-After: 7\r\n"
                                     "X-Total-Count: -9223372036854775808\r\nConnection: "));
    reply_clear(&reply);
}

static void dates_are_those_of_http(void **state)
{
    (void)state;
    enum { DAYS = 800, STEP_S = 86400 + 3661 }; /* so that every part of it changes */
    struct reply reply = {0};
    for (time_t at = 946684799; at < 946684799 + (time_t)DAYS * 86400; at += STEP_S) {
        auto_buf out = {0};
        char line[64];
        struct tm parts;
        gmtime_r(&at, &parts);
        strftime(line, sizeof line, "\r\nDate: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        reply_format_head(&reply, "id", (int64_t)at * 1000 + 999, true, &out);
        assert_non_null(strstr(out.data, line));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_complete),
        cmocka_unit_test(further_lines_stand_in_it),
        cmocka_unit_test(dates_are_those_of_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
