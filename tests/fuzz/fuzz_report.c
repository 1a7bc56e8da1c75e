/* Lines of any bytes as the messages of one printer: what is stored comes back as it was. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "bridge/message.h"
#include "core/printer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void stored_comes_back(const struct printer *printer)
{
    static struct printer again;
    json_auto_t *dump = printer_dump(printer);
    assert(dump && printer_load(&again, dump));
    assert(printer_durable_equal(printer, &again));
}

static void feed_line(struct printer *printer, const char *line, size_t len, int64_t now)
{
    json_auto_t *message = message_parse(line, len);
    if (message)
        printer_apply(printer, message, now);
    printer_tick(printer, now + 4000);
    stored_comes_back(printer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct printer printer;
    int64_t now = 1700000000000;
    printer_init(&printer);
    const char *at = (const char *)bytes, *end = at + size;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        feed_line(&printer, at, (size_t)((stop ? stop : end) - at), now += 3000);
        at = stop ? stop + 1 : end;
    }
    return 0;
}
