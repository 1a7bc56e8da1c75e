/* Any text as a path and as a query: a match has plain parameters, and matching is repeatable. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/route.h"
#include "api/routes.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct route_match match;
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    if (route_find(routes, routes_count, METHOD_GET, text, &match) == ROUTE_FOUND)
        for (size_t i = 0; i < match.param_count; i++) {
            const char *value = match.params[i].value;
            assert(*value && text_utf8_valid(value, strlen(value)));
            for (; *value; value++)
                assert((unsigned char)*value >= 0x20 && *value != 0x7F);
        }
    json_decref(route_query(text));
    free(text);
    return 0;
}
