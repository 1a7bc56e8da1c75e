#include "core/model.h"

#include <stddef.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"

struct row {
    const char *name;
    const char *vendor;   /* without "Bambu Lab " */
    const char *codes[3]; /* NULL ends */
    const char *prefix;   /* of the serial number; NULL: none of its own */
    int nozzles;
};

static const struct row rows[MODEL_COUNT] = {
    [MODEL_UNKNOWN] = {"", "", {0}, NULL, 0},
    [MODEL_X1] = {"X1", "X1", {"BL-P002"}, "00W", 1},
    [MODEL_X1C] = {"X1C", "X1 Carbon", {"BL-P001"}, "00M", 1},
    [MODEL_X1E] = {"X1E", "X1E", {"C13"}, "03W", 1},
    [MODEL_P1P] = {"P1P", "P1P", {"C11"}, "01S", 1},
    [MODEL_P1S] = {"P1S", "P1S", {"C12"}, "01P", 1},
    [MODEL_P2S] = {"P2S", "P2S", {"N7"}, "22E", 1},
    [MODEL_A1_MINI] = {"A1 mini", "A1 mini", {"N1"}, "030", 1},
    [MODEL_A1] = {"A1", "A1", {"N2S"}, "039", 1},
    [MODEL_A2L] = {"A2L", "A2L", {"N9"}, "26A19", 1},
    [MODEL_H2D] = {"H2D", "H2D", {"O1D"}, "094", 2}, /* a guess: H2S and H2C were seen with it */
    [MODEL_H2D_PRO] = {"H2D Pro", "H2D Pro", {"O1E", "O2D"}, NULL, 2},
    [MODEL_H2S] = {"H2S", "H2S", {"O1S"}, "093", 1},
    [MODEL_H2C] = {"H2C", "H2C", {"O1C", "O1C2"}, NULL, 2},
    [MODEL_X2D] = {"X2D", "X2D", {"N6"}, "20P9", 2},
};

const char *model_name(enum model model)
{
    return model < MODEL_COUNT ? rows[model].name : "";
}

int model_nozzles(enum model model)
{
    return model < MODEL_COUNT ? rows[model].nozzles : 0;
}

/* Equal but for case, blanks and dashes: "X1-Carbon", "x1 carbon". */
static bool same_words(const char *a, const char *b)
{
    for (;;) {
        a += strspn(a, " -_");
        b += strspn(b, " -_");
        char one[2] = {*a, '\0'}, other[2] = {*b, '\0'};
        if (!text_equal_nocase(one, other))
            return false;
        if (!*a)
            return true;
        a++;
        b++;
    }
}

enum model model_from_name(const char *text)
{
    static const char maker[] = "Bambu Lab ";
    char head[sizeof maker];
    if (strlen(text) > strlen(maker) && text_copy_len(head, sizeof head, text, strlen(maker)) &&
        text_equal_nocase(head, maker))
        text += strlen(maker);
    for (int i = MODEL_UNKNOWN + 1; i < MODEL_COUNT; i++) {
        if (same_words(text, rows[i].name) || same_words(text, rows[i].vendor))
            return (enum model)i;
    }
    return MODEL_UNKNOWN;
}

enum model model_from_code(const char *code)
{
    for (int i = MODEL_UNKNOWN + 1; i < MODEL_COUNT; i++) {
        for (size_t k = 0; k < LEN(rows[i].codes) && rows[i].codes[k]; k++) {
            if (text_equal_nocase(code, rows[i].codes[k]))
                return (enum model)i;
        }
    }
    return MODEL_UNKNOWN;
}

enum model model_from_serial(const char *serial)
{
    char upper[32];
    if (!text_copy(upper, sizeof upper, serial))
        return MODEL_UNKNOWN;
    text_upper(upper);
    for (int i = MODEL_UNKNOWN + 1; i < MODEL_COUNT; i++) {
        if (rows[i].prefix && text_starts(upper, rows[i].prefix))
            return (enum model)i;
    }
    return MODEL_UNKNOWN;
}
