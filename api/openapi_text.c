#include "api/openapi_text.h"

#include <string.h>

#include "base/buf.h"

static void begin(struct openapi_text *text, const char *key)
{
    if (text->more)
        buf_char(text->out, ',');
    text->more = true;
    if (!key)
        return;
    buf_json(text->out, key, strlen(key));
    buf_char(text->out, ':');
}

void openapi_text_open(struct openapi_text *text, const char *key, char bracket)
{
    begin(text, key);
    buf_char(text->out, bracket);
    text->more = false;
}

void openapi_text_close(struct openapi_text *text, char bracket)
{
    buf_char(text->out, bracket);
    text->more = true;
}

void openapi_text_string(struct openapi_text *text, const char *key, const char *value)
{
    begin(text, key);
    buf_json(text->out, value, strlen(value));
}

void openapi_text_number(struct openapi_text *text, const char *key, double value)
{
    begin(text, key);
    buf_format(text->out, "%.15g", value);
}

void openapi_text_bool(struct openapi_text *text, const char *key, bool value)
{
    begin(text, key);
    buf_text(text->out, value ? "true" : "false");
}

void openapi_text_null(struct openapi_text *text, const char *key)
{
    begin(text, key);
    buf_text(text->out, "null");
}

void openapi_text_ref(struct openapi_text *text, const char *key, const char *kind,
                      const char *name, const char *doc)
{
    openapi_text_open(text, key, '{');
    begin(text, "$ref");
    buf_format(text->out, "\"#/components/%s/%s\"", kind, name);
    if (doc)
        openapi_text_string(text, "description", doc);
    openapi_text_close(text, '}');
}
