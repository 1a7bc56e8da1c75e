#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "service/table.h"

static const struct table_column columns[] = {{"id", "ID"}, {"name", "NAME"}, {"on", "ON"}, {0}};

/* What table_print writes to stdout. */
static void print(const char *json, bool raw, char *ret_text, size_t size)
{
    auto_buf rows = {0};
    int pipes[2], before = dup(STDOUT_FILENO);
    buf_text(&rows, json);
    assert_int_equal(pipe(pipes), 0);
    fflush(stdout);
    dup2(pipes[1], STDOUT_FILENO);
    int code = table_print(&rows, columns, raw);
    fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    close(pipes[1]);
    ssize_t len = read(pipes[0], ret_text, size - 1);
    close(pipes[0]);
    assert_int_equal(code, 0);
    assert_true(len >= 0);
    ret_text[len] = '\0';
}

static void test_columns_are_aligned(void **state)
{
    (void)state;
    char text[400];
    print(
        "[{\"id\":7,\"name\":\"gr\\u00fcn\",\"on\":true},{\"id\":12345,\"name\":null,\"on\":false},"
        "{\"id\":1.5,\"name\":[\"a\",\"b\"],\"on\":true}]",
        false, text, sizeof text);
    assert_string_equal(text, "ID     NAME  ON\n"
                              "7      gr\xC3\xBCn  yes\n"
                              "12345        no\n"
                              "1.5    a,b   yes\n");
}

static void test_names_cannot_steer_the_terminal(void **state)
{
    (void)state;
    char text[400];
    print("[{\"id\":1,\"name\":\"a\\u001b[31m\\n\",\"on\":true}]", false, text, sizeof text);
    assert_null(strchr(text, 0x1b));
    assert_non_null(strstr(text, "a?[31m?"));
}

static void test_json_is_left_as_it_is(void **state)
{
    (void)state;
    char text[400];
    print("[{\"id\":1}]", true, text, sizeof text);
    assert_string_equal(text, "[{\"id\":1}]\n");
    print("[]", false, text, sizeof text);
    assert_string_equal(text, "ID  NAME  ON\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_aligned),
        cmocka_unit_test(test_names_cannot_steer_the_terminal),
        cmocka_unit_test(test_json_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
