/*
 * Charges as lines of text, and inputs with nothing told but what a test sets.
 * Owner: the test's own storage. Thread: one.
 */
#ifndef TESTS_UNIT_CHARGE_TEXT_H
#define TESTS_UNIT_CHARGE_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/charge.h"

enum { LAYERS = 100, PARTS = 64, TEXT = 1024 };

#define A1                                                                                         \
    {                                                                                              \
        1, 1                                                                                       \
    }
#define A2                                                                                         \
    {                                                                                              \
        1, 2                                                                                       \
    }
#define A3                                                                                         \
    {                                                                                              \
        1, 3                                                                                       \
    }
#define A4                                                                                         \
    {                                                                                              \
        1, 4                                                                                       \
    }

static inline struct charge_filament filament(int index, int64_t used_mg, int64_t length)
{
    return (struct charge_filament){.filament = index,
                                    .used_mg = used_mg,
                                    .length = length,
                                    .user_mg = charge_unknown,
                                    .reported_mg = charge_unknown,
                                    .remain_mg = charge_unknown};
}

static inline struct charge_input input_of(const struct charge_filament *filaments, size_t count,
                                           const struct trace_part *parts, size_t part_count)
{
    return (struct charge_input){.filaments = filaments,
                                 .filament_count = count,
                                 .parts = parts,
                                 .part_count = part_count,
                                 .whole = true,
                                 .layer = -1,
                                 .user_mg = charge_unknown,
                                 .reported_mg = charge_unknown};
}

/* "filament:segment slot#spool mg source[~]", slots as A1 or "-"; "~" marks an estimate. */
static inline void text_of(const struct charges *charges, char text[TEXT])
{
    size_t at = 0;

    text[0] = '\0';
    for (int i = 0; i < charges->count; i++) {
        const struct charge *c = &charges->list[i];
        char label[ADDRESS_LABEL_SIZE] = "-";
        if (!address_none(c->at))
            address_label(c->at, 1, label);
        at += (size_t)snprintf(text + at, TEXT - at, "%s%d:%d %s#%d %lld %s%s", i > 0 ? ", " : "",
                               c->filament, c->segment, label, (int)c->spool, (long long)c->mg,
                               charge_source_slug(c->source), c->estimate ? "~" : "");
    }
}

static inline void expect(const struct charge_input *input, const char *expected)
{
    static struct charges charges;
    char text[TEXT];

    charge_job(input, &charges);
    text_of(&charges, text);
    assert_string_equal(text, expected);
    assert_false(charges.overflow);
}

#endif
