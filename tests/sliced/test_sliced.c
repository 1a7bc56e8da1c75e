/* bridge/printer/sliced: archives made here, hostile ones among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <zip.h>

#include "base/auto.h"
#include "base/buf.h"
#include "bridge/printer/sliced.h"

#define SCRATCH "test_sliced.scratch"

struct entry {
    const char *name;
    const void *data;
    size_t len; /* 0: the length of the text */
};

static void make_archive(const struct entry *entries, size_t count)
{
    int code;
    zip_t *zip = zip_open(SCRATCH, ZIP_CREATE | ZIP_TRUNCATE, &code);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        size_t len = entries[i].len ? entries[i].len : strlen(entries[i].data);
        zip_source_t *source = zip_source_buffer(zip, entries[i].data, len, 0);
        assert_true(zip_file_add(zip, entries[i].name, source, ZIP_FL_OVERWRITE) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
}

static void make_file(const char *text)
{
    FILE *file = fopen(SCRATCH, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

static const char good_info[] =
    "<?xml version=\"1.0\"?><config><header/><plate>"
    "<metadata key=\"index\" value=\"2\"/><metadata key=\"printer_model_id\" value=\"N2S\"/>"
    "<metadata key=\"prediction\" value=\"600\"/><metadata key=\"weight\" value=\"0,30\"/>"
    "<filament used_g=\"0,12\" color=\"#FFFFFF\" type=\"PLA\" id=\"1\" tray_info_idx=\"GFL99\""
    " used_m=\"0.04\"/>"
    "<filament id=\"3\" tray_info_idx=\"GFG99\" type=\"PETG\" color=\"#112233FF\" used_m=\"0.06\""
    " used_g=\"0.18\"/></plate></config>";

/* Filament 1: 40 mm x 2.405281875 mm2 x 1.24 = 0.1193 g. Filament 3: 60 mm at 1.27 = 0.1833 g. */
static const char good_gcode[] = "; total layer number: 2\n"
                                 "; filament_density: 1.24,1.24,1.27\n"
                                 "; filament_diameter: 1.75,1.75,1.75\n"
                                 "; filament: 1,3\n"
                                 "M83\nT0\nM73 L1\nG1 X1 E30\nM73 L2\nG1 X1 E10\nT2\nG1 X1 E60\n";

static void reads_a_plate(void **state)
{
    (void)state;
    const struct entry entries[] = {{"Metadata/slice_info.config", good_info, 0},
                                    {"Metadata/plate_2.gcode", good_gcode, 0}};
    make_archive(entries, LEN(entries));
    struct sliced sliced;
    struct why why = {0};
    assert_int_equal(sliced_read(SCRATCH, 0, &sliced, &why), OK);
    assert_int_equal(sliced.plate, 2);
    assert_int_equal(sliced.total_layers, 2);
    assert_int_equal(sliced.prediction_s, 600);
    assert_string_equal(sliced.printer_model, "N2S");
    assert_int_equal(sliced.filament_count, 2);
    assert_int_equal(sliced.filaments[1].index, 3);
    assert_string_equal(sliced.filaments[1].material, "PETG");
    assert_true(sliced.filaments[0].used_g > 0.119 && sliced.filaments[0].used_g < 0.121);
    assert_true(sliced.filaments[0].length == INT64_C(4000000000));
    assert_true(sliced.filaments[1].length == INT64_C(6000000000));
    assert_int_equal(sliced.warning_count, 0);
    json_auto_t *json = sliced_json(&sliced, true);
    json_t *layers = json_object_get(json_array_get(json_object_get(json, "filaments"), 0),
                                     "cumulative_mm_by_layer");
    assert_true(json_real_value(json_object_get(layers, "1")) == 30.0);
    assert_true(json_real_value(json_object_get(layers, "2")) == 40.0);
    sliced_clear(&sliced);
}

static void edited_weights_are_told(void **state)
{
    (void)state;
    const struct entry entries[] = {
        {"Metadata/slice_info.config",
         "<config><plate><metadata key=\"index\" value=\"1\"/>"
         "<filament id=\"1\" type=\"PLA\" used_g=\"55\"/></plate></config>",
         0},
        {"Metadata/plate_1.gcode", good_gcode, 0}};
    make_archive(entries, LEN(entries));
    struct sliced sliced;
    assert_int_equal(sliced_read(SCRATCH, 0, &sliced, NULL), OK);
    assert_true(sliced.warning_count >= 1);
    assert_non_null(strstr(sliced.warnings[0], "55.00 g"));
    sliced_clear(&sliced);
}

static void assert_refused(int plate, const char *code)
{
    struct sliced sliced;
    struct why why = {0};
    assert_int_not_equal(sliced_read(SCRATCH, plate, &sliced, &why), OK);
    assert_string_equal(why.code, code);
    assert_true(strlen(why.text) > 10);
}

static void only_the_printed_plate_counts(void **state)
{
    (void)state;
    const struct entry entries[] = {{"Metadata/plate_1.gcode", good_gcode, 0},
                                    {"Metadata/plate_2.gcode", "T0\nG1 X1 E7\n", 0},
                                    {"Metadata/plate_2.gcode.md5", "0", 0}};
    make_archive(entries, LEN(entries));
    assert_refused(0, "plate_ambiguous");
    assert_refused(3, "plate_missing");
    struct sliced sliced;
    assert_int_equal(sliced_read(SCRATCH, 2, &sliced, NULL), OK);
    assert_true(sliced.filaments[0].length == INT64_C(700000000));
    sliced_clear(&sliced);
}

static void what_is_not_sliced_is_refused(void **state)
{
    (void)state;
    const struct entry entries[] = {
        {"Metadata/slice_info.config", "<config><header/></config>", 0}};
    make_archive(entries, LEN(entries));
    assert_refused(0, "not_sliced");
    make_file("hello\n");
    assert_refused(0, "not_sliced");
    make_file("PK\003\004 this is no archive at all");
    assert_refused(0, "not_an_archive");
    remove(SCRATCH);
    assert_refused(0, "unreadable");
}

static void hostile_archives_are_refused(void **state)
{
    (void)state;
    static const char laughs[] =
        "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>"
        "<config><plate>&b;</plate></config>";
    const struct entry xml[] = {{"Metadata/slice_info.config", laughs, 0},
                                {"Metadata/plate_1.gcode", good_gcode, 0}};
    make_archive(xml, LEN(xml));
    assert_refused(0, "bad_slice_info");
    size_t len = (size_t)64 << 20;
    char *zeros auto_free = calloc(1, len);
    const struct entry bomb[] = {{"Metadata/plate_1.gcode", zeros, len}};
    make_archive(bomb, LEN(bomb));
    assert_refused(0, "too_big");
}

/* Cut anywhere, an archive is refused and nothing leaks. */
static void half_an_archive_is_refused(void **state)
{
    (void)state;
    const struct entry entries[] = {{"Metadata/slice_info.config", good_info, 0},
                                    {"Metadata/plate_2.gcode", good_gcode, 0}};
    make_archive(entries, LEN(entries));
    struct stat stat_of;
    assert_int_equal(stat(SCRATCH, &stat_of), 0);
    for (off_t size = stat_of.st_size - 1; size > 4; size -= 37) {
        assert_int_equal(truncate(SCRATCH, size), 0);
        struct sliced sliced;
        assert_int_not_equal(sliced_read(SCRATCH, 0, &sliced, NULL), OK);
    }
}

static void settings_behind_the_moves_are_found(void **state)
{
    (void)state;
    make_file("; filament: 1,2\nM83\nT0\nG1 X1 E1\nT1\n; FLUSH_START\nG1 E48\n; FLUSH_END\n"
              "M621 S1A\n; filament_type = PLA;PETG\n; filament_colour = #FF0000;#00FF00\n"
              "; nozzle_volume = 24.0528187541\n");
    struct sliced sliced;
    assert_int_equal(sliced_read(SCRATCH, 0, &sliced, NULL), OK);
    assert_int_equal(sliced.filament_count, 2);
    int64_t old = sliced.filaments[0].length, new = sliced.filaments[1].length;
    assert_true(old > INT64_C(1099999900) && old < INT64_C(1100000100));
    assert_true(new > INT64_C(3799999900) && new < INT64_C(3800000100));
    assert_string_equal(sliced.filaments[1].material, "PETG");
    assert_string_equal(sliced.filaments[1].color, "#00FF00");
    sliced_clear(&sliced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_plate),
        cmocka_unit_test(edited_weights_are_told),
        cmocka_unit_test(only_the_printed_plate_counts),
        cmocka_unit_test(what_is_not_sliced_is_refused),
        cmocka_unit_test(hostile_archives_are_refused),
        cmocka_unit_test(half_an_archive_is_refused),
        cmocka_unit_test(settings_behind_the_moves_are_found),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(SCRATCH);
    return failed;
}
