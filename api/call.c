#include "api/call.h"

#include "base/text.h"

const char *call_header(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->header_count; i++)
        if (text_equal_nocase(call->headers[i].name, name))
            return call->headers[i].value;
    return NULL;
}
