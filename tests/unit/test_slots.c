#include "store_case.h"

#include "base/text.h"
#include "core/decide.h"
#include "core/printer.h"
#include "store/printers.h"
#include "store/questions.h"
#include "store/slots.h"
#include "store/spools.h"

static int64_t printer_of(struct db *db)
{
    int64_t id = printers_find(db, "p1");
    if (id)
        return id;
    json_auto_t *made = case_ok(db, printers_create,
                                json_pack("{s:s, s:s}", "printer_id", "p1", "serial", "01P00A"));
    return printers_find(db, "p1");
}

/* Returns the spool_id. */
static json_t *roll(struct db *db, const char *product, const char *color)
{
    json_auto_t *made = case_ok(db, spools_create,
                                json_pack("{s:s, s:s, s:s, s:s, s:i}", "brand", "Bambu Lab",
                                          "product_name", product, "material_type", "PLA",
                                          "color_hex", color, "initial_weight_grams", 1000000));
    return json_incref(json_object_get(made, "spool_id"));
}

static json_t *at(int unit, int slot)
{
    return json_pack("{s:s, s:i, s:i}", "printer_id", "P1", "ams_unit_number", unit, "slot_number",
                     slot);
}

static json_t *with(json_t *args, const char *key, json_t *value)
{
    json_object_set_new(args, key, value);
    return args;
}

static json_t *put(json_t *args, json_t *spool_id)
{
    return with(args, "spool_id", json_incref(spool_id));
}

static json_t *history(struct db *db)
{
    return case_rows(db, slots_history, json_object());
}

static struct tray tray_of(const char *material, uint32_t rgba)
{
    struct tray tray;
    tray_init(&tray);
    tray.state = SLOT_PRESENT;
    tray.has_color = 1;
    tray.rgba = rgba;
    text_copy(tray.material, sizeof tray.material, material);
    text_copy(tray.name, sizeof tray.name, strcmp(material, "PLA") == 0 ? "PLA Basic" : material);
    return tray;
}

static struct tray empty_tray(void)
{
    struct tray tray;
    tray_init(&tray);
    tray.state = SLOT_EMPTY;
    return tray;
}

/* What the hub does when a slot has settled. */
static void report(struct db *db, int slot_number, struct tray before, struct tray after,
                   bool printing)
{
    struct why why = {0};
    struct slot slot = {.at = {1, (int16_t)slot_number}, .reported = after, .settled = after};
    struct slot_facts facts;
    struct decision decision;
    int64_t printer = printer_of(db);
    assert_int_equal(slots_save(db, printer, &slot, 1, false, "mqtt", &why), OK);
    assert_int_equal(slots_facts(db, printer, slot.at, &after, printing, &facts, &why), OK);
    slot_decide(&before, &after, &facts, &decision);
    if (slots_apply_decision(db, printer, slot.at, &before, &after, &decision, &why) != OK)
        fail_msg("%s: %s", why.code, why.text);
    slots_facts_clear(&facts);
    case_sound(db);
    case_later(db, 60000);
}

static json_t *slot_row(struct db *db, int slot)
{
    json_auto_t *rows = case_rows(db, slots_list, json_pack("{s:s}", "printer_id", "p1"));
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (args_int(json_array_get(rows, i), "slot_number", 0) == slot)
            return json_incref(json_array_get(rows, i));
    fail_msg("no slot %d", slot);
    return NULL;
}

static void assigning_makes_the_slot(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *spool = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *done = case_ok(db, slots_assign, put(at(1, 2), spool));
    assert_true(json_equal(json_object_get(done, "spool_id"), spool));
    assert_true(json_is_null(json_object_get(done, "previous_spool_id")));
    assert_true(json_is_null(json_object_get(done, "moved_from")));
    const json_t *slot = json_object_get(done, "slot");
    assert_string_equal(case_text(slot, "label"), "A2");
    assert_string_equal(case_text(slot, "match"), "unknown");
    json_auto_t *read = case_ok(db, spools_get, json_pack("{s:O}", "spool_id", spool));
    const json_t *loaded = json_object_get(read, "loaded_in");
    assert_int_equal(case_number(loaded, "slot_number"), 2);
    case_refused(db, slots_assign, ERR_NOT_FOUND, "slot_not_found", put(at(1, 5), spool));
    case_refused(db, slots_assign, ERR_NOT_FOUND, "slot_not_found", put(at(99, 1), spool));
    case_refused(db, slots_assign, ERR_NOT_FOUND, "slot_not_found", put(at(0, 1), spool));
    case_refused(db, slots_assign, ERR_NOT_FOUND, "printer_not_found",
                 with(put(at(1, 1), spool), "printer_id", json_string("nobody")));
    case_refused(db, slots_assign, ERR_NOT_FOUND, "spool_not_found",
                 with(at(1, 1), "spool_id", json_string("777")));
    case_refused(db, slots_assign, ERR_INVALID, "unknown_event_type",
                 with(put(at(1, 1), spool), "event_type", json_string("magic")));
    case_close(db);
}

static void the_same_roll_again_is_nothing_new(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *spool = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *one = case_ok(db, slots_assign, put(at(1, 1), spool));
    json_auto_t *two = case_ok(db, slots_assign, put(at(1, 1), spool));
    json_auto_t *rows = history(db);
    assert_int_equal(json_array_size(rows), 1);
    case_close(db);
}

static void a_roll_is_in_one_place(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *red = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = roll(db, "PLA Basic", "#0000FF");
    json_auto_t *one = case_ok(db, slots_assign, put(at(1, 1), red));
    json_auto_t *two = case_ok(db, slots_assign, put(at(1, 2), blue));
    case_later(db, 1000);
    case_refused(db, slots_assign, ERR_CONFLICT, "spool_already_assigned",
                 with(put(at(1, 2), red), "if_loaded", json_string("reject")));
    json_auto_t *moved = case_ok(db, slots_assign, put(at(1, 2), red));
    assert_true(json_equal(json_object_get(moved, "previous_spool_id"), blue));
    assert_int_equal(case_number(json_object_get(moved, "moved_from"), "slot_number"), 1);
    json_auto_t *left = slot_row(db, 1);
    assert_true(json_is_null(json_object_get(left, "spool_id")));
    json_auto_t *rows = history(db);
    assert_int_equal(json_array_size(rows), 4);
    case_close(db);
}

static void taken_out_twice_is_once(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *spool = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *in = case_ok(db, slots_assign, put(at(1, 1), spool));
    case_later(db, 1000);
    json_auto_t *out = case_ok(db, slots_unassign, at(1, 1));
    assert_true(json_is_null(json_object_get(out, "spool_id")));
    assert_true(json_equal(json_object_get(out, "previous_spool_id"), spool));
    json_auto_t *again = case_ok(db, slots_unassign, at(1, 1));
    json_auto_t *rows = history(db);
    assert_int_equal(json_array_size(rows), 2);
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "spool_id")));
    case_refused(db, slots_unassign, ERR_NOT_FOUND, "slot_not_found", at(2, 1));
    case_close(db);
}

static void unusable_rolls_are_refused(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *spool = roll(db, "PLA Basic", "#FF0000");
    json_t *id = json_pack("{s:O}", "spool_id", spool);
    json_auto_t *archived = case_ok(db, spools_archive, json_incref(id));
    case_refused(db, slots_assign, ERR_CONFLICT, "spool_archived", put(at(1, 1), spool));
    json_auto_t *restored = case_ok(db, spools_restore, json_incref(id));
    json_auto_t *in = case_ok(db, slots_assign, put(at(1, 1), spool));
    case_refused(db, spools_delete, ERR_CONFLICT, "spool_loaded", json_incref(id));
    case_refused(db, spools_archive, ERR_CONFLICT, "spool_loaded", json_incref(id));
    json_auto_t *gone = case_ok(db, spools_delete, with(id, "unassign", json_true()));
    case_refused(db, slots_assign, ERR_CONFLICT, "spool_deleted", put(at(1, 1), spool));
    case_close(db);
}

static void back_dating_does_not_overlap(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *red = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = roll(db, "PLA Basic", "#0000FF");
    json_auto_t *one =
        case_ok(db, slots_assign,
                with(put(at(1, 1), red), "assigned_at", json_integer(case_start - 60000)));
    case_refused(db, slots_assign, ERR_CONFLICT, "assignment_overlap",
                 with(put(at(1, 1), blue), "assigned_at", json_integer(case_start - 60001)));
    case_refused(db, slots_assign, ERR_INVALID, "in_the_future",
                 with(put(at(1, 1), blue), "assigned_at", json_integer(case_start + 1)));
    case_close(db);
}

static void one_match_is_assigned(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *red = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = roll(db, "PLA Basic", "#0000FF");
    report(db, 1, (struct tray){0}, tray_of("PLA", 0xFF0000FF), false);
    json_auto_t *slot = slot_row(db, 1);
    assert_true(json_equal(json_object_get(slot, "spool_id"), red));
    assert_string_equal(case_text(slot, "match"), "ok");
    json_auto_t *rows = history(db);
    assert_string_equal(case_text(json_array_get(rows, 0), "event_type"), "auto_matched");
    assert_true(case_number(json_array_get(rows, 0), "confidence") > 0.5);
    case_close(db);
}

static void twins_are_asked_about(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *one = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *two = roll(db, "PLA Basic", "#FF0000");
    report(db, 1, (struct tray){0}, tray_of("PLA", 0xFF0000FF), false);
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
    printer_of(db);
    json_auto_t *one = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *two = roll(db, "PLA Basic", "#FF0000");
    struct tray red = tray_of("PLA", 0xFF0000FF), none = empty_tray();
    report(db, 1, (struct tray){0}, red, false);
    json_auto_t *done = case_ok(db, slots_assign, put(at(1, 1), two));
    report(db, 1, red, none, false);
    report(db, 1, none, red, false);
    json_auto_t *slot = slot_row(db, 1);
    assert_true(json_equal(json_object_get(slot, "spool_id"), two));
    case_close(db);
}

static void leaving_ends_the_assignment(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *one = roll(db, "PLA Basic", "#FF0000");
    struct tray red = tray_of("PLA", 0xFF0000FF);
    report(db, 1, (struct tray){0}, red, false);
    report(db, 1, red, empty_tray(), false);
    json_auto_t *slot = slot_row(db, 1);
    assert_true(json_is_null(json_object_get(slot, "spool_id")));
    assert_string_equal(case_text(slot, "match"), "empty");
    json_auto_t *rows = history(db);
    assert_string_equal(case_text(json_array_get(rows, 0), "event_type"), "unload");
    case_close(db);
}

static void running_out_waits_for_the_grams(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *one = roll(db, "PLA Basic", "#FF0000");
    struct tray red = tray_of("PLA", 0xFF0000FF), none = empty_tray();
    report(db, 1, (struct tray){0}, red, false);
    report(db, 1, red, none, true);
    json_auto_t *during = slot_row(db, 1);
    assert_true(json_equal(json_object_get(during, "spool_id"), one));
    report(db, 1, none, none, false);
    json_auto_t *after = slot_row(db, 1);
    assert_true(json_is_null(json_object_get(after, "spool_id")));
    json_auto_t *rows = history(db);
    assert_string_equal(case_text(json_array_get(rows, 0), "event_type"), "runout");
    case_close(db);
}

static void an_unknown_tag_becomes_a_draft(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    struct tray tagged = tray_of("PLA", 0x00AE42FF);
    text_copy(tagged.tray_uuid, sizeof tagged.tray_uuid, "0123456789ABCDEF0123456789ABCDEF");
    text_copy(tagged.tag_uid, sizeof tagged.tag_uid, "AB12CD3400000100");
    text_copy(tagged.profile, sizeof tagged.profile, "GFA00");
    text_copy(tagged.name, sizeof tagged.name, "PLA Basic");
    tagged.weight_g = 1000;
    report(db, 1, (struct tray){0}, tagged, false);
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
    printer_of(db);
    json_auto_t *blue = roll(db, "PLA Basic", "#0000FF");
    struct tray red = tray_of("PLA", 0xFF0000FF);
    json_auto_t *done = case_ok(db, slots_assign, put(at(1, 1), blue));
    report(db, 1, red, red, false);
    json_auto_t *slot = slot_row(db, 1);
    assert_string_equal(case_text(slot, "match"), "mismatch");
    json_auto_t *open = case_rows(db, questions_list, json_object());
    assert_int_equal(json_array_size(open), 1);
    json_auto_t *dismissed =
        case_ok(db, questions_answer,
                json_pack("{s:O, s:b}", "question_id",
                          json_object_get(json_array_get(open, 0), "question_id"), "dismiss", 1));
    report(db, 1, red, red, false);
    json_auto_t *after = case_rows(db, questions_list, json_object());
    assert_int_equal(json_array_size(after), 0);
    case_close(db);
}

static void unchanged_reports_write_nothing(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = printer_of(db);
    struct tray red = tray_of("PETG", 0xFF0000FF);
    struct slot slot = {.at = {1, 1}, .reported = red, .settled = red};
    struct why why;
    assert_int_equal(slots_save(db, printer, &slot, 1, true, "mqtt", &why), OK);
    int64_t seq = db_int(db, "SELECT max(seq) FROM change", NULL, 0);
    case_later(db, 1000);
    assert_int_equal(slots_save(db, printer, &slot, 1, true, "mqtt", &why), OK);
    assert_int_equal(db_int(db, "SELECT max(seq) FROM change", NULL, 0), seq);
    assert_int_equal(slots_save(db, printer, &slot, 1, false, "mqtt", &why), OK);
    assert_true(db_int(db, "SELECT max(seq) FROM change", NULL, 0) > seq);
    case_close(db);
}

static void candidates_are_ranked(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = printer_of(db);
    json_auto_t *near = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *far = roll(db, "PLA Basic", "#0000FF");
    struct tray red = tray_of("PLA", 0xFF0000FF);
    struct slot slot = {.at = {1, 1}, .reported = red, .settled = red};
    struct why why;
    assert_int_equal(slots_save(db, printer, &slot, 1, true, "mqtt", &why), OK);
    json_auto_t *list = case_ok(db, slots_candidates, at(1, 1));
    assert_true(json_array_size(list) >= 1);
    const json_t *best = json_array_get(list, 0);
    assert_true(json_equal(json_object_get(best, "spool_id"), near));
    assert_string_equal(case_text(json_object_get(best, "spool"), "brand"), "Bambu Lab");
    case_close(db);
}

static void history_can_be_corrected(void **state)
{
    (void)state;
    struct db *db = case_open();
    printer_of(db);
    json_auto_t *red = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = roll(db, "PLA Basic", "#0000FF");
    json_auto_t *one = case_ok(db, slots_assign, put(at(1, 1), red));
    case_later(db, 3600000);
    json_auto_t *two = case_ok(db, slots_unassign, at(1, 1));
    case_later(db, 3600000);
    json_auto_t *rows = history(db);
    json_t *first = json_object_get(json_array_get(rows, 1), "history_id");
    json_auto_t *fixed =
        case_ok(db, slots_correct, json_pack("{s:O, s:O}", "history_id", first, "spool_id", blue));
    assert_true(json_equal(json_object_get(fixed, "spool_id"), blue));
    json_auto_t *longer = case_ok(db, slots_correct,
                                  json_pack("{s:O, s:I}", "history_id", first, "unassigned_at",
                                            (json_int_t)case_start + 1800000));
    json_auto_t *after = history(db);
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
    printer_of(db);
    json_auto_t *red = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = roll(db, "PLA Basic", "#0000FF");
    json_auto_t *one = case_ok(db, slots_assign, put(at(1, 1), red));
    json_auto_t *two = case_ok(db, slots_assign, put(at(1, 2), blue));
    case_later(db, 1000);
    json_auto_t *rows = case_rows(db, slots_history, at(1, 1));
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
    printer_of(db);
    json_auto_t *red = roll(db, "PLA Basic", "#FF0000");
    json_auto_t *blue = roll(db, "PLA Basic", "#0000FF");
    struct tray odd = tray_of("PETG", 0x123456FF);
    report(db, 1, (struct tray){0}, odd, false);
    open_charge(db);
    json_auto_t *assigned = case_ok(db, slots_assign, put(at(1, 1), red));
    assert_int_equal(used(db, red), 12500);
    json_auto_t *again = case_ok(db, slots_assign, put(at(1, 1), red));
    assert_int_equal(used(db, red), 12500);
    json_auto_t *rows = case_rows(db, slots_history, at(1, 1));
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
        cmocka_unit_test(one_match_is_assigned),
        cmocka_unit_test(twins_are_asked_about),
        cmocka_unit_test(an_answer_is_remembered),
        cmocka_unit_test(leaving_ends_the_assignment),
        cmocka_unit_test(running_out_waits_for_the_grams),
        cmocka_unit_test(an_unknown_tag_becomes_a_draft),
        cmocka_unit_test(a_mismatch_is_asked_once),
        cmocka_unit_test(unchanged_reports_write_nothing),
        cmocka_unit_test(candidates_are_ranked),
        cmocka_unit_test(history_can_be_corrected),
        cmocka_unit_test(a_roll_was_not_in_two_places),
        cmocka_unit_test(charges_follow_who_was_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
