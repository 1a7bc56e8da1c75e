#include "slot_text.h"

enum { ROLLS = 16 };

/* The ranking as "id:evidence:score ...", with "!" in front where the first one is assigned. */
static void ranking(const char *tray, const char *rolls, const struct match_context *context,
                    char text[WORDS_SIZE])
{
    struct roll list[ROLLS];
    size_t count = rolls_from(rolls, list, LEN(list));
    struct tray value = tray_from(tray);
    struct candidates ranked;
    struct look look;
    int at = 0;

    look_of(&value, &look);
    match_rank(&look, context, list, count, &ranked);
    text[0] = '\0';
    at += snprintf(text, WORDS_SIZE, "%s", ranked.unique ? "!" : "");
    for (int i = 0; i < ranked.count; i++) {
        const struct candidate *c = &ranked.list[i];
        assert_true(c->reason[0] != '\0');
        at += snprintf(text + at, WORDS_SIZE - (size_t)at, "%s%d:%s:%d", i > 0 ? " " : "",
                       (int)c->roll, match_evidence_slug(c->evidence), c->score);
    }
}

struct row {
    const char *rule, *tray, *rolls, *expected;
    struct match_context context;
};

static void check(const struct row *rows, size_t count)
{
    char text[WORDS_SIZE];

    for (size_t i = 0; i < count; i++) {
        struct match_context context = rows[i].context;
        context.printer = TEST_PRINTER;
        if (context.at.unit == 0)
            context.at = test_slot;
        ranking(rows[i].tray, rows[i].rolls, &context, text);
        if (strcmp(text, rows[i].expected) != 0)
            fail_msg("%s: %s, expected %s", rows[i].rule, text, rows[i].expected);
    }
}

#define RED_BASIC "profile=GFA00 material=PLA name=PLA_Basic color=FF0000"

static const struct row tags[] = {
    {"tray_uuid decides, whatever the colour",
     "uuid=AA11 tag=01 " RED_BASIC,
     "id=1 material=PLA color=00FF00 uuid=aa11\nid=2 profile=GFA00 material=PLA color=FF0000",
     "!1:tray_uuid:1000 2:profile:850",
     {0}},
    {"zeros are no tag",
     "uuid=00000000 tag=0000 profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=FF0000 uuid=00000000\nid=2 material=PETG color=FF0000",
     "!1:material:750",
     {0}},
    {"a tag on either side",
     "tag=02 " RED_BASIC,
     "id=1 material=PETG color=00FF00 tag=01 tag2=02",
     "!1:tag_uid:950",
     {0}},
    {"the first side as well",
     "tag=01 " RED_BASIC,
     "id=1 material=PETG color=00FF00 tag=01 tag2=02",
     "!1:tag_uid:950",
     {0}},
    {"another tray_uuid is another roll",
     "uuid=AA11 " RED_BASIC,
     "id=1 profile=GFA00 material=PLA color=FF0000 uuid=BB22",
     "",
     {0}},
    {"a third tag is another roll",
     "tag=03 " RED_BASIC,
     "id=1 profile=GFA00 material=PLA color=FF0000 tag=01 tag2=02",
     "",
     {0}},
    {"one known side leaves the other open",
     "tag=02 " RED_BASIC,
     "id=1 profile=GFA00 material=PLA color=FF0000 tag=01",
     "!1:profile:850",
     {0}},
    {"two rolls with one tray_uuid are a question",
     "uuid=AA11 " RED_BASIC,
     "id=1 material=PLA color=FF0000 uuid=AA11\nid=2 material=PLA color=FF0000 uuid=AA11",
     "1:tray_uuid:1000 2:tray_uuid:1000",
     {0}},
    {"a tag moves its roll here",
     "uuid=AA11 " RED_BASIC,
     "id=1 material=PLA color=FF0000 uuid=AA11 elsewhere",
     "!1:tray_uuid:1000",
     {0}},
    {"an archived roll is offered by its tag only",
     "uuid=AA11 " RED_BASIC,
     "id=1 material=PLA color=FF0000 uuid=AA11 archived",
     "1:tray_uuid:1000",
     {0}},
    {"and so is an empty one",
     "uuid=AA11 " RED_BASIC,
     "id=1 material=PLA color=FF0000 uuid=AA11 g=0",
     "1:tray_uuid:1000",
     {0}},
    {"a roll with a tag would show it in an AMS",
     RED_BASIC,
     "id=1 profile=GFA00 material=PLA color=FF0000 uuid=AA11\n"
     "id=2 profile=GFA00 material=PLA color=FF0000",
     "!2:profile:850 1:profile:800",
     {0}},
    {"but not on an external holder",
     RED_BASIC,
     "id=1 profile=GFA00 material=PLA color=FF0000 uuid=AA11\n"
     "id=2 profile=GFA00 material=PLA color=FF0000",
     "1:profile:850 2:profile:850",
     {.at = {UNIT_EXTERNAL, 1}}},
};

static const struct row looks[] = {
    {"profile and colour before material and colour",
     RED_BASIC,
     "id=1 brand=Acme material=PLA_Basic color=FF0000\nid=2 material=PLA profile=GFA00 color=FF0000",
     "!2:profile:850 1:similar:400",
     {0}},
    {"the product's name stands for its profile",
     RED_BASIC,
     "id=1 brand=Bambu product=PLA_Basic material=PLA color=FF0000",
     "!1:profile:850",
     {0}},
    {"material and colour",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 brand=Acme material=pla color=FA0505\nid=2 brand=Acme material=PLA color=0000FF",
     "!1:material:750",
     {0}},
    {"a user's own profile",
     "profile=P1234567 material=PLA color=FF0000",
     "id=1 material=PLA color=FF0000\nid=2 profile=P1234567 material=PLA color=FF0000",
     "!2:profile:850 1:material:750",
     {0}},
    {"a similar colour is a candidate only",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=D01020",
     "1:similar:500",
     {0}},
    {"a far colour is none",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=800000",
     "",
     {0}},
    {"twins",
     "profile=GFL99 material=PLA color=00FF00",
     "id=1 material=PLA color=00FF00 used=5\nid=2 material=PLA color=01FE00 used=9",
     "1:material:750 2:material:750",
     {0}},
    {"of twins the one in use comes first",
     "profile=GFL99 material=PLA color=00FF00",
     "id=1 material=PLA color=00FF00 used=5\nid=2 material=PLA color=00FF00 used=9",
     "2:material:750 1:material:750",
     {0}},
    {"then the smaller rest",
     "profile=GFL99 material=PLA color=00FF00",
     "id=1 material=PLA color=00FF00 g=900\nid=2 material=PLA color=00FF00 g=180",
     "2:material:750 1:material:750",
     {0}},
    {"a twin that is elsewhere, archived or empty is none",
     "profile=GFL99 material=PLA color=00FF00",
     "id=1 material=PLA color=00FF00\nid=2 material=PLA color=00FF00 elsewhere\n"
     "id=3 material=PLA color=00FF00 archived\nid=4 material=PLA color=00FF00 g=0\n"
     "id=5 material=PLA color=00FF00 g=-3",
     "!1:material:750",
     {0}},
    {"a roll noted in this very slot is free",
     "profile=GFL99 material=PLA color=00FF00",
     "id=1 material=PLA color=00FF00 here",
     "!1:material:750",
     {0}},
    {"PLA+, Basic and Matte are not PLA",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA+ color=FF0000\nid=2 material=PLA product=PLA_Basic color=FF0000\n"
     "id=3 material=PLA product=PLA_Matte color=FF0000\nid=4 material=PLA_Plus color=FF0000",
     "1:similar:400 2:similar:400 3:similar:400 4:similar:400",
     {0}},
    {"nor is Matte Basic (bambuddy#2907)",
     RED_BASIC,
     "id=1 brand=Bambu_Lab product=PLA_Matte material=PLA profile=GFA01 color=FF0000",
     "1:similar:400",
     {0}},
    {"PLA+ is PLA+",
     "profile=GFL03 material=PLA color=FF0000",
     "id=1 brand=eSUN material=PLA+ color=FF0000",
     "!1:material:750",
     {0}},
    {"another maker's PLA+ is offered",
     "profile=GFL03 material=PLA color=FF0000",
     "id=1 brand=Sunlu material=PLA+ color=FF0000",
     "1:similar:400",
     {0}},
    {"fibre makes another plastic",
     "profile=GFG50 material=PETG-CF color=000000",
     "id=1 material=PETG color=000000",
     "",
     {0}},
    {"unknown plastics match by their name",
     "material=XYZ color=000000",
     "id=1 material=xyz color=000000\nid=2 material=ABC color=000000",
     "!1:material:750",
     {0}},
    {"multi-colour in any order",
     "material=PLA name=PLA_Silk color=FF0000,0000FF",
     "id=1 material=PLA_Silk color=0000FF,FF0000\nid=2 material=PLA_Silk color=FF0000",
     "!1:material:750 2:similar:500",
     {0}},
    {"clear is not black",
     "profile=GFL99 material=PLA color=00000000",
     "id=1 material=PLA color=000000\nid=2 material=PLA color=FFFFFF00",
     "!2:material:750",
     {0}},
    {"the roll's profile tells its variant",
     "material=PLA name=PLA_Matte color=FF0000",
     "id=1 profile=GFA01 material=PLA color=FF0000",
     "!1:material:750",
     {0}},
    {"two products of one maker",
     "profile=GFL00 material=PLA color=FF0000",
     "id=1 profile=GFL01 material=PLA color=FF0000",
     "1:similar:400",
     {0}},
    {"a colour that is not told",
     "profile=GFL99 material=PLA",
     "id=1 material=PLA color=FF0000",
     "1:similar:500",
     {0}},
};

static const struct row memory[] = {
    {"the learned answer before the looks",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=FF0000\nid=2 material=PETG color=00FF00",
     "!2:learned:900 1:material:750",
     {.learned = 2}},
    {"but after the tag",
     "uuid=AA11 " RED_BASIC,
     "id=1 material=PLA color=FF0000 uuid=AA11\nid=2 material=PLA color=00FF00",
     "!1:tray_uuid:1000 2:learned:900",
     {.learned = 2}},
    {"the learned twin decides",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=FF0000\nid=2 material=PLA color=FF0000",
     "!2:learned:900 1:material:750",
     {.learned = 2}},
    {"unless it is elsewhere now",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=FF0000\nid=2 material=PLA color=FF0000 elsewhere",
     "!1:material:750",
     {.learned = 2}},
    {"put back as it left",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PETG color=00FF00",
     "!1:history:650",
     {.left = 1, .left_same = true}},
    {"put back, but a twin fits as well",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=FF0000\nid=2 material=PLA color=FF0000",
     "1:material:750 2:material:750",
     {.left = 1, .left_same = true}},
    {"put back, but another fits better",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PETG color=00FF00\nid=2 material=PLA color=FF0000",
     "2:material:750 1:history:650",
     {.left = 1, .left_same = true}},
    {"looking otherwise, history says nothing",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PETG color=00FF00",
     "",
     {.left = 1}},
    {"an undescribed roll may be the last one",
     "unknown",
     "id=1 material=PETG color=00FF00",
     "1:history:300",
     {.left = 1}},
    {"known not to be it",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=FF0000",
     "1:history:300",
     {.not_roll = 1}},
    {"the learned answer against the last roll",
     "profile=GFL99 material=PLA color=FF0000",
     "id=1 material=PLA color=FF0000\nid=2 material=PETG color=00FF00",
     "!2:learned:900 1:material:750",
     {.learned = 2, .left = 1, .left_same = true}},
    {"the tag against the last roll",
     "uuid=AA11 " RED_BASIC,
     "id=1 profile=GFA00 material=PLA color=FF0000\nid=2 material=PLA color=FF0000 uuid=AA11",
     "!2:tray_uuid:1000 1:profile:850",
     {.left = 1, .left_same = true}},
    {"the last roll is elsewhere now",
     RED_BASIC,
     "id=1 profile=GFA00 material=PLA color=FF0000\n"
     "id=2 material=PLA_Basic color=FF0000 brand=Bambu\nid=3 material=PLA color=F00 elsewhere",
     "!1:profile:850 2:material:750",
     {.left = 3, .left_same = true}},
};

static void tags_first(void **state)
{
    (void)state;
    check(tags, LEN(tags));
}

static void then_looks(void **state)
{
    (void)state;
    check(looks, LEN(looks));
}

static void and_memory(void **state)
{
    (void)state;
    check(memory, LEN(memory));
}

static void only_the_best_are_offered(void **state)
{
    char rolls[2048] = "", text[WORDS_SIZE];
    struct match_context context = {.printer = TEST_PRINTER, .at = test_slot};
    size_t at = 0;

    (void)state;
    for (int i = 1; i <= 12; i++)
        at += (size_t)snprintf(rolls + at, sizeof rolls - at, "id=%d material=PLA color=F00 g=%d\n",
                               i, 100 * (13 - i));
    ranking("material=PLA color=F00", rolls, &context, text);
    assert_string_equal(text, "12:material:750 11:material:750 10:material:750 9:material:750 "
                              "8:material:750 7:material:750 6:material:750 5:material:750");
}

static void every_evidence_is_used(void **state)
{
    static const struct {
        const struct row *rows;
        size_t count;
    } tables[] = {{tags, LEN(tags)}, {looks, LEN(looks)}, {memory, LEN(memory)}};

    (void)state;
    for (int evidence = EVIDENCE_NONE + 1; evidence < EVIDENCE_COUNT; evidence++) {
        char part[WORDS_SIZE];
        bool found = false;
        snprintf(part, sizeof part, ":%s:", match_evidence_slug((enum evidence)evidence));
        for (size_t t = 0; t < LEN(tables); t++)
            for (size_t i = 0; i < tables[t].count; i++)
                found |= strstr(tables[t].rows[i].expected, part) != NULL;
        if (!found)
            fail_msg("nothing produces evidence %s", part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_first),
        cmocka_unit_test(then_looks),
        cmocka_unit_test(and_memory),
        cmocka_unit_test(only_the_best_are_offered),
        cmocka_unit_test(every_evidence_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
