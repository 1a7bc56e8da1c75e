#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const slugs[] = {
    [OK] = "ok",
    [ERR_INVALID] = "invalid",
    [ERR_NOT_FOUND] = "not_found",
    [ERR_CONFLICT] = "conflict",
    [ERR_TOO_BIG] = "too_big",
    [ERR_DENIED] = "denied",
    [ERR_BUSY] = "busy",
    [ERR_IO] = "io_error",
    [ERR_CORRUPT] = "corrupt",
    [ERR_NOMEM] = "out_of_memory",
};

_Static_assert(sizeof slugs / sizeof slugs[0] == ERR_NOMEM + 1, "one slug for each error");

const char *err_slug(enum err e)
{
    return e >= OK && e <= ERR_NOMEM ? slugs[e] : "unknown";
}

enum err why_fail(struct why *why, enum err e, const char *code, const char *field,
                  const char *format, ...)
{
    if (!why)
        return e;
    snprintf(why->code, sizeof why->code, "%s", code ? code : err_slug(e));
    snprintf(why->field, sizeof why->field, "%s", field ? field : "");
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return e;
}
