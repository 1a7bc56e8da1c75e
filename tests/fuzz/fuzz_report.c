/* Any bytes as a sequence of reports, one JSON text a line: whatever comes, the state stays whole.
 */
#include <stdint.h>
#include <string.h>

#include "bridge/message.h"
#include "tests/captures/invariants.h"

enum { STEP_MS = 3000, MESSAGES_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void feed(struct printer *printer, const char *text, size_t size, int64_t now)
{
    static struct printer again;
    json_auto_t *message = message_parse(text, size);
    if (message)
        printer_apply(printer, message, now);
    again = *printer;
    must_hold(printer);
    printer_tick(&again, printer_deadline(&again));
    must_slots(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct printer printer;
    const char *text = (const char *)bytes;
    int64_t now = STEP_MS;
    printer_init(&printer);
    for (int i = 0; i < MESSAGES_MAX && size; i++, now += STEP_MS) {
        const char *end = memchr(text, '\n', size);
        size_t len = end ? (size_t)(end - text) : size;
        feed(&printer, text, len, now);
        text += end ? len + 1 : len;
        size -= end ? len + 1 : len;
    }
    return 0;
}
