/*
 * Real recordings, where the shared folder exists: nothing is rejected, and what is in the slots,
 * what feeds and which layer prints is what an independent reader found. Without the folder this
 * says so and passes; the fixtures of our own are tested beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/text.h"
#include "tests/captures/invariants.h"
#include "tests/captures/recording.h"

enum { PATH_SIZE = 512, LONG_AFTER_MS = 60000 };

static struct printer printer, other;

static bool have_shared(void)
{
    struct stat found;
    if (stat(SHARED "/captures", &found) == 0)
        return true;
    printf("no shared captures\n");
    return false;
}

static json_t *load(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, SHARED "/expected/%s/%s", folder, name);
    json_t *loaded = json_load_file(path, 0, NULL);
    assert_non_null(loaded);
    return loaded;
}

/* The recording that an expectation is about, after the printer's version reply. */
static bool record(struct recording *recording, const char *name, const char *suffix)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, SHARED "/captures/%.*s%s", (int)(strlen(name) - strlen(".json")),
             name, suffix);
    return recording_add(recording, path);
}

static void record_all(struct recording *recording, const char *name, const json_t *expected)
{
    size_t index;
    json_t *part;
    char stem[PATH_SIZE];
    json_t *parts = json_object_get(expected, "after");
    if (!parts && !record(recording, name, ".json"))
        assert_true(record(recording, name, ".jsonl"));
    json_array_foreach (parts, index, part) {
        snprintf(stem, sizeof stem, "%s", json_string_value(part));
        assert_true(record(recording, stem, ".json"));
    }
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static struct slot_address address_of(const json_t *object)
{
    return (struct slot_address){
        (int16_t)json_integer_value(json_object_get(object, "ams_unit_number")),
        (int16_t)json_integer_value(json_object_get(object, "slot_number"))};
}

static void hex_of(uint32_t rgba, char ret_text[8])
{
    snprintf(ret_text, 8, "#%06X", rgba >> 8);
}

static void check_color(const struct tray *tray, const json_t *expected)
{
    char text[8] = "";
    const json_t *hexes = json_object_get(expected, "color_hexes");
    if (tray->has_color)
        hex_of(tray->rgba, text);
    assert_string_equal(text, text_of(expected, "color_hex"));
    if (tray->has_color)
        assert_int_equal(tray->rgba & 0xFF,
                         json_integer_value(json_object_get(expected, "color_alpha")));
    assert_int_equal(tray->color_count, json_array_size(hexes));
    for (int i = 0; i < tray->color_count; i++) {
        hex_of(tray->colors[i], text);
        assert_string_equal(text, json_string_value(json_array_get(hexes, (size_t)i)));
    }
}

static void check_slot(const json_t *expected)
{
    const struct slot *slot = printer_slot(&printer, address_of(expected));
    assert_non_null(slot);
    const struct tray *tray = &slot->settled;
    const json_t *remain = json_object_get(expected, "remain_percent");
    assert_string_equal(slot_state_slug(tray->state), text_of(expected, "state"));
    check_color(tray, expected);
    assert_string_equal(tray->material, text_of(expected, "material"));
    assert_string_equal(tray->profile, text_of(expected, "profile"));
    assert_string_equal(tray->name, text_of(expected, "name"));
    assert_string_equal(tray->tray_uuid, text_of(expected, "tray_uuid"));
    assert_string_equal(tray->tag_uid, text_of(expected, "tag_uid"));
    assert_int_equal(tray->remain_percent,
                     json_is_integer(remain) ? json_integer_value(remain) : -1);
    assert_int_equal(address_equal(printer.feeding, slot->at),
                     json_is_true(json_object_get(expected, "feeding")));
}

static void check_slots(const json_t *expected)
{
    size_t index;
    json_t *slot;
    json_t *slots = json_object_get(expected, "slots");
    json_t *feeding = json_object_get(expected, "feeding");
    assert_int_equal(printer.slot_count, json_array_size(slots));
    json_array_foreach (slots, index, slot) {
        check_slot(slot);
    }
    assert_true(address_equal(printer.feeding, address_of(feeding)));
    if (printer.model != MODEL_UNKNOWN)
        assert_string_equal(model_name(printer.model), text_of(expected, "model"));
}

static unsigned feed(const struct recording *recording)
{
    unsigned bad = 0;
    printer_init(&printer);
    for (size_t i = 0; i < recording->count; i++)
        bad += printer_apply(&printer, recording_payload(recording, i), recording->times[i]);
    printer_tick(&printer, recording->times[recording->count - 1] + LONG_AFTER_MS);
    return bad;
}

static void one_slots_file(const char *name)
{
    struct recording recording = {0};
    json_t *expected = load("slots", name);
    printf("slots %s\n", name);
    if (!record(&recording, name, "-get_version.json") && strstr(name, "-pushall")) {
        char stem[PATH_SIZE];
        snprintf(stem, sizeof stem, "%.*s.json", (int)(strstr(name, "-pushall") - name), name);
        record(&recording, stem, "-get_version.json");
    }
    record_all(&recording, name, expected);
    assert_int_equal(feed(&recording), 0);
    check_slots(expected);
    must_hold(&printer);
    json_decref(expected);
    recording_clear(&recording);
}

static void test_slots(void **state)
{
    (void)state;
    size_t index;
    json_t *name;
    if (!have_shared())
        return;
    json_t *names = recording_list(SHARED "/expected/slots", ".json");
    assert_true(json_array_size(names) > 0);
    json_array_foreach (names, index, name) {
        one_slots_file(json_string_value(name));
    }
    json_decref(names);
}

/* Every capture, version replies and odd ones included, is taken without a rejected field. */
static void test_nothing_rejected(void **state)
{
    (void)state;
    size_t index;
    json_t *name;
    if (!have_shared())
        return;
    json_t *names = recording_list(SHARED "/captures", "");
    int counted = 0;
    json_array_foreach (names, index, name) {
        char path[PATH_SIZE];
        struct recording recording = {0};
        snprintf(path, sizeof path, SHARED "/captures/%s", json_string_value(name));
        if (!strstr(path, ".json"))
            continue;
        assert_true(recording_add(&recording, path));
        assert_int_equal(feed(&recording), 0);
        must_hold(&printer);
        recording_clear(&recording);
        counted++;
    }
    json_decref(names);
    assert_true(counted > 0);
    printf("counted captures=%d\n", counted);
}

static bool told(const struct tray *tray, const json_t *expected)
{
    char text[8] = "";
    if (tray->has_color)
        hex_of(tray->rgba, text);
    return strcmp(slot_state_slug(tray->state), text_of(expected, "state")) == 0 &&
           strcmp(text, text_of(expected, "color_hex")) == 0 &&
           strcmp(tray->material, text_of(expected, "material")) == 0;
}

/* Is this change of state, colour or material among the expected ones of that index? */
static bool expected_change(const json_t *changes, size_t at, const struct slot *slot)
{
    size_t index;
    json_t *change;
    json_array_foreach (changes, index, change) {
        if ((size_t)json_integer_value(json_object_get(change, "index")) == at &&
            address_equal(address_of(change), slot->at) &&
            told(&slot->reported, json_object_get(change, "after")))
            return true;
    }
    return false;
}

static bool same_look(const struct tray *a, const struct tray *b)
{
    return a->state == b->state && a->rgba == b->rgba && strcmp(a->material, b->material) == 0;
}

static size_t check_changes(const json_t *changes, size_t at)
{
    size_t found = 0;
    for (int i = 0; i < printer.slot_count; i++) {
        const struct slot *slot = &printer.slots[i], *before = printer_slot(&other, slot->at);
        if (!before || same_look(&before->reported, &slot->reported))
            continue;
        assert_true(expected_change(changes, at, slot));
        found++;
    }
    return found;
}

static void one_sequence(const char *name)
{
    struct recording recording = {0};
    json_t *expected = load("slots", name);
    const json_t *changes = json_object_get(expected, "changes");
    size_t found = 0;
    record_all(&recording, name, expected);
    printer_init(&printer);
    for (size_t i = 0; i < recording.count; i++) {
        other = printer;
        printer_apply(&printer, recording_payload(&recording, i), recording.times[i]);
        found += check_changes(changes, i);
    }
    printf("changes %s: %zu of %zu messages\n", name, found, recording.count);
    assert_int_equal(found, json_array_size(changes));
    json_decref(expected);
    recording_clear(&recording);
}

static void check_point(const json_t *point)
{
    const json_t *layer = json_object_get(point, "layer");
    const char *state = text_of(point, "gcode_state");
    assert_true(text_equal_nocase(printer_state_slug(printer.gcode_state), state));
    assert_true(address_equal(printer.feeding, address_of(json_object_get(point, "feeding"))));
    if (json_is_integer(layer)) /* null: still the former job's, which is for the job to know */
        assert_int_equal(printer.layer, json_integer_value(layer));
}

static void one_jobs_file(const char *name)
{
    struct recording recording = {0};
    json_t *expected = load("jobs", name);
    const json_t *points = json_object_get(expected, "checkpoints");
    size_t next = 0;
    assert_true(record(&recording, name, ".jsonl"));
    printer_init(&printer);
    for (size_t i = 0; i < recording.count; i++) {
        printer_apply(&printer, recording_payload(&recording, i), recording.times[i]);
        const json_t *point = json_array_get(points, next);
        if ((size_t)json_integer_value(json_object_get(point, "index")) != i)
            continue;
        check_point(point);
        next++;
    }
    printf("checkpoints %s: %zu\n", name, next);
    assert_int_equal(next, json_array_size(points));
    json_decref(expected);
    recording_clear(&recording);
}

static void test_sequences(void **state)
{
    (void)state;
    size_t index;
    json_t *name;
    if (!have_shared())
        return;
    json_t *names = recording_list(SHARED "/expected/jobs", ".json");
    assert_true(json_array_size(names) > 0);
    json_array_foreach (names, index, name) {
        one_sequence(json_string_value(name));
        one_jobs_file(json_string_value(name));
    }
    json_decref(names);
}

static void restart(struct printer *at)
{
    json_t *dump = printer_dump(at);
    int64_t heard = at->live.message_at;
    at->live.percent = 77;
    assert_true(printer_load(at, dump));
    assert_int_equal(at->live.percent, -1);
    assert_true(at->live.message_at == heard); /* all that is left of it */
    json_decref(dump);
}

/* A restart after every message ends in the same durable state; few messages need a write. */
static void one_restarted(const char *name)
{
    static struct printer before;
    struct recording recording = {0};
    size_t writes = 0;
    assert_true(record(&recording, name, ".jsonl"));
    printer_init(&printer);
    printer_init(&other);
    for (size_t i = 0; i < recording.count; i++) {
        const json_t *payload = recording_payload(&recording, i);
        before = printer;
        printer_apply(&printer, payload, recording.times[i]);
        printer_apply(&other, payload, recording.times[i]);
        writes += !printer_durable_equal(&before, &printer);
        assert_true(printer_durable_equal(&printer, &other));
        restart(&other);
    }
    printf("restarts %s: %zu messages, %zu writes\n", name, recording.count, writes);
    assert_true(writes * 4 < recording.count);
    recording_clear(&recording);
}

static void test_restart_after_every_message(void **state)
{
    (void)state;
    size_t index;
    json_t *name;
    if (!have_shared())
        return;
    json_t *names = recording_list(SHARED "/expected/jobs", ".json");
    json_array_foreach (names, index, name) {
        one_restarted(json_string_value(name));
    }
    json_decref(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_nothing_rejected),
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_restart_after_every_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
