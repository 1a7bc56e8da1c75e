/* What slots tell: the roll that is found, asked about, or made as a draft. */
#include "slot_case.h"

#include "store/changes.h"
#include "store/questions.h"

static void one_match_is_assigned(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *red = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = slot_roll(db, "PLA Basic", "#0000FF");
    slot_report(db, 1, (struct tray){0}, slot_tray("PLA", 0xFF0000FF), false);
    json_auto_t *slot = slot_row(db, 1);
    assert_true(json_equal(json_object_get(slot, "spool_id"), red));
    assert_string_equal(case_text(slot, "match"), "ok");
    json_auto_t *rows = slot_history(db);
    assert_string_equal(case_text(json_array_get(rows, 0), "event_type"), "auto_matched");
    assert_true(case_number(json_array_get(rows, 0), "confidence") > 0.5);
    case_close(db);
}

static void twins_are_asked_about(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *one = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *two = slot_roll(db, "PLA Basic", "#FF0000");
    slot_report(db, 1, (struct tray){0}, slot_tray("PLA", 0xFF0000FF), false);
    json_auto_t *slot = slot_row(db, 1);
    assert_string_equal(case_text(slot, "match"), "unassigned");
    json_auto_t *open = case_rows(db, questions_list, json_object());
    assert_int_equal(json_array_size(open), 1);
    const json_t *question = json_array_get(open, 0);
    assert_string_equal(case_text(question, "question_id"), case_text(slot, "open_question_id"));
    assert_int_equal(json_array_size(json_object_get(question, "candidates")), 2);
    json_t *answer = json_pack("{s:O, s:O}", "question_id",
                               json_object_get(question, "question_id"), "spool_id", two);
    json_auto_t *done = case_ok(db, questions_answer, json_incref(answer));
    assert_string_equal(case_text(done, "state"), "answered");
    json_auto_t *again = case_ok(db, questions_answer, json_incref(answer));
    json_object_set(answer, "spool_id", one);
    case_refused(db, questions_answer, ERR_CONFLICT, "question_closed", answer);
    json_auto_t *now = slot_row(db, 1);
    assert_true(json_equal(json_object_get(now, "spool_id"), two));
    case_close(db);
}

static void an_answer_is_remembered(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *one = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *two = slot_roll(db, "PLA Basic", "#FF0000");
    struct tray red = slot_tray("PLA", 0xFF0000FF), none = slot_empty_tray();
    slot_report(db, 1, (struct tray){0}, red, false);
    json_auto_t *done = case_ok(db, slots_assign, slot_put(slot_at(1, 1), two));
    slot_report(db, 1, red, none, false);
    slot_report(db, 1, none, red, false);
    json_auto_t *slot = slot_row(db, 1);
    assert_true(json_equal(json_object_get(slot, "spool_id"), two));
    case_close(db);
}

static void leaving_ends_the_assignment(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *one = slot_roll(db, "PLA Basic", "#FF0000");
    struct tray red = slot_tray("PLA", 0xFF0000FF);
    slot_report(db, 1, (struct tray){0}, red, false);
    slot_report(db, 1, red, slot_empty_tray(), false);
    json_auto_t *slot = slot_row(db, 1);
    assert_true(json_is_null(json_object_get(slot, "spool_id")));
    assert_string_equal(case_text(slot, "match"), "empty");
    json_auto_t *rows = slot_history(db);
    assert_string_equal(case_text(json_array_get(rows, 0), "event_type"), "unload");
    case_close(db);
}

static void running_out_waits_for_the_grams(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *one = slot_roll(db, "PLA Basic", "#FF0000");
    struct tray red = slot_tray("PLA", 0xFF0000FF), none = slot_empty_tray();
    slot_report(db, 1, (struct tray){0}, red, false);
    slot_report(db, 1, red, none, true);
    json_auto_t *during = slot_row(db, 1);
    assert_true(json_equal(json_object_get(during, "spool_id"), one));
    slot_report(db, 1, none, none, false);
    json_auto_t *after = slot_row(db, 1);
    assert_true(json_is_null(json_object_get(after, "spool_id")));
    json_auto_t *rows = slot_history(db);
    assert_string_equal(case_text(json_array_get(rows, 0), "event_type"), "runout");
    case_close(db);
}

static void an_unknown_tag_becomes_a_draft(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    struct tray tagged = slot_tray("PLA", 0x00AE42FF);
    text_copy(tagged.tray_uuid, sizeof tagged.tray_uuid, "0123456789ABCDEF0123456789ABCDEF");
    text_copy(tagged.tag_uid, sizeof tagged.tag_uid, "AB12CD3400000100");
    text_copy(tagged.profile, sizeof tagged.profile, "GFA00");
    text_copy(tagged.name, sizeof tagged.name, "PLA Basic");
    tagged.weight_g = 1000;
    slot_report(db, 1, (struct tray){0}, tagged, false);
    json_auto_t *rows = case_rows(db, spools_list, json_object());
    assert_int_equal(json_array_size(rows), 1);
    const json_t *draft = json_array_get(rows, 0);
    assert_true(json_is_true(json_object_get(draft, "draft")));
    assert_string_equal(case_text(draft, "tray_uuid"), "0123456789ABCDEF0123456789ABCDEF");
    assert_string_equal(case_text(draft, "profile"), "GFA00");
    json_auto_t *open = case_rows(db, questions_list, json_object());
    assert_int_equal(json_array_size(open), 1);
    json_auto_t *done =
        case_ok(db, questions_answer,
                json_pack("{s:O, s:b}", "question_id",
                          json_object_get(json_array_get(open, 0), "question_id"), "confirm", 1));
    json_auto_t *kept =
        case_ok(db, spools_get, json_pack("{s:O}", "spool_id", json_object_get(draft, "spool_id")));
    assert_true(json_is_false(json_object_get(kept, "draft")));
    case_close(db);
}

static void a_mismatch_is_asked_once(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *blue = slot_roll(db, "PLA Basic", "#0000FF");
    struct tray red = slot_tray("PLA", 0xFF0000FF);
    json_auto_t *done = case_ok(db, slots_assign, slot_put(slot_at(1, 1), blue));
    slot_report(db, 1, red, red, false);
    json_auto_t *slot = slot_row(db, 1);
    assert_string_equal(case_text(slot, "match"), "mismatch");
    json_auto_t *open = case_rows(db, questions_list, json_object());
    assert_int_equal(json_array_size(open), 1);
    json_auto_t *dismissed =
        case_ok(db, questions_answer,
                json_pack("{s:O, s:b}", "question_id",
                          json_object_get(json_array_get(open, 0), "question_id"), "dismiss", 1));
    slot_report(db, 1, red, red, false);
    json_auto_t *after = case_rows(db, questions_list, json_object());
    assert_int_equal(json_array_size(after), 0);
    case_close(db);
}

static void unchanged_reports_write_nothing(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = slot_printer(db);
    struct tray red = slot_tray("PETG", 0xFF0000FF);
    struct slot slot = {.at = {1, 1}, .reported = red, .settled = red};
    struct why why;
    assert_int_equal(slots_save(db, printer, &slot, 1, true, "mqtt", &why), OK);
    int64_t seq = changes_newest(db);
    case_later(db, 1000);
    assert_int_equal(slots_save(db, printer, &slot, 1, true, "mqtt", &why), OK);
    assert_int_equal(changes_newest(db), seq);
    assert_int_equal(slots_save(db, printer, &slot, 1, false, "mqtt", &why), OK);
    assert_true(changes_newest(db) > seq);
    case_close(db);
}

static void candidates_are_ranked(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = slot_printer(db);
    json_auto_t *near = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *far = slot_roll(db, "PLA Basic", "#0000FF");
    struct tray red = slot_tray("PLA", 0xFF0000FF);
    struct slot slot = {.at = {1, 1}, .reported = red, .settled = red};
    struct why why;
    assert_int_equal(slots_save(db, printer, &slot, 1, true, "mqtt", &why), OK);
    json_auto_t *list = case_ok(db, slots_candidates, slot_at(1, 1));
    assert_true(json_array_size(list) >= 1);
    const json_t *best = json_array_get(list, 0);
    assert_true(json_equal(json_object_get(best, "spool_id"), near));
    assert_string_equal(case_text(json_object_get(best, "spool"), "brand"), "Bambu Lab");
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_match_is_assigned),
        cmocka_unit_test(twins_are_asked_about),
        cmocka_unit_test(an_answer_is_remembered),
        cmocka_unit_test(leaving_ends_the_assignment),
        cmocka_unit_test(running_out_waits_for_the_grams),
        cmocka_unit_test(an_unknown_tag_becomes_a_draft),
        cmocka_unit_test(a_mismatch_is_asked_once),
        cmocka_unit_test(unchanged_reports_write_nothing),
        cmocka_unit_test(candidates_are_ranked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
