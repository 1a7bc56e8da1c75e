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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slugs_are_the_documented_ones),
        cmocka_unit_test(a_draft_holds_what_the_tag_says),
        cmocka_unit_test(answers_are_remembered_and_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
