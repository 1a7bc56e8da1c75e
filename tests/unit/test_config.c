#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "service/config.h"
#include "service/config_env.h"
#include "service/config_file.h"
#include "service/config_print.h"
#include "service/config_rules.h"

static struct config *from_text(const char *text)
{
    struct config *config = config_new();
    assert_non_null(config);
    config_file_text(config, "a.conf", text, strlen(text));
    return config;
}

static char *problems_of(const struct config *config)
{
    auto_buf out = {0};
    for (size_t i = 0; i < config_problem_count(config); i++)
        buf_format(&out, "%s\n", config_problem(config, i));
    return buf_take(&out, NULL);
}

/* One broken file for each row: the problem must name the line and hold the words. */
static const struct {
    const char *text, *place, *words;
} broken[] = {
    {"[server]\nlisten 8080\n", "a.conf:2: ", "expected [section] or key = value"},
    {"[server\nlisten = off\n", "a.conf:1: ", "a section is written [name]"},
    {"listen = 127.0.0.1:80\n", "a.conf:1: ", "a key before the first [section]"},
    {"[sever]\n", "a.conf:1: ", "unknown section [sever]; did you mean [server]?"},
    {"[qqqqqqqqqqq]\n", "a.conf:1: ", "unknown section [qqqqqqqqqqq]"},
    {"[printer]\nhost = a\n", "a.conf:1: ", "[printer.NAME]"},
    {"[printer.]\nhost = a\n", "a.conf:1: ", "unknown section"},
    {"[printer.a b]\nhost = a\n", "a.conf:2: ", "1 to 64 letters"},
    {"[server]\nlistem = off\n",
     "a.conf:2: ", "unknown key listem in [server]; did you mean listen?"},
    {"[server]\n\nzzzzzzzzzzz = 1\n", "a.conf:3: ", "unknown key zzzzzzzzzzz in [server]"},
    {"[printer.a]\nhots = b\n", "a.conf:2: ", "did you mean host?"},
    {"[server]\nlisten = 8080\n", "a.conf:2: ", "expected ADDRESS:PORT"},
    {"[server]\nlisten = 127.0.0.1:8480, ::1:99\n", "a.conf:2: ", "expected ADDRESS:PORT"},
    {"[server]\nlisten = 127.0.0.1:70000\n", "a.conf:2: ", "expected ADDRESS:PORT"},
    {"[server]\nlisten = example.com:80\n", "a.conf:2: ", "expected ADDRESS:PORT"},
    {"[server]\nlisten = 192.168.1.5:80\n", "a.conf:2: ", "plain HTTP stays on 127.0.0.1"},
    {"[server]\nlisten = *:80\n", "a.conf:2: ", "plain HTTP stays on 127.0.0.1"},
    {"[server]\nlisten = off\nhttps_listen = off\n", "", "both off"},
    {"[server]\nlog_level = loud\n", "a.conf:2: ", "expected one of: error, warn, info, debug"},
    {"[server]\nlog_level = info\nlog_level = warn\n",
     "a.conf:3: ", "set twice, first in a.conf:2"},
    {"[server]\ntls_key = /k\n", "a.conf:2: ", "needs tls_certificate"},
    {"[server]\ntls_certificate = c\n", "a.conf:2: ", "expected an absolute path"},
    {"[server]\nallowed_hosts = a b\n", "a.conf:2: ", "expected a host name"},
    {"[server]\ncors_origin = https://a/path\n", "a.conf:2: ", "expected an origin"},
    {"[printers]\nfetch_sliced_file = maybe\n", "a.conf:2: ", "expected on or off"},
    {"[printer.a]\nserial = 01P00A0\n", "a.conf:2: ", "expected a serial number"},
    {"[printer.a]\nserial = 01P00A000000001\nhost = h\n", "a.conf:2: ", "has no access_code"},
    {"[printer.a]\naccess_code = 12345678\nhost = h\n", "a.conf:2: ", "has no serial"},
    {"[printer.a]\naccess_code = 12345678\nserial = 01P00A000000001\n",
     "a.conf:2: ", "has no host"},
    {"[printer.a]\nport = 0\n", "a.conf:2: ", "whole number within the limits: 1 to 65535"},
    {"[printer.a]\nport = 12x\n", "a.conf:2: ", "expected a whole number"},
    {"[printer.a]\npin = abcd\n", "a.conf:2: ", "expected a SHA-256"},
    {"[printer.a]\nmodel = Z9\n", "a.conf:2: ", "expected a model such as"},
    {"[printer.a]\nname =\n", "a.conf:2: ", "length"},
    {"[printer.a]\nserial=01P00A000000001\nhost=h\naccess_code=12345678\n"
     "[printer.b]\nserial=01P00A000000001\nhost=h\naccess_code=12345678\n",
     "a.conf:6: ", "another section has the same serial"},
    {"[homeassistant]\nurl = ftp://a\n", "a.conf:2: ", "expected a URL"},
    {"[homeassistant]\nurl = http://user:pw@a\n", "a.conf:2: ", "expected a URL"},
    {"[homeassistant]\nurl = http://a\n", "a.conf:2: ", "needs token"},
    {"[homeassistant]\npoll_seconds = 9999\n", "a.conf:2: ", "0 to 3600"},
    {"[homeassistant.entities]\nsensor.x = p1s/9/1\n", "a.conf:2: ", "expected printer/unit/slot"},
    {"[homeassistant.entities]\nsensor.x = p1s/1\n", "a.conf:2: ", "expected printer/unit/slot"},
    {"[homeassistant.entities]\nsensor.x = p1s/1/5\n", "a.conf:2: ", "expected printer/unit/slot"},
    {"[homeassistant.entities]\nsensor.x = p1s/1/2/weight\n",
     "a.conf:2: ", "expected printer/unit/slot"},
    {"[homeassistant.entities]\nsensor.x = p 1s/1/2\n", "a.conf:2: ", "expected printer/unit/slot"},
    {"[homeassistant.entities]\na.b = p/1/1\na.b = p/1/2\n", "a.conf:3: ", "a.b is set twice"},
    {"[webhook]\nsecret = short\n", "a.conf:2: ", "length is outside the limits: 16 to 256"},
    {"[webhook]\nsecret2 = 0123456789abcdef\n", "a.conf:2: ", "needs secret"},
    {"[webhook]\nsecret = file:/nowhere/at/all\n", "a.conf:2: ", "cannot read /nowhere/at/all"},
    {"[webhook]\nsecret = cred:hook\n", "a.conf:2: ", "LoadCredential="},
    {"[webhook]\nsecret = file:\n", "a.conf:2: ", "expected file:PATH or cred:NAME"},
    {"[thresholds]\nglobal_grams = 1.2345\n", "a.conf:2: ", "expected grams"},
    {"[thresholds]\nglobal_grams = -1\n", "a.conf:2: ", "expected grams"},
    {"[thresholds.materials]\nPLA = lots\n",
     "a.conf:2: ", "thresholds.materials.PLA: expected grams"},
    {"[push.apns]\nkey_id = ABC\n", "a.conf:2: ", "length"},
    {"[push.apns]\nkey_id = ABCDEFGHIJ\n", "a.conf:2: ", "needs key"},
    {"[push.smtp]\nurl = http://a\n", "a.conf:2: ", "expected a URL"},
    {"[push.smtp]\nto = a@b.c\n", "a.conf:2: ", "needs url"},
    {"[privacy]\nkeep_names_days = -1\n", "a.conf:2: ", "0 to 36500"},
    {"[currency]\ncode = eur\n", "a.conf:2: ", "three capitals"},
    {"[server]\nlog_level = \xff\xfe\n", "a.conf:2: ", "not UTF-8"},
};

static void test_each_error_names_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(broken); i++) {
        struct config *config = from_text(broken[i].text);
        bool good = config_check(config, NULL);
        auto_free char *said = problems_of(config);
        char *hit = strstr(said, broken[i].words);
        if (good || !hit || !strstr(said, broken[i].place))
            fail_msg("%s\nwanted %s%s, got:\n%s", broken[i].text, broken[i].place, broken[i].words,
                     said);
        config_free(config);
    }
}

static void test_all_errors_are_named(void **state)
{
    (void)state;
    struct config *config = from_text("[server]\nlisten = x\nbogus = 1\n[nope]\na = 1\n"
                                      "[thresholds]\nglobal_grams = x\nnothing here\n");
    assert_false(config_check(config, NULL));
    auto_free char *said = problems_of(config);
    static const char *const places[] = {
        "a.conf:2: ", "a.conf:3: ", "a.conf:4: ", "a.conf:7: ", "a.conf:8: "};
    for (size_t i = 0; i < LEN(places); i++)
        assert_non_null(strstr(said, places[i]));
    assert_int_equal(config_problem_count(config), LEN(places));
    config_free(config);
}

static const char whole[] =
    "\xEF\xBB\xBF; a comment\n"
    "[server]\n"
    "  listen = 127.0.0.1:1, [::1]:2   ; two\n"
    "  listen = 127.0.0.2:3\n"
    "log_level = debug\r\n"
    "\n# another\n"
    "[printer.work.shop]\n"
    "serial = 01P00A000000001\n"
    "host = 192.168.1.20\n"
    "access_code = 12345678\n"
    "pin = AA:bb0011223344556677001122334455667700112233445566778899aabbccdd\n"
    "model = A1 mini\n"
    "enabled = no\n"
    "[homeassistant.entities]\n"
    "sensor.p1s_ams_1_tray_1 = work.shop/1/1\n"
    "sensor.colour = work.shop/128/1/color\n"
    "[thresholds.materials]\n"
    "PLA Matte = 120.5\n";

static void test_values_and_defaults(void **state)
{
    (void)state;
    struct config *config = from_text(whole);
    bool good = config_check(config, NULL);
    auto_free char *said = problems_of(config);
    if (!good)
        fail_msg("%s", said);
    assert_string_equal(config_text(config, "server", "log_level"), "debug");
    assert_null(config_text(config, "server", "tls_key"));
    assert_int_equal(config_int(config, "homeassistant", "poll_seconds"), 30);
    assert_true(config_bool(config, "printers", "fetch_sliced_file"));
    assert_string_equal(config_named(config, "printer", "work.shop", "model"), "A1 mini");
    assert_null(config_named(config, "printer", "work.shop", "port"));
    size_t at = 0, count = 0;
    while (config_each(config, "server", "listen", &at))
        count++;
    assert_int_equal(count, 3);
    at = 0;
    assert_string_equal(config_each_name(config, "printer", &at), "work.shop");
    assert_null(config_each_name(config, "printer", &at));
    config_free(config);
}

static void test_stronger_sources_win(void **state)
{
    (void)state;
    char level[] = "FILAMENTD_SERVER_LOG_LEVEL=warn", topic[] = "FILAMENTD_PUSH_NTFY_TOPIC=rolls";
    char code[] = "FILAMENTD_PRINTER_WORK_SHOP_ACCESS_CODE=87654321";
    char fresh[] = "FILAMENTD_PRINTER_01S00A0_HOST=h2";
    char other[] = "FILAMENTD_BINARY=/x", plain[] = "HOME=/";
    char *environment[] = {level, topic, code, fresh, other, plain, NULL};
    struct config *config = from_text(whole);
    config_env_read(config, environment);
    config_set(config, "server", "listen", "127.0.0.1:9", CONFIG_FROM_COMMAND_LINE, "--listen", 0);
    config_set(config, "currency", "code", "EUR", CONFIG_FROM_API, "API", 0);
    assert_int_equal(config_problem_count(config), 0);
    assert_string_equal(config_text(config, "server", "log_level"), "warn");
    assert_string_equal(config_text(config, "push.ntfy", "topic"), "rolls");
    assert_string_equal(config_named(config, "printer", "work.shop", "access_code"), "87654321");
    assert_string_equal(config_named(config, "printer", "01S00A0", "host"), "h2");
    assert_string_equal(config_text(config, "server", "listen"), "127.0.0.1:9");
    assert_string_equal(config_text(config, "currency", "code"), "EUR");
    config_free(config);
}

static void test_wrong_variables_are_named(void **state)
{
    (void)state;
    char key[] = "FILAMENTD_SERVER_LISTEM=off", value[] = "FILAMENTD_CURRENCY_CODE=euro";
    char *environment[] = {key, value, NULL};
    struct config *config = config_new();
    config_env_read(config, environment);
    auto_free char *said = problems_of(config);
    assert_non_null(strstr(said, "FILAMENTD_SERVER_LISTEM: no key of that name"));
    assert_non_null(strstr(said, "FILAMENTD_CURRENCY_CODE: currency.code: expected a currency"));
    config_free(config);
}

static void test_secrets_come_from_files(void **state)
{
    (void)state;
    char path[] = "/tmp/test-config-XXXXXX", variable[100];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "0123456789abcdef\n", 17), 17);
    close(fd);
    snprintf(variable, sizeof variable, "FILAMENTD_WEBHOOK_SECRET_FILE=%s", path);
    char *environment[] = {variable, NULL};
    struct config *config = from_text("[webhook]\nsecret2 = cred:test-config\n");
    char folder[] = "/tmp", credential[60];
    snprintf(credential, sizeof credential, "cred:%s", path + strlen("/tmp/"));
    config_set(config, "webhook", "secret2", credential, CONFIG_FROM_COMMAND_LINE, "--set", 0);
    config_env_read(config, environment);
    assert_true(config_check(config, folder));
    assert_string_equal(config_text(config, "webhook", "secret"), "0123456789abcdef");
    assert_string_equal(config_text(config, "webhook", "secret2"), "0123456789abcdef");
    unlink(path);
    config_free(config);
}

static void test_printing_redacts_and_tells_origins(void **state)
{
    (void)state;
    struct config *config = from_text(whole);
    config_set(config, "currency", "code", "EUR", CONFIG_FROM_API, "API", 0);
    auto_buf out = {0};
    config_print_values(config, &out);
    assert_null(strstr(out.data, "12345678"));
    assert_non_null(strstr(out.data, "(set, not shown)"));
    assert_non_null(strstr(out.data, "; a.conf:5\n"));
    assert_non_null(strstr(out.data, "; default\n"));
    assert_non_null(strstr(out.data, "; API\n"));
    assert_non_null(strstr(out.data, "[printer.work.shop]\n"));
    struct config *again = config_new();
    config_file_text(again, "again", out.data, out.len);
    assert_int_equal(config_problem_count(again), 0);
    assert_string_equal(config_text(again, "server", "log_level"), "debug");
    config_free(again);
    config_free(config);
}

static void test_long_lines_are_refused_not_cut(void **state)
{
    (void)state;
    auto_buf text = {0};
    buf_text(&text, "[server]\nlog_level = info\nstate_dir = /");
    for (int i = 0; i < 300; i++)
        buf_char(&text, 'x');
    buf_text(&text, "\nlog_level = warn\n");
    struct config *config = from_text(text.data);
    auto_free char *said = problems_of(config);
    assert_non_null(strstr(said, "a.conf:3: the line is longer than 197 bytes"));
    assert_non_null(strstr(said, "a.conf:4: log_level is set twice, first in a.conf:2"));
    config_free(config);
}

static void test_slots_of_entities(void **state)
{
    (void)state;
    struct config_slot slot;
    assert_true(config_rules_slot("p1s/255/2/material", &slot));
    assert_string_equal(slot.printer, "p1s");
    assert_int_equal(slot.unit, 255);
    assert_int_equal(slot.slot, 2);
    assert_string_equal(slot.part, "material");
    assert_false(config_rules_slot("/1/1", &slot));
    assert_false(config_rules_slot("p/1/1/", &slot));
    assert_false(config_rules_slot("p/1/1/color/x", &slot));
}

static void test_the_table_is_whole(void **state)
{
    (void)state;
    for (const struct config_key *row = config_keys; row->section; row++) {
        assert_non_null(row->doc);
        assert_true(row->kind != CONFIG_WORD || row->words);
        assert_ptr_equal(config_key_find(row->section, row->key), row);
        if (row->preset && !(row->flags & CONFIG_LIST))
            assert_null(config_rules_fault(row, row->preset));
    }
    struct config *config = config_new();
    assert_true(config_check(config, NULL));
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_error_names_its_line),
        cmocka_unit_test(test_all_errors_are_named),
        cmocka_unit_test(test_values_and_defaults),
        cmocka_unit_test(test_stronger_sources_win),
        cmocka_unit_test(test_wrong_variables_are_named),
        cmocka_unit_test(test_secrets_come_from_files),
        cmocka_unit_test(test_printing_redacts_and_tells_origins),
        cmocka_unit_test(test_long_lines_are_refused_not_cut),
        cmocka_unit_test(test_slots_of_entities),
        cmocka_unit_test(test_the_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
