/* base/log: one event is one line, whatever is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum { LINES = 4096 };

/* What ${say} writes to stderr. */
static void hear(void (*say)(void), char ret_text[LINES])
{
    auto_file *kept = tmpfile();
    assert_non_null(kept);
    int before = dup(STDERR_FILENO);
    assert_true(before >= 0 && dup2(fileno(kept), STDERR_FILENO) >= 0);
    say();
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    rewind(kept);
    ret_text[fread(ret_text, 1, LINES - 1, kept)] = '\0';
}

static void say_some(void)
{
    log_line(LOG_INFO, "some.event", "a=%d b=%s", 7, "x\ny\x7f");
    log_line(LOG_ERROR, "bare", "%s", "");
    log_line(LOG_DEBUG, "dull", "%s", "not told");
}

/* Behind the journal's priority or the time, which is a minute old at most. */
static const char *behind_time(const char *line)
{
    int64_t ms;
    char when[TEXT_TIME_SIZE];
    assert_true(text_starts(line, "time="));
    assert_true(text_copy_len(when, sizeof when, line + 5, strcspn(line + 5, " ")));
    assert_true(text_to_time(when, false, &ms));
    assert_true(clock_now() - ms >= 0 && clock_now() - ms < 60000);
    return line + 5 + strlen(when);
}

static void lines_are_logfmt(void **state)
{
    (void)state;
    char text[LINES];
    static const char first[] = " level=info event=some.event a=7 b=x y \n";
    unsetenv("JOURNAL_STREAM");
    log_setup(LOG_INFO);
    hear(say_some, text);
    const char *at = behind_time(text);
    assert_true(text_starts(at, first));
    at = behind_time(at + sizeof first - 1);
    assert_string_equal(at, " level=error event=bare\n");
}

static void the_journal_is_told_the_level(void **state)
{
    (void)state;
    char text[LINES];
    setenv("JOURNAL_STREAM", "8:1", 1);
    log_setup(LOG_WARN);
    hear(say_some, text);
    assert_string_equal(text, "<3>level=error event=bare\n");
    assert_true(log_wants(LOG_WARN) && !log_wants(LOG_INFO));
    log_setup(LOG_DEBUG);
    assert_true(log_wants(LOG_DEBUG));
    hear(say_some, text);
    assert_string_equal(text, "<6>level=info event=some.event a=7 b=x y \n"
                              "<3>level=error event=bare\n"
                              "<7>level=debug event=dull not told\n");
}

static void values_stand_in_quotes(void **state)
{
    (void)state;
    char to[LOG_VALUE], text[2 * LOG_VALUE];
    assert_string_equal(log_value("a b", to), "\"a b\"");
    assert_string_equal(log_value("a\"b\\c\nd", to), "\"a\\\"b\\\\c d\"");
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    log_value(text, to);
    assert_true(strlen(to) < LOG_VALUE && text_ends_nocase(to, "x...\""));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_logfmt),
        cmocka_unit_test(the_journal_is_told_the_level),
        cmocka_unit_test(values_stand_in_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
