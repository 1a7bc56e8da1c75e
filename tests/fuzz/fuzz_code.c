/* Any bytes as a scanned code, as text and as a tag: what is understood keeps to its ranges. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "core/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const struct code *code)
{
    const struct code_roll *roll = &code->roll;
    assert(code->kind > CODE_UNKNOWN && code->kind < CODE_KINDS);
    assert(roll->full_mg <= 100000000 && roll->used_mg <= 100000000);
    assert(roll->nozzle_min <= 400 && roll->bed_max <= 150);
    assert(text_utf8_valid(roll->product, strlen(roll->product)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct code code;
    char text[600];
    if (code_cbor(bytes, size, &code))
        check(&code);
    if (text_copy_len(text, sizeof text, (const char *)bytes, strnlen((const char *)bytes, size)) &&
        code_text(text, &code))
        check(&code);
    return 0;
}
