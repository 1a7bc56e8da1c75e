/* Slots and their rolls as people assign them, and as their history is corrected. */
#include "slot_case.h"

static void assigning_makes_the_slot(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *spool = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *done = case_ok(db, slots_assign, slot_put(slot_at(1, 2), spool));
    assert_true(json_equal(json_object_get(done, "spool_id"), spool));
    assert_true(json_is_null(json_object_get(done, "previous_spool_id")));
    assert_true(json_is_null(json_object_get(done, "moved_from")));
    const json_t *slot = json_object_get(done, "slot");
    assert_string_equal(case_text(slot, "label"), "A2");
    assert_string_equal(case_text(slot, "match"), "unknown");
    json_auto_t *read = case_ok(db, spools_get, json_pack("{s:O}", "spool_id", spool));
    const json_t *loaded = json_object_get(read, "loaded_in");
    assert_int_equal(case_number(loaded, "slot_number"), 2);
    case_refused(db, slots_assign, ERR_NOT_FOUND, "slot_not_found", slot_put(slot_at(1, 5), spool));
    case_refused(db, slots_assign, ERR_NOT_FOUND, "slot_not_found",
                 slot_put(slot_at(99, 1), spool));
    case_refused(db, slots_assign, ERR_NOT_FOUND, "slot_not_found", slot_put(slot_at(0, 1), spool));
    case_refused(db, slots_assign, ERR_NOT_FOUND, "printer_not_found",
                 slot_with(slot_put(slot_at(1, 1), spool), "printer_id", json_string("nobody")));
    case_refused(db, slots_assign, ERR_NOT_FOUND, "spool_not_found",
                 slot_with(slot_at(1, 1), "spool_id", json_string("777")));
    case_refused(db, slots_assign, ERR_INVALID, "unknown_event_type",
                 slot_with(slot_put(slot_at(1, 1), spool), "event_type", json_string("magic")));
    case_close(db);
}

static void the_same_roll_again_is_nothing_new(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *spool = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *one = case_ok(db, slots_assign, slot_put(slot_at(1, 1), spool));
    json_auto_t *two = case_ok(db, slots_assign, slot_put(slot_at(1, 1), spool));
    json_auto_t *rows = slot_history(db);
    assert_int_equal(json_array_size(rows), 1);
    case_close(db);
}

static void a_roll_is_in_one_place(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *red = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = slot_roll(db, "PLA Basic", "#0000FF");
    json_auto_t *one = case_ok(db, slots_assign, slot_put(slot_at(1, 1), red));
    json_auto_t *two = case_ok(db, slots_assign, slot_put(slot_at(1, 2), blue));
    case_later(db, 1000);
    case_refused(db, slots_assign, ERR_CONFLICT, "spool_already_assigned",
                 slot_with(slot_put(slot_at(1, 2), red), "if_loaded", json_string("reject")));
    json_auto_t *moved = case_ok(db, slots_assign, slot_put(slot_at(1, 2), red));
    assert_true(json_equal(json_object_get(moved, "previous_spool_id"), blue));
    assert_int_equal(case_number(json_object_get(moved, "moved_from"), "slot_number"), 1);
    json_auto_t *left = slot_row(db, 1);
    assert_true(json_is_null(json_object_get(left, "spool_id")));
    json_auto_t *rows = slot_history(db);
    assert_int_equal(json_array_size(rows), 4);
    case_close(db);
}

static void taken_out_twice_is_once(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *spool = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *in = case_ok(db, slots_assign, slot_put(slot_at(1, 1), spool));
    case_later(db, 1000);
    json_auto_t *out = case_ok(db, slots_unassign, slot_at(1, 1));
    assert_true(json_is_null(json_object_get(out, "spool_id")));
    assert_true(json_equal(json_object_get(out, "previous_spool_id"), spool));
    json_auto_t *again = case_ok(db, slots_unassign, slot_at(1, 1));
    json_auto_t *rows = slot_history(db);
    assert_int_equal(json_array_size(rows), 2);
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "spool_id")));
    case_refused(db, slots_unassign, ERR_NOT_FOUND, "slot_not_found", slot_at(2, 1));
    case_close(db);
}

static void unusable_rolls_are_refused(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *spool = slot_roll(db, "PLA Basic", "#FF0000");
    json_t *id = json_pack("{s:O}", "spool_id", spool);
    json_auto_t *archived = case_ok(db, spools_archive, json_incref(id));
    case_refused(db, slots_assign, ERR_CONFLICT, "spool_archived", slot_put(slot_at(1, 1), spool));
    json_auto_t *restored = case_ok(db, spools_restore, json_incref(id));
    json_auto_t *in = case_ok(db, slots_assign, slot_put(slot_at(1, 1), spool));
    case_refused(db, spools_delete, ERR_CONFLICT, "spool_loaded", json_incref(id));
    case_refused(db, spools_archive, ERR_CONFLICT, "spool_loaded", json_incref(id));
    json_auto_t *gone = case_ok(db, spools_delete, slot_with(id, "unassign", json_true()));
    case_refused(db, slots_assign, ERR_CONFLICT, "spool_deleted", slot_put(slot_at(1, 1), spool));
    case_close(db);
}

static void back_dating_does_not_overlap(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *red = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = slot_roll(db, "PLA Basic", "#0000FF");
    json_auto_t *one = case_ok(
        db, slots_assign,
        slot_with(slot_put(slot_at(1, 1), red), "assigned_at", json_integer(case_start - 60000)));
    case_refused(
        db, slots_assign, ERR_CONFLICT, "assignment_overlap",
        slot_with(slot_put(slot_at(1, 1), blue), "assigned_at", json_integer(case_start - 60001)));
    case_refused(
        db, slots_assign, ERR_INVALID, "in_the_future",
        slot_with(slot_put(slot_at(1, 1), blue), "assigned_at", json_integer(case_start + 1)));
    case_close(db);
}

static void history_can_be_corrected(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *red = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = slot_roll(db, "PLA Basic", "#0000FF");
    json_auto_t *one = case_ok(db, slots_assign, slot_put(slot_at(1, 1), red));
    case_later(db, 3600000);
    json_auto_t *two = case_ok(db, slots_unassign, slot_at(1, 1));
    case_later(db, 3600000);
    json_auto_t *rows = slot_history(db);
    json_t *first = json_object_get(json_array_get(rows, 1), "history_id");
    json_auto_t *fixed =
        case_ok(db, slots_correct, json_pack("{s:O, s:O}", "history_id", first, "spool_id", blue));
    assert_true(json_equal(json_object_get(fixed, "spool_id"), blue));
    json_auto_t *longer = case_ok(db, slots_correct,
                                  json_pack("{s:O, s:I}", "history_id", first, "unassigned_at",
                                            (json_int_t)case_start + 1800000));
    json_auto_t *after = slot_history(db);
    assert_string_equal(case_text(json_array_get(after, 0), "assigned_at"), "2026-07-25T17:50:00Z");
    case_refused(
        db, slots_correct, ERR_INVALID, "invalid_interval",
        json_pack("{s:O, s:I}", "history_id", first, "unassigned_at", (json_int_t)case_start - 1));
    case_refused(db, slots_correct, ERR_NOT_FOUND, "history_not_found",
                 json_pack("{s:s}", "history_id", "none"));
    case_close(db);
}

static void a_roll_was_not_in_two_places(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *red = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = slot_roll(db, "PLA Basic", "#0000FF");
    json_auto_t *one = case_ok(db, slots_assign, slot_put(slot_at(1, 1), red));
    json_auto_t *two = case_ok(db, slots_assign, slot_put(slot_at(1, 2), blue));
    case_later(db, 1000);
    json_auto_t *rows = case_rows(db, slots_history, slot_at(1, 1));
    case_refused(db, slots_correct, ERR_CONFLICT, "spool_already_assigned",
                 json_pack("{s:O, s:O}", "history_id",
                           json_object_get(json_array_get(rows, 0), "history_id"), "spool_id",
                           blue));
    case_close(db);
}

/* A finished job, told by a client, with one open segment of 12.5 g in slot 1. */
static void open_charge(struct db *db)
{
    db_exec(
        db,
        "INSERT INTO job (public_id, printer, status, started_at, ended_at, source, created_at, "
        "updated_at) SELECT 'job-1', id, 'completed', :now, :now + 1000, 'api', :now, :now "
        "FROM printer /* scan */",
        NULL);
    db_exec(db, "INSERT INTO job_filament (job, idx, used_mg) VALUES (1, 1, 12500)", NULL);
    db_exec(db,
            "INSERT INTO job_segment (job, filament, segment, slot, mg, from_at, to_at, source) "
            "SELECT 1, 1, 0, id, 12500, :now, :now + 1000, 'reported' FROM slot WHERE unit = 1 "
            "AND slot = 1 /* scan */",
            NULL);
    case_sound(db);
    case_later(db, 2000);
}

static int64_t used(struct db *db, json_t *spool_id)
{
    json_auto_t *args = json_pack("{s:O}", "id", spool_id);
    return db_int(db, "SELECT used_mg FROM spool WHERE public_id = :id", args, -1);
}

static void charges_follow_who_was_there(void **state)
{
    (void)state;
    struct db *db = case_open();
    slot_printer(db);
    json_auto_t *red = slot_roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = slot_roll(db, "PLA Basic", "#0000FF");
    struct tray odd = slot_tray("PETG", 0x123456FF);
    slot_report(db, 1, (struct tray){0}, odd, false);
    open_charge(db);
    json_auto_t *assigned = case_ok(db, slots_assign, slot_put(slot_at(1, 1), red));
    assert_int_equal(used(db, red), 12500);
    json_auto_t *again = case_ok(db, slots_assign, slot_put(slot_at(1, 1), red));
    assert_int_equal(used(db, red), 12500);
    json_auto_t *rows = case_rows(db, slots_history, slot_at(1, 1));
    json_t *id = json_object_get(json_array_get(rows, 0), "history_id");
    json_auto_t *early =
        case_ok(db, slots_correct,
                json_pack("{s:O, s:I}", "history_id", id, "assigned_at", (json_int_t)case_start));
    json_auto_t *fixed =
        case_ok(db, slots_correct, json_pack("{s:O, s:O}", "history_id", id, "spool_id", blue));
    assert_int_equal(used(db, red), 0);
    assert_int_equal(used(db, blue), 12500);
    json_auto_t *events = case_rows(db, ledger_list, json_object());
    assert_int_equal(json_array_size(events), 3);
    case_refused(
        db, ledger_undo, ERR_CONFLICT, "event_of_job",
        json_pack("{s:O}", "event_id", json_object_get(json_array_get(events, 0), "event_id")));
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assigning_makes_the_slot),
        cmocka_unit_test(the_same_roll_again_is_nothing_new),
        cmocka_unit_test(a_roll_is_in_one_place),
        cmocka_unit_test(taken_out_twice_is_once),
        cmocka_unit_test(unusable_rolls_are_refused),
        cmocka_unit_test(back_dating_does_not_overlap),
        cmocka_unit_test(history_can_be_corrected),
        cmocka_unit_test(a_roll_was_not_in_two_places),
        cmocka_unit_test(charges_follow_who_was_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
