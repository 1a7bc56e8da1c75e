#include "bridge/message.h"

#include <stdbool.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

static void replace_bad_bytes(const char *text, size_t len, struct buf *ret_text)
{
    for (size_t at = 0; at < len;) {
        size_t width = text_utf8_width(text + at, len - at);
        if (width)
            buf_add(ret_text, text + at, width);
        else
            buf_text(ret_text, "\xEF\xBF\xBD");
        at += width ? width : 1;
    }
}

/* A number beyond the range of an integer must not cost the whole message. */
static json_t *load(const char *text, size_t len)
{
    json_error_t error;
    json_t *root = json_loadb(text, len, 0, &error);
    if (!root && json_error_code(&error) == json_error_numeric_overflow)
        root = json_loadb(text, len, JSON_DECODE_INT_AS_REAL, &error);
    return root;
}

static bool too_deep(const char *text, size_t len)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        if (quoted) {
            quoted = text[i] != '"';
            i += text[i] == '\\';
        } else if (text[i] == '"') {
            quoted = true;
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > LIMIT_JSON_DEPTH)
                return true;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return false;
}

json_t *message_parse(const void *bytes, size_t len)
{
    const char *text = bytes;
    auto_buf mended = {0};
    if (len > LIMIT_REPORT_BYTES || too_deep(text, len))
        return NULL;
    if (!text_utf8_valid(text, len)) {
        replace_bad_bytes(text, len, &mended);
        if (mended.failed)
            return NULL;
        text = mended.data;
        len = mended.len;
    }
    json_t *root = load(text, len);
    if (json_is_object(root))
        return root;
    json_decref(root);
    return NULL;
}
