/* core/code: what is printed on labels and written on tags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/code.h"

static const struct {
    const char *text;
    enum code_kind kind;
    const char *id;
} texts[] = {
    {"HTTPS://SPOOLS.EXAMPLE:8443/S/12", CODE_SPOOL, "12"},
    {"https://host/s/12/", CODE_SPOOL, "12"},
    {"http://host/s/12?utm=1#x", CODE_SPOOL, "12"},
    {"https://host/below/s/12", CODE_SPOOL, "12"},
    {"https://host/s/12a", CODE_UNKNOWN, ""},
    {"https://host/s/", CODE_UNKNOWN, ""},
    {"https:///s/12", CODE_UNKNOWN, ""},
    {"ftp://host/s/12", CODE_UNKNOWN, ""},
    {"FILTRK:S-7", CODE_SPOOL, "7"},
    {"filtrk:s-007", CODE_SPOOL, "7"},
    {"filtrk:s-0", CODE_UNKNOWN, ""},
    {"filtrk:s-", CODE_UNKNOWN, ""},
    {"filtrk:s--7", CODE_UNKNOWN, ""},
    {"filtrk:s-1234567890", CODE_UNKNOWN, ""},
    {" 12\n", CODE_SPOOL, "12"},
    {"#12", CODE_SPOOL, "12"},
    {"0", CODE_UNKNOWN, ""},
    {"-5", CODE_UNKNOWN, ""},
    {"0198C0DE-0000-7000-8000-000000000000", CODE_SPOOL, "0198c0de-0000-7000-8000-000000000000"},
    {"0198C0DE-0000-7000-8000-00000000000g", CODE_UNKNOWN, ""},
    {"WEB+SPOOLMAN:S-42", CODE_SPOOLMAN, "42"},
    {"http://192.168.1.5:7912/spool/show/42", CODE_SPOOLMAN, "42"},
    {"https://home/spoolman/spool/show/42/", CODE_SPOOLMAN, "42"},
    {"https://prusament.com/spool/17705/5b1a183b26/", CODE_PRUSAMENT, "17705/5b1a183b26"},
    {"https://www.PRUSAMENT.com/spool/?spoolId=5b1a183b26", CODE_PRUSAMENT, "5b1a183b26"},
    {"https://prusament.com/?a=b&spoolId=5b1a&c", CODE_PRUSAMENT, "5b1a"},
    {"https://prusament.com/", CODE_UNKNOWN, ""},
    {"https://notprusament.com/spool/1/2", CODE_UNKNOWN, ""},
    {"0123456789abcdef0123456789ABCDEF", CODE_TRAY_UUID, "0123456789ABCDEF0123456789ABCDEF"},
    {"00000000000000000000000000000000", CODE_UNKNOWN, ""},
    {"04a1b2c3d4e5f601", CODE_TAG_UID, "04A1B2C3D4E5F601"},
    {"04a1b2c3d4e5f6", CODE_UNKNOWN, ""},
    {"4006381333931", CODE_BARCODE, "4006381333931"},
    {"4006381333930", CODE_UNKNOWN, ""},
    {"036000291452", CODE_BARCODE, "0036000291452"},
    {"96385074", CODE_BARCODE, "96385074"},
    {"96385075", CODE_SPOOL, "96385075"},
    {"00000000", CODE_UNKNOWN, ""},
    {"", CODE_UNKNOWN, ""},
    {"hello", CODE_UNKNOWN, ""},
};

static void plain_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(texts); i++) {
        struct code code;
        bool known = code_text(texts[i].text, &code);
        if (code.kind != texts[i].kind || strcmp(code.id, texts[i].id) != 0 ||
            known != (texts[i].kind != CODE_UNKNOWN))
            fail_msg("%s: %s %s", texts[i].text, code_slug(code.kind), code.id);
    }
    char barcode[CODE_BARCODE_SIZE];
    assert_true(code_barcode("04006381333931", barcode));
    assert_string_equal(barcode, "4006381333931");
    assert_true(code_barcode("10036000291459", barcode));
    assert_string_equal(barcode, "10036000291459");
}

static void openspool(void **state)
{
    (void)state;
    struct code code;
    json_auto_t *tag = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "protocol", "openspool",
                                 "version", "1.0", "type", "PLA", "color_hex", "FFAABB", "brand",
                                 "Generic", "min_temp", "220", "max_temp", "240");
    assert_true(code_json(tag, &code));
    assert_int_equal(code.kind, CODE_OPENSPOOL);
    assert_string_equal(code.roll.material, "PLA");
    assert_string_equal(code.roll.brand, "Generic");
    assert_string_equal(code.roll.product, "");
    assert_true(code.roll.has_color);
    assert_int_equal(code.roll.color.g, 0xAA);
    assert_int_equal(code.roll.nozzle_min, 220);
    assert_int_equal(code.roll.nozzle_max, 240);
    assert_int_equal(code.roll.bed_min, -1);
    json_object_set_new(tag, "min_temp", json_string("hot"));
    json_object_set_new(tag, "max_temp", json_string("4000"));
    assert_true(code_json(tag, &code));
    assert_int_equal(code.roll.nozzle_min, -1);
    assert_int_equal(code.roll.nozzle_max, -1);
    json_auto_t *other = json_pack("{s:s}", "protocol", "other");
    assert_false(code_json(other, &code));
    assert_false(code_json(NULL, &code));
}

static void openprinttag_by_names(void **state)
{
    (void)state;
    struct code code;
    json_auto_t *tag = json_pack(
        "{s:{s:s, s:I, s:s, s:s, s:s, s:i, s:i, s:s, s:f}, s:{s:f}}", "main", "instance_uuid",
        "31062f81-b5bd-4f86-a5f8-46367e841508", "gtin", (json_int_t)4006381333931, "material_type",
        "PETG", "material_name", "PETG Night", "brand_name", "Acme", "nominal_netto_full_weight",
        1000, "min_print_temperature", 230, "primary_color", "#00112280", "density", 1.27, "aux",
        "consumed_weight", 120.5);
    assert_true(code_json(tag, &code));
    assert_int_equal(code.kind, CODE_OPENPRINTTAG);
    assert_string_equal(code.id, "31062f81-b5bd-4f86-a5f8-46367e841508");
    assert_string_equal(code.roll.barcode, "4006381333931");
    assert_string_equal(code.roll.product, "PETG Night");
    assert_int_equal(code.roll.full_mg, 1000000);
    assert_int_equal(code.roll.used_mg, 120500);
    assert_int_equal(code.roll.color.a, 0x80);
    assert_float_equal(code.roll.density, 1.27, 1e-9);
}

static size_t bytes_of(const char *hex, uint8_t *to, size_t size)
{
    size_t len = 0;
    assert_true(text_unhex(to, size, hex, &len));
    return len;
}

static const char whole_tag[] = "a10218"
                                "4b" /* meta: auxiliary region at 75 */
                                "bf" /* main, indefinite */
                                "0050000102030405060708090a0b0c0d0e0f" /* instance */
                                "0901"                                 /* PETG */
                                "0a644e696768"                         /* "Nigh" */
                                "0b6441636d65"                         /* "Acme" */
                                "101903e8"
                                "111903f4"     /* 1000 g, really 1012 g */
                                "121880"       /* 128 g */
                                "1344ff880080" /* colour */
                                "181d"
                                "f93c00" /* density 1.0 as half */
                                "1822"
                                "fa43660000" /* 230.0 as float */
                                "1823"
                                "fb406f400000000000" /* 250.0 as double */
                                "181c"
                                "9f01820203ff" /* lists are skipped */
                                "1864"
                                "c11a514b67b0" /* so are tagged values */
                                "ff"
                                "00"          /* unused */
                                "a100f95bd4"; /* auxiliary: 250.5 g */

static void openprinttag_bytes(void **state)
{
    (void)state;
    uint8_t bytes[CODE_BYTES_MOST];
    struct code code;
    size_t len = bytes_of(whole_tag, bytes, sizeof bytes);
    bytes[3] = (uint8_t)(len - 5); /* where the auxiliary map begins */
    assert_true(code_cbor(bytes, len, &code));
    assert_string_equal(code.id, "00010203-0405-0607-0809-0a0b0c0d0e0f");
    assert_string_equal(code.roll.material, "PETG");
    assert_string_equal(code.roll.product, "Nigh");
    assert_string_equal(code.roll.brand, "Acme");
    assert_int_equal(code.roll.full_mg, 1012000);
    assert_int_equal(code.roll.tare_mg, 128000);
    assert_int_equal(code.roll.used_mg, 250500);
    assert_int_equal(code.roll.color.r, 0xFF);
    assert_int_equal(code.roll.color.a, 0x80);
    assert_float_equal(code.roll.density, 1.0, 1e-9);
    assert_int_equal(code.roll.nozzle_min, 230);
    assert_int_equal(code.roll.nozzle_max, 250);
    for (size_t cut = 0; cut < len - 6; cut++) /* never past its end, and never half a roll */
        assert_false(code_cbor(bytes, cut, &code));
}

static void broken_bytes(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        "a0",
        "a0a1",
        "a0a100",
        "a080",
        "80a0",
        "a0bf00",
        "a0a1001c",
        "a0a1005f",
        "a0a10a7bffffffffffffffff",
        "a0bbffffffffffffffff",
        "a1001903e8a0",
        "a0a1188081818181818181818181818100",
    };
    uint8_t bytes[CODE_BYTES_MOST];
    struct code code;
    for (size_t i = 0; i < LEN(broken); i++) {
        size_t len = broken[i][0] ? bytes_of(broken[i], bytes, sizeof bytes) : 0;
        if (code_cbor(bytes, len, &code))
            fail_msg("%s was taken", broken[i]);
        assert_int_equal(code.kind, CODE_UNKNOWN);
    }
    size_t len = bytes_of("a0a0", bytes, sizeof bytes);
    assert_true(code_cbor(bytes, len, &code)); /* says nothing, and is one */
    assert_int_equal(code.roll.full_mg, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_texts),           cmocka_unit_test(openspool),
        cmocka_unit_test(openprinttag_by_names), cmocka_unit_test(openprinttag_bytes),
        cmocka_unit_test(broken_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
