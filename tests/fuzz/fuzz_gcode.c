/* Any bytes as gcode, whole and in two parts: the sums are the same. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "core/gcode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_parts(struct gcode *gcode, const char *text, size_t size, size_t cut)
{
    gcode_init(gcode, NULL, NULL, 0, 0);
    gcode_feed(gcode, text, cut);
    gcode_feed(gcode, text + cut, size - cut);
    gcode_finish(gcode);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct gcode whole, parts;
    read_parts(&whole, (const char *)bytes, size, size);
    read_parts(&parts, (const char *)bytes, size, size / 2);
    assert(memcmp(whole.used, parts.used, sizeof whole.used) == 0);
    assert(whole.layer == parts.layer && whole.percent == parts.percent);
    return 0;
}
