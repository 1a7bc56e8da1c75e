#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "bridge/printer/files_paths.h"

static struct files_paths paths;

static void list(struct files_names names, bool everywhere)
{
    files_paths_list(&names, everywhere, &paths);
}

static void is_at(size_t i, const char *path)
{
    assert_true(i < paths.count);
    assert_string_equal(paths.list[i], path);
}

static bool has(const char *path)
{
    for (size_t i = 0; i < paths.count; i++)
        if (strcmp(paths.list[i], path) == 0)
            return true;
    return false;
}

static void x1_prints_from_the_cloud_and_from_the_lan(void **state)
{
    (void)state;
    list((struct files_names){.gcode_file = "/data/Metadata/plate_1.gcode",
                              .subtask_name = "Benchy"},
         false);
    is_at(0, "/cache/Benchy.3mf");
    is_at(1, "/Benchy.3mf");
    is_at(2, "/cache/Benchy.gcode.3mf");
    is_at(3, "/Benchy.gcode.3mf");
    assert_int_equal(paths.count, 4);
}

static void p1_names_the_file_itself(void **state)
{
    (void)state;
    list((struct files_names){.gcode_file = "Benchy.gcode.3mf", .subtask_name = "Benchy"}, false);
    is_at(0, "/cache/Benchy.gcode.3mf");
    is_at(1, "/Benchy.gcode.3mf");
    is_at(2, "/cache/Benchy.3mf");
}

static void plain_gcode_is_a_file_and_a_plate_is_none(void **state)
{
    (void)state;
    list((struct files_names){.gcode_file = "x.gcode", .subtask_name = "x"}, false);
    is_at(0, "/cache/x.gcode");
    is_at(1, "/x.gcode");
    assert_true(has("/cache/x.3mf"));
    list((struct files_names){.gcode_file = "/sdcard/model/my part.gcode"}, true);
    assert_true(has("/model/my part.gcode"));
    list((struct files_names){.gcode_file = "/data/Metadata/plate_12.gcode"}, true);
    assert_int_equal(paths.count, 0);
    list((struct files_names){.gcode_file = "plate_x.gcode"}, false);
    is_at(0, "/cache/plate_x.gcode");
}

static void everywhere_means_every_directory(void **state)
{
    (void)state;
    list((struct files_names){.gcode_file = "a.3mf"}, true);
    assert_int_equal(paths.count, 5);
    assert_true(has("/model/a.3mf") && has("/data/a.3mf") && has("/data/Metadata/a.3mf"));
}

static void the_url_comes_first(void **state)
{
    static const struct {
        const char *url, *path;
    } cases[] = {
        {"ftp://a.3mf", "/a.3mf"},
        {"ftp:///cache/a%20b.3mf", "/cache/a b.3mf"},
        {"file:///sdcard/cache/a.3mf", "/cache/a.3mf"},
        {"file:///media/usb0/a.3mf", "/a.3mf"},
        {"file:///mnt/sdcard/d/a.3mf", "/d/a.3mf"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct files_names names = {.subtask_name = "other"};
        text_copy(names.url, sizeof names.url, cases[i].url);
        list(names, false);
        is_at(0, cases[i].path);
    }
    list((struct files_names){.url = "https://example.org/x/a.3mf?token=1"}, false);
    assert_int_equal(paths.count, 0);
}

static void replaced_characters(void **state)
{
    (void)state;
    list((struct files_names){.subtask_name = "Lid: a/b part"}, false);
    assert_true(has("/cache/Lid_ a_b part.gcode.3mf"));
    assert_true(has("/cache/Lid__a_b_part.gcode.3mf"));
    assert_true(has("/cache/Lid: a_b part.3mf"));
}

static void a_title_may_end_in_3mf(void **state)
{
    (void)state;
    list((struct files_names){.subtask_name = "a.gcode.3mf"}, false);
    is_at(0, "/cache/a.gcode.3mf");
    assert_int_equal(paths.count, 2);
    list((struct files_names){.subtask_name = "a.3mf"}, false);
    assert_true(has("/cache/a.3mf") && has("/cache/a.gcode.3mf"));
}

static void nothing_that_would_be_a_command_or_climb(void **state)
{
    static const char *const bad[] = {"a\r\nDELE b.3mf", "a\nb.3mf", "a\x7f.3mf"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct files_names names = {0};
        text_copy(names.file, sizeof names.file, bad[i]);
        text_copy(names.subtask_name, sizeof names.subtask_name, bad[i]);
        list(names, true);
        assert_int_equal(paths.count, 0);
    }
    list((struct files_names){.url = "ftp:///../etc/passwd"}, true);
    assert_int_equal(paths.count, 0);
    list((struct files_names){.url = "ftp:///a%0d%0aDELE.3mf"}, true);
    assert_int_equal(paths.count, 0);
    list((struct files_names){.file = "../../x.3mf"}, false);
    is_at(0, "/cache/x.3mf");
}

static void no_names_give_no_paths(void **state)
{
    (void)state;
    list((struct files_names){.gcode_file = "/data/Metadata/plate_1.gcode"}, true);
    assert_int_equal(paths.count, 0);
}

static void long_names_are_left_out(void **state)
{
    struct files_names names = {0};
    (void)state;
    memset(names.subtask_name, 'x', sizeof names.subtask_name - 1);
    list(names, true);
    assert_int_equal(paths.count, 0);
    names.subtask_name[sizeof names.subtask_name - 12] = 0;
    list(names, true);
    assert_true(paths.count > 0);
}

static void internal_storage_is_known_by_its_url(void **state)
{
    (void)state;
    assert_true(files_paths_internal(&(struct files_names){.url = "brtc://emmc/a.3mf"}));
    assert_false(files_paths_internal(&(struct files_names){.url = "ftp://a.3mf"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x1_prints_from_the_cloud_and_from_the_lan),
        cmocka_unit_test(p1_names_the_file_itself),
        cmocka_unit_test(plain_gcode_is_a_file_and_a_plate_is_none),
        cmocka_unit_test(everywhere_means_every_directory),
        cmocka_unit_test(the_url_comes_first),
        cmocka_unit_test(replaced_characters),
        cmocka_unit_test(a_title_may_end_in_3mf),
        cmocka_unit_test(nothing_that_would_be_a_command_or_climb),
        cmocka_unit_test(no_names_give_no_paths),
        cmocka_unit_test(long_names_are_left_out),
        cmocka_unit_test(internal_storage_is_known_by_its_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
