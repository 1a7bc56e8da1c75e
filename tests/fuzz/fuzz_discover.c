/* Any datagram as the notice of a printer: what is taken has a serial and ends where it must. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "bridge/printer/discover.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct discover_printer found;
    memset(&found, 0, sizeof found);
    if (discover_parse((const char *)bytes, size, "192.0.2.1", &found)) {
        assert(found.serial[0] && memchr(found.serial, '\0', sizeof found.serial));
        assert(memchr(found.name, '\0', sizeof found.name));
        assert(memchr(found.host, '\0', sizeof found.host));
    }
    return 0;
}
