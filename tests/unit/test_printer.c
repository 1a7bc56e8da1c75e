/* State of a printer over time: settling, partial updates of others, what is volatile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/change.h"
#include "core/rules.h"

enum { START = 1000000 };

static const struct slot_address first = {1, 1};
static struct printer printer, before;
static struct changes changes;

static void tell(const char *text, int64_t now)
{
    json_t *message = json_loads(text, 0, NULL);
    assert_non_null(message);
    before = printer;
    printer_apply(&printer, message, now);
    changes_diff(&before, &printer, &changes);
    json_decref(message);
}

static const char red[] =
    "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"IDLE\",\"ams\":{\"tray_exist_bits\":"
    "\"1\",\"ams_exist_bits\":\"1\",\"ams\":[{\"id\":\"0\",\"humidity\":\"3\",\"tray\":[{\"id\":\"0\","
    "\"tray_type\":\"PLA\",\"tray_info_idx\":\"GFL99\",\"tray_color\":\"FF0000FF\","
    "\"remain\":50}]}]}}}";
static const char blue[] =
    "{\"print\":{\"ams\":{\"ams\":[{\"id\":\"0\",\"tray\":[{\"id\":\"0\",\"tray_type\":\"PLA\","
    "\"tray_info_idx\":\"GFL99\",\"tray_color\":\"0000FFFF\"}]}]}}}";
static const char quiet[] = "{\"print\":{\"command\":\"push_status\",\"msg\":1}}";

static const struct tray *settled(void)
{
    return &printer_slot(&printer, first)->settled;
}

static void begin(void)
{
    printer_init(&printer);
    tell(red, START);
}

static void test_a_change_settles(void **state)
{
    (void)state;
    begin();
    assert_true(changes_have(&changes, CHANGE_UNIT) && changes_have(&changes, CHANGE_REPORTED));
    assert_false(changes_have(&changes, CHANGE_SETTLED));
    assert_int_equal(printer_deadline(&printer), START + RULE_SETTLE_MQTT_MS);
    printer_tick(&printer, START + RULE_SETTLE_MQTT_MS - 1);
    assert_int_equal(settled()->state, SLOT_UNSEEN);
    before = printer;
    printer_tick(&printer, START + RULE_SETTLE_MQTT_MS);
    changes_diff(&before, &printer, &changes);
    assert_true(changes_have(&changes, CHANGE_SETTLED) && changes.count == 1);
    assert_int_equal(settled()->rgba, 0xFF0000FF);
    assert_int_equal(printer_deadline(&printer), INT64_MAX);
}

static void test_every_change_starts_the_wait_again(void **state)
{
    (void)state;
    begin();
    tell(blue, START + 4000);
    tell(quiet, START + 6000);
    assert_int_equal(settled()->state, SLOT_UNSEEN);
    assert_int_equal(printer_deadline(&printer), START + 9000);
    tell(red, START + 20000); /* what was due before is settled first */
    assert_int_equal(settled()->rgba, 0x0000FFFF);
    assert_true(changes_have(&changes, CHANGE_SETTLED));
}

static void test_the_clock_may_be_set_back(void **state)
{
    (void)state;
    begin();
    printer_tick(&printer, START - 3600000);
    assert_int_equal(printer_deadline(&printer), START - 3600000 + RULE_SETTLE_MQTT_MS);
}

static void test_partial_updates_of_others(void **state)
{
    (void)state;
    struct tray tray;
    begin();
    printer_tick(&printer, START + 10000);
    tray_init(&tray);
    tray.state = SLOT_PRESENT;
    tray.has_color = 1;
    tray.rgba = 0x00FF00FF;
    text_copy(tray.material, sizeof tray.material, "ABS");
    printer_apply_slot(&printer, first, &tray, SOURCE_HOMEASSISTANT, START + 20000);
    assert_int_equal(printer_slot(&printer, first)->source, SOURCE_HOMEASSISTANT);
    assert_int_equal(printer_deadline(&printer), START + 20000 + RULE_SETTLE_HOME_ASSISTANT_MS);
    tell(quiet, START + 26000);
    assert_string_equal(settled()->material, "PLA");
    tell(quiet, START + 28000);
    assert_string_equal(settled()->material, "ABS");
    tell(red, START + 40000);
    assert_int_equal(printer_slot(&printer, first)->source, SOURCE_MQTT);
    assert_int_equal(printer_deadline(&printer), START + 45000);
}

static void test_others_may_tell_of_new_slots(void **state)
{
    (void)state;
    struct tray tray;
    printer_init(&printer);
    tray_init(&tray);
    tray.state = SLOT_EMPTY;
    printer_apply_slot(&printer, first, &tray, SOURCE_HOMEASSISTANT, START);
    assert_int_equal(printer_slot(&printer, first)->reported.state, SLOT_EMPTY);
    printer_apply_slot(&printer, (struct slot_address){9, 1}, &tray, SOURCE_HOMEASSISTANT, START);
    assert_int_equal(printer.slot_count, 1);
}

/* SD cards wear: a report of nothing but telemetry must not need a write. */
static void test_telemetry_is_volatile(void **state)
{
    (void)state;
    begin();
    printer_tick(&printer, START + 10000);
    tell("{\"print\":{\"nozzle_temper\":210.5,\"bed_temper\":60,\"mc_percent\":41,"
         "\"mc_remaining_time\":93,\"wifi_signal\":\"-51dBm\",\"cooling_fan_speed\":\"7\","
         "\"stg_cur\":4,\"ams_status\":259,\"spd_lvl\":3,\"chamber_temper\":\"31.0\","
         "\"home_flag\":-1066934785,\"sequence_id\":\"99\",\"msg\":1,\"command\":\"push_status\","
         "\"ams\":{\"version\":12,\"ams\":[{\"id\":\"0\",\"humidity\":\"5\",\"temp\":\"28.5\","
         "\"humidity_raw\":\"23\",\"dry_time\":12}]}}}",
         START + 11000);
    before.remain_enabled = printer.remain_enabled; /* told for the first time */
    before.refill_enabled = printer.refill_enabled;
    assert_true(printer_durable_equal(&before, &printer));
    assert_int_equal(changes.count, 0);
    assert_int_equal(printer.live.percent, 41);
    assert_int_equal(printer.live.wifi_dbm, -51);
    assert_int_equal(printer.live.units[0].humidity_level, 5);
    assert_int_equal(printer.live.units[0].humidity, 23);
    assert_true(printer.live.nozzle == 210.5 && printer.live.chamber == 31.0);
    assert_int_equal(printer.live.message_at, START + 11000);
}

static void test_remain_alone_needs_no_settling(void **state)
{
    (void)state;
    begin();
    printer_tick(&printer, START + 10000);
    tell("{\"print\":{\"ams\":{\"ams\":[{\"id\":0,\"tray\":[{\"id\":0,\"remain\":49}]}]}}}",
         START + 11000);
    assert_true(changes_have(&changes, CHANGE_REPORTED));
    assert_false(changes_have(&changes, CHANGE_SETTLED));
    assert_int_equal(settled()->remain_raw, 49);
    assert_int_equal(printer_deadline(&printer), INT64_MAX);
}

static void test_kinds_of_change(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        enum change_kind kind;
    } rows[] = {
        {"{\"print\":{\"gcode_state\":\"RUNNING\"}}", CHANGE_STATE},
        {"{\"print\":{\"layer_num\":3}}", CHANGE_LAYER},
        {"{\"print\":{\"total_layer_num\":9}}", CHANGE_LAYER},
        {"{\"print\":{\"task_id\":\"77\"}}", CHANGE_IDENTITY},
        {"{\"print\":{\"mapping\":[1,65535]}}", CHANGE_MAPPING},
        {"{\"print\":{\"print_error\":50348044}}", CHANGE_ERROR},
        {"{\"print\":{\"hms\":[{\"attr\":1,\"code\":2}]}}", CHANGE_ERROR},
        {"{\"print\":{\"command\":\"stop\",\"result\":\"success\"}}", CHANGE_ERROR},
        {"{\"print\":{\"ams\":{\"tray_now\":\"0\"}}}", CHANGE_FEEDING},
        {"{\"print\":{\"command\":\"project_file\",\"ams_mapping\":[0]}}", CHANGE_COMMAND},
        {"{\"info\":{\"module\":[{\"name\":\"ota\",\"product_name\":\"Bambu Lab A1\"}]}}",
         CHANGE_MODEL},
        {"{\"system\":{\"command\":\"ledctrl\",\"err_code\":84033545}}", CHANGE_REFUSED},
        {"{\"print\":{\"ams\":{\"ams_exist_bits\":\"2\",\"tray_exist_bits\":\"1\"}}}",
         CHANGE_UNIT_GONE},
        {"{\"print\":{\"ams\":{\"ams_exist_bits\":\"3\",\"tray_exist_bits\":\"1\"}}}", CHANGE_UNIT},
    };
    begin();
    printer_tick(&printer, START + 10000);
    for (size_t i = 0; i < LEN(rows); i++) {
        tell(rows[i].message, START + 20000 + (int64_t)i);
        assert_true(changes_have(&changes, rows[i].kind));
        assert_int_equal(changes.count, 1);
        assert_true(*change_slug(rows[i].kind) != '\0');
        assert_false(printer_durable_equal(&before, &printer));
    }
}

/* The caller's knowledge outranks the board's names, the printer's own product name all. */
static void test_models_by_trust(void **state)
{
    (void)state;
    printer_init(&printer);
    printer_describe(&printer, "01P00A000000001", MODEL_UNKNOWN);
    assert_int_equal(printer.model, MODEL_P1S);
    tell("{\"info\":{\"module\":[{\"name\":\"esp32\",\"project_name\":\"C11\"}]}}", START);
    assert_int_equal(printer.model, MODEL_P1P);
    printer_describe(&printer, "", MODEL_X1E);
    assert_int_equal(printer.model, MODEL_X1E);
    tell("{\"info\":{\"module\":[{\"name\":\"ap\",\"hw_ver\":\"AP05\"}]}}", START);
    assert_int_equal(printer.model, MODEL_X1E);
    tell("{\"info\":{\"module\":[{\"name\":\"ota\",\"product_name\":\"Bambu Lab H2D\",\"sn\":\"\","
         "\"sw_ver\":\"01.02.03.04\"},{\"name\":\"ams/0\",\"sn\":\"\"}]}}",
         START);
    assert_int_equal(printer.model, MODEL_H2D);
    assert_int_equal(printer.nozzles, 2);
    assert_string_equal(printer.serial, "01P00A000000001");
    assert_string_equal(printer.firmware, "01.02.03.04");
}

static void test_loading_refuses_what_is_not_ours(void **state)
{
    (void)state;
    json_t *other = json_pack("{s:i}", "version", 99);
    begin();
    assert_false(printer_load(&printer, other));
    assert_int_equal(printer.slot_count, 0);
    assert_false(printer_load(&printer, NULL));
    json_decref(other);
}

static void test_messages_that_are_none(void **state)
{
    (void)state;
    json_t *list = json_array();
    begin();
    before = printer;
    assert_int_equal(printer_apply(&printer, list, START), 1);
    assert_int_equal(printer_apply(&printer, NULL, START), 1);
    tell("{\"print\":7}", START);
    tell("{}", START);
    assert_true(printer_durable_equal(&before, &printer));
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_settles),
        cmocka_unit_test(test_every_change_starts_the_wait_again),
        cmocka_unit_test(test_the_clock_may_be_set_back),
        cmocka_unit_test(test_partial_updates_of_others),
        cmocka_unit_test(test_others_may_tell_of_new_slots),
        cmocka_unit_test(test_telemetry_is_volatile),
        cmocka_unit_test(test_remain_alone_needs_no_settling),
        cmocka_unit_test(test_kinds_of_change),
        cmocka_unit_test(test_models_by_trust),
        cmocka_unit_test(test_loading_refuses_what_is_not_ours),
        cmocka_unit_test(test_messages_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
