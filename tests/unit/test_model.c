#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/model.h"

static const struct {
    enum model model;
    const char *name, *product, *code, *serial;
    int nozzles;
} rows[] = {
    {MODEL_X1, "X1", "Bambu Lab X1", "BL-P002", "00W00A000000001", 1},
    {MODEL_X1C, "X1C", "Bambu Lab X1-Carbon", "BL-P001", "00M00A000000001", 1},
    {MODEL_X1E, "X1E", "Bambu Lab X1E", "C13", "03W00A000000001", 1},
    {MODEL_P1P, "P1P", "Bambu Lab P1P", "C11", "01S00A000000001", 1},
    {MODEL_P1S, "P1S", "Bambu Lab P1S", "C12", "01P00A000000001", 1},
    {MODEL_P2S, "P2S", "Bambu Lab P2S", "N7", "22E00A000000001", 1},
    {MODEL_A1_MINI, "A1 mini", "Bambu Lab A1 mini", "N1", "03000A000000001", 1},
    {MODEL_A1, "A1", "Bambu Lab A1", "N2S", "03900A000000001", 1},
    {MODEL_A2L, "A2L", "Bambu Lab A2L", "N9", "26A190000000001", 1},
    {MODEL_H2D, "H2D", "Bambu Lab H2D", "O1D", "09400A000000001", 2},
    {MODEL_H2D_PRO, "H2D Pro", "Bambu Lab H2D Pro", "O1E", NULL, 2},
    {MODEL_H2S, "H2S", "Bambu Lab H2S", "O1S", "09300A000000001", 1},
    {MODEL_H2C, "H2C", "Bambu Lab H2C", "O1C2", NULL, 2},
    {MODEL_X2D, "X2D", "Bambu Lab X2D", "N6", "20P900000000001", 2},
};

static void test_every_model(void **state)
{
    (void)state;
    assert_int_equal(LEN(rows), MODEL_COUNT - 1);
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_string_equal(model_name(rows[i].model), rows[i].name);
        assert_int_equal(model_from_name(rows[i].name), rows[i].model);
        assert_int_equal(model_from_name(rows[i].product), rows[i].model);
        assert_int_equal(model_from_code(rows[i].code), rows[i].model);
        assert_int_equal(model_nozzles(rows[i].model), rows[i].nozzles);
        if (rows[i].serial)
            assert_int_equal(model_from_serial(rows[i].serial), rows[i].model);
    }
}

static void test_spellings(void **state)
{
    (void)state;
    assert_int_equal(model_from_name("bambu lab x1 carbon"), MODEL_X1C);
    assert_int_equal(model_from_name("A1MINI"), MODEL_A1_MINI);
    assert_int_equal(model_from_code("o1e"), MODEL_H2D_PRO);
    assert_int_equal(model_from_code("O2D"), MODEL_H2D_PRO);
    assert_int_equal(model_from_serial("01p00a2b3c4d5e6"), MODEL_P1S); /* bambuddy #1465 */
}

static void test_unknown(void **state)
{
    (void)state;
    assert_int_equal(model_from_name(""), MODEL_UNKNOWN);
    assert_int_equal(model_from_name("Bambu Lab "), MODEL_UNKNOWN);
    assert_int_equal(model_from_name("Bambu Lab Z9"), MODEL_UNKNOWN);
    assert_int_equal(model_from_code(""), MODEL_UNKNOWN);
    assert_int_equal(model_from_serial(""), MODEL_UNKNOWN);
    assert_int_equal(
        model_from_serial("00M0000000000000000000000000000000000000000000000000000000000"),
        MODEL_UNKNOWN);
    assert_string_equal(model_name(MODEL_UNKNOWN), "");
    assert_string_equal(model_name(MODEL_COUNT), "");
    assert_int_equal(model_nozzles(MODEL_UNKNOWN), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_model),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
