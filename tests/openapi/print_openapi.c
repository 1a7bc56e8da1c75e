/* The OpenAPI document as text, for tests and for docs/api.md. */
#include <stdio.h>

#include "api/openapi.h"
#include "base/buf.h"

int main(void)
{
    auto_buf out = {0};
    openapi_write(&out);
    return out.failed || fwrite(out.data, 1, out.len, stdout) != out.len;
}
