/*
 * Reports of our own writing, one file for each quirk or rule: every line may say under "expect"
 * what must be true after it. Each file is told three times: plainly, with a restart after every
 * message, and with every message twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/unit.h"
#include "tests/captures/invariants.h"
#include "tests/captures/recording.h"

enum { PATH_SIZE = 512, TEXT_SIZE = 128 };

static struct printer printer;
static unsigned rejected;
static int64_t began;
static int checked;

static struct slot_address address_of(const char *text)
{
    int64_t unit = 0, slot = 0;
    char head[16] = "";
    const char *dash = strchr(text, '/');
    if (!*text)
        return (struct slot_address){0, 0};
    assert_non_null(dash);
    assert_true(text_copy_len(head, sizeof head, text, (size_t)(dash - text)));
    assert_true(text_to_int(head, &unit) && text_to_int(dash + 1, &slot));
    return (struct slot_address){(int16_t)unit, (int16_t)slot};
}

static const struct slot *slot_of(const char *text)
{
    const struct slot *slot = printer_slot(&printer, address_of(text));
    assert_non_null(slot);
    return slot;
}

/* "present PLA FF0000FF"; the state alone where nothing is described. */
static void tray_text(const struct tray *tray, char ret_text[TEXT_SIZE])
{
    if (tray_described(tray))
        snprintf(ret_text, TEXT_SIZE, "%s %s %08X", slot_state_slug(tray->state), tray->material,
                 tray->rgba);
    else
        snprintf(ret_text, TEXT_SIZE, "%s", slot_state_slug(tray->state));
}

static void check_tray(const struct tray *tray, const json_t *value)
{
    char text[TEXT_SIZE];
    tray_text(tray, text);
    assert_string_equal(text, json_string_value(value));
}

static void check_reported(const char *key, const json_t *value)
{
    check_tray(&slot_of(key)->reported, value);
}

static void check_settled(const char *key, const json_t *value)
{
    check_tray(&slot_of(key)->settled, value);
}

static void check_uuid(const char *key, const json_t *value)
{
    assert_string_equal(slot_of(key)->reported.tray_uuid, json_string_value(value));
}

static void check_tag(const char *key, const json_t *value)
{
    assert_string_equal(slot_of(key)->reported.tag_uid, json_string_value(value));
}

static void check_name(const char *key, const json_t *value)
{
    assert_string_equal(slot_of(key)->reported.name, json_string_value(value));
}

static void check_profile(const char *key, const json_t *value)
{
    assert_string_equal(slot_of(key)->reported.profile, json_string_value(value));
}

static void check_has_color(const char *key, const json_t *value)
{
    assert_int_equal(slot_of(key)->reported.has_color, json_is_true(value));
}

static void check_colors(const char *key, const json_t *value)
{
    const struct tray *tray = &slot_of(key)->reported;
    assert_int_equal(tray->color_count, json_array_size(value));
    for (int i = 0; i < tray->color_count; i++) {
        char text[12];
        snprintf(text, sizeof text, "%08X", tray->colors[i]);
        assert_string_equal(text, json_string_value(json_array_get(value, (size_t)i)));
    }
}

static void check_remain(const char *key, const json_t *value)
{
    int64_t expected = json_is_null(value) ? -1 : json_integer_value(value);
    assert_int_equal(slot_of(key)->reported.remain_percent, expected);
}

static void check_changed_at(const char *key, const json_t *value)
{
    assert_int_equal(slot_of(key)->changed_at, began + json_integer_value(value) * 1000);
}

static const struct unit *unit_of(const char *key)
{
    int64_t number = 0;
    assert_true(text_to_int(key, &number));
    const struct unit *unit = printer_unit(&printer, (int)number);
    assert_non_null(unit);
    return unit;
}

static void check_attached(const char *key, const json_t *value)
{
    assert_int_equal(unit_of(key)->attached, json_is_true(value));
}

static void check_type(const char *key, const json_t *value)
{
    assert_string_equal(unit_type_slug(unit_of(key)->type), json_string_value(value));
}

static void check_address(struct slot_address at, const json_t *value)
{
    char text[TEXT_SIZE] = "";
    if (!address_none(at))
        snprintf(text, sizeof text, "%d/%d", at.unit, at.slot);
    assert_string_equal(text, json_string_value(value));
}

static int index_of(const char *key)
{
    int64_t index = 0;
    assert_true(text_to_int(key, &index));
    return (int)index;
}

static void check_commanded(const char *key, const json_t *value)
{
    check_address(printer_commanded(&printer, index_of(key)), value);
}

static void check_mapped(const char *key, const json_t *value)
{
    check_address(printer_mapped(&printer, index_of(key)), value);
}

/* Expectations that hold an object: one check for each of its keys. */
static const struct {
    const char *name;
    void (*check)(const char *key, const json_t *value);
} groups[] = {
    {"slots", check_reported},      {"settled", check_settled},
    {"uuid", check_uuid},           {"tag", check_tag},
    {"names", check_name},          {"profiles", check_profile},
    {"colors", check_colors},       {"has_color", check_has_color},
    {"remain", check_remain},       {"changed_at", check_changed_at},
    {"attached", check_attached},   {"types", check_type},
    {"commanded", check_commanded}, {"mapped", check_mapped},
};

static bool check_group(const char *name, const json_t *expected)
{
    const char *key;
    json_t *value;
    for (size_t i = 0; i < LEN(groups); i++) {
        if (strcmp(groups[i].name, name) != 0)
            continue;
        json_object_foreach ((json_t *)(uintptr_t)expected, key, value) {
            groups[i].check(key, value);
        }
        return true;
    }
    return false;
}

static int64_t since_start(int64_t at)
{
    return at ? (at - began) / 1000 : 0;
}

static bool check_number(const char *name, const json_t *expected)
{
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {
        {"layer", printer.layer},
        {"total", printer.total_layers},
        {"nozzles", printer.nozzles},
        {"count", printer.slot_count},
        {"plate", printer.command.plate},
        {"command_number", printer.command.number},
        {"error", printer.error.code},
        {"cancel", printer.cancel.code},
        {"error_gone", since_start(printer.error.until)},
        {"stopped", since_start(printer.stop_reply_at)},
        {"refused", printer_commands_refused(&printer)},
        {"command_refused", printer.command.refused},
    };
    for (size_t i = 0; i < LEN(numbers); i++) {
        if (strcmp(numbers[i].name, name) != 0)
            continue;
        int64_t wanted =
            json_is_boolean(expected) ? json_is_true(expected) : json_integer_value(expected);
        assert_int_equal(numbers[i].value, wanted);
        return true;
    }
    return false;
}

static bool check_text(const char *name, const json_t *expected)
{
    const struct {
        const char *name, *value;
    } texts[] = {
        {"state", printer_state_slug(printer.gcode_state)},
        {"model", model_name(printer.model)},
        {"title", printer.command.title},
        {"file", printer.command.file},
        {"task_id", printer.identity.task_id},
        {"subtask_name", printer.identity.subtask_name},
    };
    for (size_t i = 0; i < LEN(texts); i++) {
        if (strcmp(texts[i].name, name) != 0)
            continue;
        assert_string_equal(texts[i].value, json_string_value(expected));
        return true;
    }
    return false;
}

static void check(const json_t *expect, bool once)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)expect, name, value) {
        checked++;
        if (strcmp(name, "feeding") == 0)
            check_address(printer.feeding, value);
        else if (strcmp(name, "rejected") == 0)
            assert_int_equal(once ? rejected : json_integer_value(value),
                             json_integer_value(value));
        else if (!check_group(name, value) && !check_number(name, value) &&
                 !check_text(name, value))
            fail_msg("unknown expectation %s", name);
    }
}

static void restart(void)
{
    json_t *dump = printer_dump(&printer);
    assert_true(printer_load(&printer, dump));
    json_decref(dump);
}

/* The same message again, at the same time, is no news. */
static void repeat(const json_t *payload, int64_t now)
{
    static struct printer once;
    once = printer;
    printer_apply(&printer, payload, now);
    assert_true(printer_durable_equal(&once, &printer));
}

enum telling { PLAIN, RESTARTED, TWICE };

static void tell(const struct recording *recording, enum telling telling)
{
    printer_init(&printer);
    rejected = 0;
    began = recording->times[0];
    for (size_t i = 0; i < recording->count; i++) {
        const json_t *line = json_array_get(recording->lines, i);
        const json_t *payload = recording_payload(recording, i);
        rejected += printer_apply(&printer, payload, recording->times[i]);
        if (telling == RESTARTED)
            restart();
        if (telling == TWICE)
            repeat(payload, recording->times[i]);
        must_hold(&printer);
        check(json_object_get(line, "expect"), telling != TWICE);
    }
}

static void test_fixtures(void **state)
{
    (void)state;
    size_t index;
    json_t *name;
    json_t *names = recording_list(FIXTURES, ".jsonl");
    assert_true(json_array_size(names) >= 30);
    json_array_foreach (names, index, name) {
        char path[PATH_SIZE];
        struct recording recording = {0};
        snprintf(path, sizeof path, FIXTURES "/%s", json_string_value(name));
        assert_true(recording_add(&recording, path));
        printf("%s\n", json_string_value(name));
        assert_true(json_is_string(json_object_get(json_array_get(recording.lines, 0), "about")));
        checked = 0;
        tell(&recording, PLAIN);
        assert_true(checked > 0);
        tell(&recording, RESTARTED);
        tell(&recording, TWICE);
        recording_clear(&recording);
    }
    json_decref(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fixtures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
