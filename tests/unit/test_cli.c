#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "service/cli.h"

static const struct cli_option first[] = {{"dir", "DIR", "a folder"}, {"quick", NULL, "fast"}, {0}};
static const struct cli_option second[] = {{"help", NULL, "this"}, {0}};
static const struct cli_option *const tables[] = {first, second, NULL};

struct step {
    enum cli_token token;
    const char *option, *text;
};

static void walk(char **words, const struct step *steps)
{
    struct cli_args args = {.words = words};
    for (;; steps++) {
        const struct cli_option *option = NULL;
        const char *text = NULL;
        struct why why = {.text = ""};
        enum cli_token token = cli_next(&args, tables, &option, &text, &why);
        assert_int_equal(token, steps->token);
        if (token == CLI_BAD)
            assert_non_null(strstr(why.text, steps->text));
        if (token == CLI_OPTION)
            assert_string_equal(option->name, steps->option);
        if (token == CLI_WORD || (token == CLI_OPTION && steps->text))
            assert_string_equal(text, steps->text);
        if (token == CLI_OPTION && !steps->text)
            assert_null(text);
        if (token == CLI_END || token == CLI_BAD)
            return;
    }
}

static void test_options_and_words(void **state)
{
    (void)state;
    char dir[] = "--dir", path[] = "/a", joined[] = "--dir=/b=c", quick[] = "--quick",
         word[] = "go";
    char dash[] = "-", end[] = "--", plain[] = "--quick", help[] = "-h";
    char *words[] = {dir, path, word, joined, quick, help, dash, end, plain, NULL};
    static const struct step steps[] = {
        {CLI_OPTION, "dir", "/a"},   {CLI_WORD, NULL, "go"},     {CLI_OPTION, "dir", "/b=c"},
        {CLI_OPTION, "quick", NULL}, {CLI_OPTION, "help", NULL}, {CLI_WORD, NULL, "-"},
        {CLI_WORD, NULL, "--quick"}, {CLI_END, NULL, NULL},
    };
    walk(words, steps);
}

static void test_bad_words_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *word, *said;
    } bad[] = {
        {"--dri", "--dri: no such option"},
        {"--quick=1", "--quick=1: this option takes no"},
        {"--dir", "--dir: a value must follow: DIR"},
        {"--dir=", "a value must follow: DIR"},
        {"-q", "-q: options are written with two dashes"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char word[32];
        memcpy(word, bad[i].word, strlen(bad[i].word) + 1);
        char *words[] = {word, NULL};
        const struct step steps[] = {{CLI_BAD, NULL, bad[i].said}};
        walk(words, steps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_and_words),
        cmocka_unit_test(test_bad_words_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
