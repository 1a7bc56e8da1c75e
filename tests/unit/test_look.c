#include "slot_text.h"

static void fingerprints(void **state)
{
    static const struct {
        const char *tray, *expected;
    } table[] = {
        {"empty", ""},
        {"unknown", ""},
        {"reading uuid=AA11", ""},
        {"profile=GFL99 material=PLA color=ff0000", "||GFL99|PLA||FF0000FF"},
        {"uuid=aa11 tag=01 profile=GFA00 material=PLA name=PLA_Basic color=FF000080",
         "AA11||GFA00|PLA|PLA Basic|FF000080"},
        {"tag=01 uuid=0000 material=PLA", "|01||PLA||"},
        {"material=P|L color=FF0000,00FF00", "|||P L||FF0000FF,00FF00FF"},
    };
    char text[FINGERPRINT_SIZE], again[FINGERPRINT_SIZE];
    struct look look;

    (void)state;
    for (size_t i = 0; i < LEN(table); i++) {
        struct tray tray = tray_from(table[i].tray);
        match_fingerprint(&tray, text);
        assert_string_equal(text, table[i].expected);
        assert_int_equal(look_parse(text, &look), table[i].expected[0] != '\0');
        look_fingerprint(&look, again);
        assert_string_equal(again, text);
    }
    assert_false(look_parse("a|b|c", &look));
    assert_false(look_parse("|||||ZZ", &look));
    assert_false(look_described(&look));
}

static void agreement(void **state)
{
    static const struct {
        const char *tray, *roll;
        enum slot_match expected;
    } table[] = {
        {"unseen", "id=1", MATCH_UNKNOWN},
        {"reading", "id=1", MATCH_UNKNOWN},
        {"empty", "id=1", MATCH_EMPTY},
        {"empty", NULL, MATCH_EMPTY},
        {"unknown", "id=1", MATCH_UNKNOWN},
        {"unknown", NULL, MATCH_UNASSIGNED},
        {"material=PLA color=F00", NULL, MATCH_UNASSIGNED},
        {"material=PLA color=F00", "id=1 material=PLA color=F00", MATCH_OK},
        {"material=PLA color=F00", "id=1 material=PLA+ color=F00", MATCH_OK},
        {"material=PLA profile=GFA00 color=F00", "id=1 material=PLA product=PLA_Matte color=F00",
         MATCH_OK},
        {"material=PLA color=F00", "id=1 material=PLA color=D01020", MATCH_OK},
        {"material=PLA color=F00", "id=1 material=PLA color=00F", MATCH_MISMATCH},
        {"material=PLA color=F00", "id=1 material=PETG color=F00", MATCH_MISMATCH},
        {"material=PLA-CF color=F00", "id=1 material=PLA color=F00", MATCH_MISMATCH},
        {"material=PLA-S color=F00", "id=1 material=PLA color=F00", MATCH_MISMATCH},
        {"material=PA-CF color=000", "id=1 material=PAHT-CF color=000", MATCH_OK},
        {"uuid=AA material=PLA color=F00", "id=1 material=PLA color=00F uuid=AA", MATCH_OK},
        {"uuid=AA material=PLA color=F00", "id=1 material=PLA color=F00 uuid=BB", MATCH_MISMATCH},
        {"tag=02 material=PLA color=F00", "id=1 material=PLA color=00F tag=01 tag2=02", MATCH_OK},
    };

    (void)state;
    for (size_t i = 0; i < LEN(table); i++) {
        struct tray tray = tray_from(table[i].tray);
        struct roll roll = roll_from(table[i].roll ? table[i].roll : "");
        enum slot_match match = slot_match(&tray, table[i].roll ? &roll : NULL);
        if (match != table[i].expected)
            fail_msg("%s / %s: %s", table[i].tray, table[i].roll, match_slug(match));
    }
}

/* One word is enough to tell a roll from nothing. */
static void any_word_describes(void **state)
{
    static const char *const described[] = {"uuid=AA",      "tag=01",         "profile=GFA00",
                                            "material=PLA", "name=PLA_Basic", "color=FF0000"};
    struct look look;

    (void)state;
    for (size_t i = 0; i < LEN(described); i++) {
        struct tray tray = tray_from(described[i]);
        look_of(&tray, &look);
        assert_true(look_described(&look));
        assert_int_equal(look_tagged(&look), i < 2);
    }
}

static void changes_by_weight(void **state)
{
    static const struct {
        const char *before, *after;
        enum look_change expected;
    } table[] = {
        {"uuid=AA material=PLA color=F00", "uuid=BB material=PETG color=00F", LOOK_TAG},
        {"tag=01 material=PLA", "tag=02 material=PLA", LOOK_TAG},
        {"uuid=AA tag=01 material=PLA", "uuid=AA tag=02 material=PLA", LOOK_SAME},
        {"uuid=AA tag=01 material=PLA", "tag=02 material=PLA", LOOK_SAME},
        {"tag=01 material=PLA", "uuid=AA tag=02 material=PLA", LOOK_SAME},
        {"uuid=AA material=PLA", "material=PLA", LOOK_SAME},
        {"material=PLA color=F00", "material=PETG color=00F", LOOK_MATERIAL},
        {"material=PLA color=F00", "material=PLA color=00F", LOOK_COLOR},
        {"material=PLA color=F00", "material=PLA", LOOK_SAME},
        {"material=PLA", "material=PLA+", LOOK_SAME},
        {"color=F00", "material=PLA color=F00", LOOK_SAME},
    };
    struct look before, after;

    (void)state;
    for (size_t i = 0; i < LEN(table); i++) {
        struct tray was = tray_from(table[i].before), is = tray_from(table[i].after);
        look_of(&was, &before);
        look_of(&is, &after);
        if (look_changed(&before, &after) != table[i].expected)
            fail_msg("%s -> %s", table[i].before, table[i].after);
    }
}

static void rank_one(const char *tray, const char *roll, const struct match_context *context,
                     struct candidates *ret)
{
    struct tray shown = tray_from(tray);
    struct roll only = roll_from(roll);
    struct look look;

    look_of(&shown, &look);
    match_rank(&look, context, &only, 1, ret);
    assert_int_equal(ret->count, 1);
}

static void reasons_name_the_evidence(void **state)
{
    static const struct {
        const char *tray, *roll, *reason;
        struct match_context context;
    } table[] = {
        {"uuid=AA tag=01", "id=1 uuid=AA", "its tag: tray_uuid AA", {0}},
        {"tag=01", "id=1 tag=01 archived", "its tag: tag_uid 01; it is archived", {0}},
        {"tag=01",
         "id=1 tag=01 g=0",
         "its tag: tag_uid 01; the inventory says that it is empty",
         {0}},
        {"profile=GFA00 color=F00",
         "id=1 profile=GFA00 color=F00",
         "profile GFA00, colour #FF0000 at a distance of 0.00",
         {0}},
        {"material=PLA color=000",
         "id=1 material=PLA color=161616",
         "material PLA, colour #000000 at a distance of ",
         {0}},
        {"material=PLA",
         "id=1 material=PLA color=F00",
         "similar to PLA, colour unknown at a distance of 12.00",
         {0}},
        {"unknown", "id=1", "the roll that was in this slot before", {.left = 1}},
        {"material=PLA",
         "id=1",
         "the answer given before for the same description",
         {.learned = 1}},
    };

    (void)state;
    for (size_t i = 0; i < LEN(table); i++) {
        struct candidates ranked;
        rank_one(table[i].tray, table[i].roll, &table[i].context, &ranked);
        if (!text_starts(ranked.list[0].reason, table[i].reason))
            fail_msg("%s: %s", table[i].tray, ranked.list[0].reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fingerprints),
        cmocka_unit_test(agreement),
        cmocka_unit_test(any_word_describes),
        cmocka_unit_test(changes_by_weight),
        cmocka_unit_test(reasons_name_the_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
