/* Prints are charged: again and again with the same result, and as the history says. */
#include "print_case.h"

#include "store/alerts.h"
#include "store/changes.h"

static bool alerted(struct db *db, const char *kind)
{
    struct why why = {0};
    json_auto_t *args = json_pack("{s:s, s:b}", "kind", kind, "event", strstr(kind, "print_") != 0);
    assert_int_equal(alerts_follow(db, 0, &why), OK); /* as the hub does after every write */
    return db_int(db,
                  "SELECT 1 FROM alert WHERE kind = :kind AND (ended_at IS NULL OR :event) "
                  "/* scan */",
                  args, 0) != 0;
}

static void booking_again_changes_nothing(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 2);
    print_two_slots(db, printer);
    assert_int_equal(print_used(db, "Red"), 4500);
    assert_int_equal(print_used(db, "Blue"), 5500);
    assert_true(alerted(db, "print_finished"));
    int64_t seq = changes_newest(db), rows = print_events(db);
    json_auto_t *once = case_ok(db, charging_rebook, print_job_args(db));
    json_auto_t *twice = case_ok(db, charging_rebook, print_job_args(db));
    assert_true(json_equal(once, twice));
    assert_int_equal(print_events(db), rows);
    assert_int_equal(changes_newest(db), seq);
    case_close(db);
}

/* The second slot held green, not blue: its 5.5 g move, the first part stays. */
static void grams_follow_the_history(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 2);
    print_roll(db, "Green", 1000, 0);
    print_two_slots(db, printer);
    print_correct(db, 2, "Green");
    assert_int_equal(print_used(db, "Red"), 4500);
    assert_int_equal(print_used(db, "Blue"), 0);
    assert_int_equal(print_used(db, "Green"), 5500);
    assert_int_equal(print_events(db), 4);
    case_close(db);
}

/* Slot 1 feeds twice with the same roll, so that there is one part of 10 g. The history then says
 * that another roll was in it for the second feed: a part of its own. */
static void splits_follow_the_history(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Green", 1000, 0);
    struct job job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    int64_t second = db_now(db);
    print_feed(db, printer, &job, 1, 5, NULL, NULL);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    assert_int_equal(print_used(db, "Red"), 10000);
    json_auto_t *id = print_spool_id(db, "Green");
    json_auto_t *put =
        case_ok(db, slots_assign,
                json_pack("{s:s, s:i, s:i, s:O, s:I}", "printer_id", "p1", "ams_unit_number", 1,
                          "slot_number", 1, "spool_id", id, "assigned_at", (json_int_t)second));
    assert_int_equal(print_used(db, "Red"), 4500);
    assert_int_equal(print_used(db, "Green"), 5500);
    case_close(db);
}

static void an_answer_books_what_was_open(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_two_slots(db, printer);
    assert_int_equal(print_used(db, "Red"), 4500);
    assert_true(alerted(db, "open_charge"));
    json_auto_t *before = case_ok(db, charging_rebook, print_job_args(db));
    case_near(before, "open_grams", 5.5, 0.0001);
    print_roll(db, "Blue", 1000, 2);
    assert_int_equal(print_used(db, "Blue"), 5500);
    assert_false(alerted(db, "open_charge"));
    json_auto_t *after = case_ok(db, charging_rebook, print_job_args(db));
    case_near(after, "open_grams", 0, 0);
    case_close(db);
}

/* The place of that roll in the history. */
static json_t *stay_of(struct db *db, const char *name)
{
    json_auto_t *id = print_spool_id(db, name);
    json_auto_t *rows = case_rows(db, slots_history, json_pack("{s:O}", "spool_id", id));
    return json_incref(json_object_get(json_array_get(rows, 0), "history_id"));
}

static void begin_at(struct db *db, const char *name, int64_t at)
{
    json_auto_t *id = stay_of(db, name);
    json_auto_t *done =
        case_ok(db, slots_correct,
                json_pack("{s:O, s:I}", "history_id", id, "assigned_at", (json_int_t)at));
}

/* One feed of ten layers, a minute each; green was put in while layer 4 was printed, which somebody
 * enters at the end. Then the history is corrected to layer 7, and to before the print. */
static void a_corrected_time_moves_the_split(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Green", 1000, 0);
    case_later(db, PRINT_MINUTE);
    int64_t before = db_now(db);
    case_later(db, PRINT_MINUTE);
    struct job job = print_begin(db, printer);
    int64_t start = db_now(db);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    for (int layer = 1; layer <= PRINT_LAYERS; layer++)
        print_reach(db, printer, &job, layer);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    assert_int_equal(print_used(db, "Red"), 10000);
    json_auto_t *id = print_spool_id(db, "Green");
    json_auto_t *put =
        case_ok(db, slots_assign,
                json_pack("{s:s, s:i, s:i, s:O, s:I}", "printer_id", "p1", "ams_unit_number", 1,
                          "slot_number", 1, "spool_id", id, "assigned_at",
                          (json_int_t)(start + 4 * PRINT_MINUTE + PRINT_MINUTE / 2)));
    assert_int_equal(print_used(db, "Green"), 6500);
    begin_at(db, "Green", start + 7 * PRINT_MINUTE + PRINT_MINUTE / 2);
    assert_int_equal(print_used(db, "Green"), 3500);
    assert_int_equal(print_used(db, "Red"), 6500);
    begin_at(db, "Green", before);
    assert_int_equal(print_used(db, "Green"), 10000);
    assert_int_equal(print_used(db, "Red"), 0);
    begin_at(db, "Green", start + 2 * PRINT_MINUTE + PRINT_MINUTE / 2);
    assert_int_equal(print_used(db, "Green"), 8500);
    assert_int_equal(print_used(db, "Red"), 1500);
    case_close(db);
}

/* 80 % less 77 % of 1000 g: 30 g, give or take 10 g. */
static void a_tag_is_the_last_resort(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    struct tray full = print_tag(80), less = print_tag(77);
    struct job job = print_begin(db, printer);
    print_feed(db, printer, &job, 1, 0, NULL, &full);
    print_end(db, printer, &job, JOB_CANCELLED, 4, &less);
    assert_int_equal(print_used(db, "Red"), 30000);
    assert_true(alerted(db, "print_cancelled"));
    json_auto_t *told = case_ok(db, charging_explain, print_job_args(db));
    const json_t *charge = json_array_get(json_object_get(told, "charges"), 0);
    assert_string_equal(case_text(charge, "source"), "rfid_remain");
    case_near(json_object_get(charge, "bounds"), "low_grams", 20, 0);
    case_near(json_object_get(charge, "bounds"), "high_grams", 40, 0);
    print_slice(db, &job); /* it comes late, and is better: 3 to 4 layers of 1 g */
    assert_int_equal(print_used(db, "Red"), 3500);
    case_close(db);
}

static void without_any_figure_it_is_open(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    struct job job = print_begin(db, printer);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_end(db, printer, &job, JOB_FAILED, 4, NULL);
    assert_int_equal(print_used(db, "Red"), 0);
    assert_true(alerted(db, "open_charge"));
    assert_true(alerted(db, "print_failed"));
    json_auto_t *told = case_ok(db, charging_explain, print_job_args(db));
    const json_t *charge = json_array_get(json_object_get(told, "charges"), 0);
    assert_true(json_is_null(json_object_get(charge, "grams")));
    assert_string_equal(case_text(charge, "source"), "open");
    case_close(db);
}

/* 10 g from a roll of 6 g: 4 g too much; the weight shown is not below nothing. */
static void an_overdraft_is_charged_and_told(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 6, 1);
    struct job job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    assert_int_equal(print_used(db, "Red"), 10000);
    assert_true(alerted(db, "weight_mismatch"));
    assert_true(alerted(db, "low_spool"));
    json_auto_t *id = print_spool_id(db, "Red");
    json_auto_t *shown = case_ok(db, spools_get, json_pack("{s:O}", "spool_id", id));
    case_near(shown, "current_weight_grams", 0, 0);
    case_close(db);
}

static void every_charge_is_explained(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 2);
    print_two_slots(db, printer);
    json_auto_t *told = case_ok(db, charging_explain, print_job_args(db));
    const json_t *charges = json_object_get(told, "charges");
    assert_int_equal(json_array_size(charges), 2);
    const json_t *second = json_array_get(charges, 1);
    assert_string_equal(case_text(second, "rule"), "continued");
    case_near(second, "grams", 5.5, 0);
    case_near(json_object_get(second, "said"), "slicer_layers", 10, 0);
    /* user, reported, layers, tag; and the slot that the print was told */
    assert_int_equal(json_array_size(json_object_get(second, "rejected")), 5);
    json_auto_t *event =
        case_ok(db, charging_explain_event,
                json_pack("{s:O}", "event_id", json_object_get(second, "event_id")));
    assert_true(json_equal(json_object_get(event, "charge"), second));
    assert_true(json_is_true(json_object_get(event, "stands")));
    case_close(db);
}

/* Only a damaged database has feeds that overlap; every stay then cuts each of them. */
static void overlapping_feeds_are_charged(void **state)
{
    (void)state;
    enum { TWINS = 20 };
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 0);
    struct job job = print_two_slots(db, printer);
    for (int i = 0; i < TWINS; i++) {
        db_script(db, "INSERT INTO job_feed (job, slot, from_layer, from_at, to_layer, to_at) "
                      "SELECT job, slot, from_layer, from_at, 10, from_at + 100000 FROM job_feed "
                      "ORDER BY id LIMIT 1");
        db_script(
            db,
            "UPDATE slot_assignment SET unassigned_at = assigned_at + 1000 "
            "WHERE unassigned_at IS NULL; "
            "INSERT INTO slot_assignment (public_id, slot, spool, assigned_at, "
            "event_type, source, created_at, updated_at) SELECT 'turn' || count(*), 1, "
            "1 + count(*) % 2, max(assigned_at) + 2000, 'manual', 'api', 1, 1 FROM slot_assignment");
    }
    assert_false(db_failed(db));
    struct why why = {0};
    print_must(charging_book(db, job.row, &why), &why);
    db_close(db);
}

/* The clock was set back between two feeds: the second begins where the first ended. */
static void a_clock_set_back_overlaps_nothing(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 2);
    struct job job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_feed(db, printer, &job, 2, 5, NULL, NULL);
    case_later(db, -PRINT_MINUTE - 1000);
    print_feed(db, printer, &job, 1, 7, NULL, NULL);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(booking_again_changes_nothing),
        cmocka_unit_test(grams_follow_the_history),
        cmocka_unit_test(splits_follow_the_history),
        cmocka_unit_test(an_answer_books_what_was_open),
        cmocka_unit_test(a_corrected_time_moves_the_split),
        cmocka_unit_test(a_tag_is_the_last_resort),
        cmocka_unit_test(without_any_figure_it_is_open),
        cmocka_unit_test(an_overdraft_is_charged_and_told),
        cmocka_unit_test(every_charge_is_explained),
        cmocka_unit_test(overlapping_feeds_are_charged),
        cmocka_unit_test(a_clock_set_back_overlaps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
