#include "slot_text.h"

static void slugs_are_the_documented_ones(void **state)
{
    static const char *const documented[] = {"manual",
                                             "ha_color_change",
                                             "ha_material_change",
                                             "mqtt_color_change",
                                             "mqtt_material_change",
                                             "rfid",
                                             "nfc",
                                             "qr",
                                             "runout",
                                             "auto_matched",
                                             "auto_moved",
                                             "unload",
                                             "import"};
    enum event_type event;

    (void)state;
    assert_int_equal(LEN(documented), EVENT_COUNT - 1);
    for (size_t i = 0; i < LEN(documented); i++) {
        assert_true(decide_event_from_slug(documented[i], &event));
        assert_string_equal(decide_event_slug(event), documented[i]);
    }
    assert_false(decide_event_from_slug("", &event));
    assert_false(decide_event_from_slug("Manual", &event));
}

static void a_draft_holds_what_the_tag_says(void **state)
{
    struct tray before = tray_from("empty");
    struct tray after =
        tray_from("uuid=AA tag=01 profile=GFA01 material=PLA color=FF0000,00FF00 g=250 remain=37");
    struct slot_facts facts = {.printer = TEST_PRINTER, .at = test_slot};
    struct decision d;

    (void)state;
    slot_decide(&before, &after, &facts, &d);
    assert_string_equal(d.draft.brand, "Bambu Lab");
    assert_string_equal(d.draft.product, "PLA Matte");
    assert_string_equal(d.draft.material, "PLA");
    assert_string_equal(d.draft.profile, "GFA01");
    assert_string_equal(d.draft.tray_uuid, "AA");
    assert_string_equal(d.draft.tag_uid, "01");
    assert_int_equal(d.draft.colors.count, 2);
    assert_int_equal(d.draft.weight_mg, 250000);
    assert_int_equal(d.draft.remaining_mg, 92500);
}

static void answers_are_remembered_and_forgotten(void **state)
{
    (void)state;
    assert_int_equal(decide_learning(0, 5, true), LEARN_REMEMBER);
    assert_int_equal(decide_learning(4, 5, true), LEARN_REMEMBER);
    assert_int_equal(decide_learning(5, 5, true), LEARN_KEEP);
    assert_int_equal(decide_learning(5, 5, false), LEARN_KEEP);
    assert_int_equal(decide_learning(4, 5, false), LEARN_FORGET);
    assert_int_equal(decide_learning(4, 0, false), LEARN_FORGET);
    assert_int_equal(decide_learning(4, 0, true), LEARN_FORGET);
    assert_int_equal(decide_learning(0, 5, false), LEARN_KEEP);
}

static void a_draft_fills_what_the_tag_leaves_out(void **state)
{
    static const struct {
        const char *tray, *product, *material;
        int64_t weight, remaining;
    } table[] = {
        {"uuid=AA profile=GFA00", "PLA Basic", "PLA", 0, -1},
        {"uuid=AA profile=GFA00 material=PLA-S", "PLA Basic", "PLA-S", 0, -1},
        {"uuid=AA material=PETG g=500", "PETG", "PETG", 500000, -1},
        {"uuid=AA material=PLA name=PLA_Glow g=1000 remain=0", "PLA Glow", "PLA", 1000000, 0},
        {"uuid=AA material=PLA remain=50", "PLA", "PLA", 0, -1},
    };
    struct slot_facts facts = {.printer = TEST_PRINTER, .at = test_slot};
    struct tray before = tray_from("empty");
    struct decision d;

    (void)state;
    for (size_t i = 0; i < LEN(table); i++) {
        struct tray after = tray_from(table[i].tray);
        slot_decide(&before, &after, &facts, &d);
        assert_string_equal(d.draft.product, table[i].product);
        assert_string_equal(d.draft.material, table[i].material);
        assert_int_equal(d.draft.weight_mg, table[i].weight);
        assert_int_equal(d.draft.remaining_mg, table[i].remaining);
    }
}

static void questions_say_why(void **state)
{
    static const struct {
        const char *tray, *rolls, *reason;
    } table[] = {
        {"material=PLA color=F00", "", "no roll fits"},
        {"material=PLA color=F00", "id=1 material=PLA+ color=F00", "no roll fits"},
        {"material=PLA color=F00", "id=1 material=PLA color=F00\nid=2 material=PLA color=F00",
         "more than one roll fits"},
        {"uuid=AA material=PLA color=F00", "id=1 material=PLA color=F00 uuid=AA archived",
         "its tag: tray_uuid AA; it is archived"},
    };
    struct roll rolls[4];
    struct slot_facts facts = {.printer = TEST_PRINTER, .at = test_slot, .rolls = rolls};
    struct tray before = tray_from("empty");
    struct decision d;

    (void)state;
    for (size_t i = 0; i < LEN(table); i++) {
        struct tray after = tray_from(table[i].tray);
        facts.roll_count = rolls_from(table[i].rolls, rolls, LEN(rolls));
        slot_decide(&before, &after, &facts, &d);
        assert_int_equal(d.question, QUESTION_WHICH_SPOOL);
        assert_string_equal(d.reason, table[i].reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slugs_are_the_documented_ones),
        cmocka_unit_test(a_draft_holds_what_the_tag_says),
        cmocka_unit_test(a_draft_fills_what_the_tag_leaves_out),
        cmocka_unit_test(questions_say_why),
        cmocka_unit_test(answers_are_remembered_and_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
