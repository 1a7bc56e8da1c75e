/* Tables of fields: tolerant taking, dumping, comparing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/field.h"

struct sample {
    int8_t tiny;
    int16_t small;
    int32_t flag, number;
    int64_t grams, money, time, wide;
    uint32_t color, low;
    uint64_t bits;
    double real;
    char text[8], date[12];
};

static const struct field table[] = {
    FIELD("t", "tiny", K_INT, struct sample, tiny, 0, 0),
    FIELD("s", "small", K_INT, struct sample, small, 0, 0),
    FIELD("f", "flag", K_BOOL, struct sample, flag, 0, 0),
    FIELD("n", "number", K_INT, struct sample, number, -5, 500),
    FIELD("g", "grams", K_GRAMS, struct sample, grams, 0, 0),
    FIELD("m", "money", K_MONEY, struct sample, money, 0, 0),
    FIELD("at", "time", K_TIME, struct sample, time, 0, 0),
    FIELD("w", "wide", K_INT, struct sample, wide, 0, 0),
    FIELD("c", "color", K_COLOR, struct sample, color, 0, 0),
    FIELD("l", "low", K_BITS, struct sample, low, 0, 0),
    FIELD("b", "bits", K_BITS, struct sample, bits, 0, 0),
    FIELD("r", "real", K_REAL, struct sample, real, -10, 10),
    FIELD("x", "text", K_TEXT, struct sample, text, 0, 0),
    FIELD(NULL, "date", K_DATE, struct sample, date, 0, 0),
};

static const char full[] =
    "{'t':'-7','s':300.0,'f':'true','n':'42','g':1.25,'m':29.99,'at':'2026-08-22T18:15:00Z',"
    "'w':-9007199254740993,'c':'#1a2B3c','l':'FF','b':'3FEFF','r':'2.5','x':'abc',"
    "'date':'2026-02-28'}";

static json_t *parse(const char *text)
{
    char json[512];
    size_t i = 0;
    for (; text[i]; i++)
        json[i] = text[i] == '\'' ? '"' : text[i];
    json[i] = '\0';
    json_t *value = json_loads(json, 0, NULL);
    assert_non_null(value);
    return value;
}

static unsigned load(struct sample *sample, const char *text)
{
    json_t *value = parse(text);
    unsigned bad = field_load_wire(table, LEN(table), sample, value);
    json_decref(value);
    return bad;
}

static void test_takes_every_kind(void **state)
{
    (void)state;
    struct sample sample = {0};
    assert_int_equal(load(&sample, full), 0);
    assert_int_equal(sample.tiny, -7);
    assert_int_equal(sample.small, 300);
    assert_int_equal(sample.flag, 1);
    assert_int_equal(sample.number, 42);
    assert_int_equal(sample.grams, 1250);
    assert_int_equal(sample.money, 2999);
    assert_int_equal(sample.time, 1787422500000);
    assert_true(sample.wide == -9007199254740993);
    assert_int_equal(sample.color, 0x1A2B3CFF);
    assert_int_equal(sample.low, 0xFF);
    assert_int_equal(sample.bits, 0x3FEFF);
    assert_true(sample.real == 2.5);
    assert_string_equal(sample.text, "abc");
    assert_string_equal(sample.date, "2026-02-28");
}

static void test_bad_values_cost_only_themselves(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{'t':128}",
        "{'t':'x'}",
        "{'s':40000}",
        "{'f':2}",
        "{'f':'maybe'}",
        "{'n':501}",
        "{'n':-6}",
        "{'n':[]}",
        "{'n':1e300}",
        "{'n':'1e999'}",
        "{'g':1.2345}",
        "{'m':0.001}",
        "{'at':'yesterday'}",
        "{'c':'red'}",
        "{'c':5}",
        "{'l':'xyz'}",
        "{'b':-1}",
        "{'b':{}}",
        "{'r':11}",
        "{'r':'abc'}",
        "{'x':'too long!'}",
        "{'x':1.5}",
        "{'x':true}",
        "{'date':'2026-02-30'}",
        "{'b':'00000000000000000x'}",
    };
    struct sample before = {0};
    load(&before, full);
    for (size_t i = 0; i < LEN(bad); i++) {
        struct sample after = before;
        assert_int_equal(load(&after, bad[i]), 1);
        assert_int_equal(field_diff(table, LEN(table), &before, &after, 0), LEN(table));
    }
}

static void test_absent_is_unchanged(void **state)
{
    (void)state;
    struct sample before = {0}, after;
    load(&before, full);
    after = before;
    assert_int_equal(load(&after, "{'t':null,'n':'','f':'','c':'','at':'','r':''}"), 0);
    assert_int_equal(field_diff(table, LEN(table), &before, &after, 0), LEN(table));
    assert_int_equal(load(&after, "{'x':''}"), 0); /* a text may well become empty */
    assert_string_equal(after.text, "");
    assert_int_equal(field_diff(table, LEN(table), &before, &after, 0), 12);
}

static void test_other_forms(void **state)
{
    (void)state;
    struct sample sample = {0};
    assert_int_equal(load(&sample, "{'n':true,'f':'0','x':12345,'b':255,'r':3,'l':'1FFFFFFFF'}"),
                     0);
    assert_int_equal(sample.number, 1);
    assert_int_equal(sample.flag, 0);
    assert_string_equal(sample.text, "12345");
    assert_int_equal(sample.bits, 255);
    assert_int_equal(sample.low, 0xFFFFFFFF);
    assert_int_equal(load(&sample, "{'b':'AB0000000000000001'}"), 0);
    assert_int_equal(sample.bits, 1);
}

static void test_dump_and_load(void **state)
{
    (void)state;
    struct sample sample = {0}, again = {0};
    load(&sample, full);
    json_t *dump = json_object();
    field_dump(table, LEN(table), &sample, dump);
    assert_int_equal(json_object_size(dump), LEN(table));
    assert_string_equal(json_string_value(json_object_get(dump, "color")), "1A2B3CFF");
    assert_int_equal(field_load(table, LEN(table), &again, dump), 0);
    assert_int_equal(field_diff(table, LEN(table), &sample, &again, 0), LEN(table));
    json_decref(dump);
    dump = json_object();
    field_dump(table, LEN(table), &(struct sample){0}, dump);
    assert_int_equal(json_object_size(dump), 0);
    json_decref(dump);
}

static void test_not_an_object(void **state)
{
    (void)state;
    struct sample sample = {0};
    json_t *list = json_array();
    assert_int_equal(field_load_wire(table, LEN(table), &sample, list), 0);
    assert_int_equal(field_load_wire(table, LEN(table), &sample, NULL), 0);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_every_kind),
        cmocka_unit_test(test_bad_values_cost_only_themselves),
        cmocka_unit_test(test_absent_is_unchanged),
        cmocka_unit_test(test_other_forms),
        cmocka_unit_test(test_dump_and_load),
        cmocka_unit_test(test_not_an_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
