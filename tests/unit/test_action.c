/* bridge/notify/action and courier_pause: tokens that only we make, and how long a lane waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "bridge/notify/action.h"
#include "bridge/notify/courier.h"
#include "bridge/printer/secret.h"

static const char question[] = "0198c0de-0000-7000-8000-00000000abcd";
static const int64_t until_s = 1800000000;

static void key_of(char folder[], struct secret **ret_secret)
{
    struct why why;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(secret_open(folder, ret_secret, &why), OK);
    char path[64];
    snprintf(path, sizeof path, "%s/secret.key", folder);
    unlink(path);
    rmdir(folder);
}

static void tokens(void **state)
{
    (void)state;
    static const struct action actions[] = {{ACTION_CANDIDATE, 0, "", 0},
                                            {ACTION_CANDIDATE, 255, "", 0},
                                            {ACTION_CONFIRM, 0, "", 0},
                                            {ACTION_DISMISS, 0, "", 0}};
    struct why why;
    char here[] = "/tmp/action-XXXXXX", there[] = "/tmp/action-XXXXXX", token[ACTION_SIZE];
    struct secret *ours = NULL, *theirs = NULL;
    key_of(here, &ours);
    key_of(there, &theirs);
    for (size_t i = 0; i < LEN(actions); i++) {
        struct action made = actions[i], read = {0};
        made.until = until_s;
        memcpy(made.question, question, sizeof question);
        assert_int_equal(action_make(ours, &made, token, &why), OK);
        assert_int_equal(action_read(ours, token, until_s * 1000, &read, &why), OK);
        assert_int_equal(read.answer, made.answer);
        assert_int_equal(read.choice, made.choice);
        assert_int_equal(read.until, until_s);
        assert_string_equal(read.question, question);
        assert_int_equal(action_read(ours, token, until_s * 1000 + 1, &read, &why), ERR_DENIED);
        assert_string_equal(why.code, "expired_token");
        assert_int_equal(action_read(theirs, token, 0, &read, &why), ERR_DENIED);
        assert_string_equal(why.code, "invalid_token");
    }
    secret_close(ours);
    secret_close(theirs);
}

/* Whatever is changed in a token, it is not one any more. */
static void forgeries(void **state)
{
    (void)state;
    struct why why;
    char folder[] = "/tmp/action-XXXXXX", token[ACTION_SIZE], wrong[ACTION_SIZE];
    struct secret *secret = NULL;
    struct action action = {ACTION_DISMISS, 0, "", until_s}, read;
    key_of(folder, &secret);
    memcpy(action.question, question, sizeof question);
    assert_int_equal(action_make(secret, &action, token, &why), OK);
    size_t len = strlen(token);
    for (size_t i = 0; i + 1 < len; i++) { /* the last one has bits that are not used */
        memcpy(wrong, token, len + 1);
        wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
        assert_int_equal(action_read(secret, wrong, 0, &read, &why), ERR_DENIED);
    }
    token[len - 4] = '\0';
    assert_int_equal(action_read(secret, token, 0, &read, &why), ERR_DENIED);
    assert_int_equal(action_read(secret, "", 0, &read, &why), ERR_DENIED);
    action.choice = 256;
    assert_int_equal(action_make(secret, &action, token, &why), ERR_INVALID);
    action.choice = 0;
    memcpy(action.question, "no id", sizeof "no id");
    assert_int_equal(action_make(secret, &action, token, &why), ERR_INVALID);
    secret_close(secret);
}

/* failures, reached, told (s), chance: by hand, in ms. */
static const struct {
    int failures;
    bool reached;
    int told_s;
    uint32_t chance;
    int64_t pause;
} pauses[] = {
    {1, true, 0, 0, 1000},         {2, true, 0, 0, 2000},     {5, false, 0, 0, 16000},
    {7, false, 0, 0, 60000},       {100, false, 0, 0, 60000}, {10, true, 0, 0, 512000},
    {11, true, 0, 0, 600000},      {100, true, 0, 0, 600000}, {1, true, 0, 999, 1249},
    {100, true, 0, 1500, 675000},  {1, true, 30, 0, 30000},   {11, true, 30, 0, 600000},
    {1, true, 86400, 0, 86400000},
};

static void pauses_grow(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(pauses); i++)
        assert_int_equal(courier_pause(pauses[i].failures, pauses[i].reached, pauses[i].told_s,
                                       pauses[i].chance),
                         pauses[i].pause);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens),
        cmocka_unit_test(forgeries),
        cmocka_unit_test(pauses_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
