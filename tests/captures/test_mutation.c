/*
 * Every single value of every message, ours and shared, replaced by garbage: nothing crashes, every
 * invariant holds, and what is no value at all for its field (an object, an array) is skipped
 * alone: told again with one bad field, a full report changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/text.h"
#include "tests/captures/invariants.h"
#include "tests/captures/recording.h"

enum { PATH_SIZE = 512, NOW = 2000000, MESSAGES_MAX = 12 };

static struct printer base, mutated;
static size_t mutations;
static const char *file_now, *key_now; /* for the report of a failure */

/* Entries of these are replaced as a whole: a bad one is gone, not kept. And without the exist bits
 * of the units nobody can tell a power-off from the removal of the last roll. */
static bool in_whole_list(const char *key)
{
    const char *const lists[] = {"mapping",   "hms",          "ams_mapping",   "s_obj",
                                 "filam_bak", "ams_mapping2", "ams_exist_bits"};
    for (size_t i = 0; i < LEN(lists); i++) {
        if (strcmp(key, lists[i]) == 0)
            return true;
    }
    return false;
}

static json_t *garbage(int kind)
{
    switch (kind) {
    case 0:
        return json_object();
    case 1:
        return json_pack("[i]", 1);
    case 2:
        return json_null();
    case 3:
        return json_true();
    case 4:
        return json_string("\xc3\xa9 garbage that is rather longer than any id of a printer is");
    case 5:
        return json_real(1e300);
    case 6:
        return json_integer(INT64_MAX);
    default:
        return json_integer(-1);
    }
}

enum { KINDS = 8, UNREADABLE = 2 };

static void apply_mutated(const json_t *message, int kind, bool kept)
{
    mutated = base;
    printer_apply(&mutated, message, NOW);
    must_slots(&mutated);
    mutations++;
    if (kind < UNREADABLE && kept && !printer_durable_equal(&base, &mutated)) {
        print_message("%s\n", json_dumps(message, JSON_COMPACT));
        fail_msg("%s: a bad value of %s cost more than itself", file_now, key_now);
    }
}

static void mutate(json_t *message, json_t *at, bool kept);

static void mutate_member(json_t *message, json_t *object, const char *key, json_t *value,
                          bool kept)
{
    bool keep = kept && !in_whole_list(key);
    if (json_is_object(value) || json_is_array(value)) {
        mutate(message, value, keep);
        return;
    }
    json_incref(value);
    key_now = key;
    for (int kind = 0; kind < KINDS; kind++) {
        json_object_set_new(object, key, garbage(kind));
        apply_mutated(message, kind, keep);
    }
    json_object_set_new(object, key, value);
}

static void mutate(json_t *message, json_t *at, bool kept)
{
    const char *key;
    json_t *value, *keys = json_array();
    size_t index;
    json_object_foreach (at, key, value) {
        json_array_append_new(keys, json_string(key));
    }
    json_array_foreach (keys, index, value) {
        key = json_string_value(value);
        mutate_member(message, at, key, json_object_get(at, key), kept);
    }
    json_decref(keys);
    for (index = 0; index < json_array_size(at); index++) {
        value = json_incref(json_array_get(at, index));
        if (json_is_object(value) || json_is_array(value))
            mutate(message, value, kept);
        for (int kind = 0; kind < KINDS; kind++) {
            json_array_set_new(at, index, garbage(kind));
            apply_mutated(message, kind, kept && json_array_size(at) == 0);
        }
        json_array_set_new(at, index, value);
    }
}

/* Reports told twice are the same; a command would be another one once it is changed. */
static bool is_report(const json_t *message)
{
    const json_t *print = json_object_get(message, "print");
    const char *command = json_string_value(json_object_get(print, "command"));
    return print && (!command || strcmp(command, "push_status") == 0);
}

static void one_file(const char *path)
{
    struct recording recording = {0};
    file_now = path;
    assert_true(recording_add(&recording, path));
    printer_init(&base);
    for (size_t i = 0; i < recording.count && i < MESSAGES_MAX; i++) {
        json_t *message = json_deep_copy(recording_payload(&recording, i));
        printer_apply(&base, message, NOW);
        mutate(message, message, is_report(message));
        json_decref(message);
    }
    recording_clear(&recording);
}

static void every_file(const char *folder)
{
    size_t index;
    json_t *name;
    json_t *names = recording_list(folder, "");
    json_array_foreach (names, index, name) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/%s", folder, json_string_value(name));
        if (!strstr(path, ".json"))
            continue;
        one_file(path);
    }
    json_decref(names);
}

static void test_mutations(void **state)
{
    (void)state;
    every_file(FIXTURES);
    assert_true(mutations > 10000);
    every_file(SHARED "/captures");
    printf("mutations=%zu\n", mutations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
