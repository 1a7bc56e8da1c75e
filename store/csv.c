#include "store/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"

const char csv_type[] = "text/csv; charset=utf-8; header=present";

static void add_text(struct buf *out, const char *text)
{
    bool formula = *text && strchr("=+-@\t\r", *text);
    bool blank = *text && !text[strspn(text, " ")];
    bool quoted = formula || blank || strpbrk(text, ",\"\r\n");
    buf_text(out, quoted ? "\"" : "");
    buf_text(out, formula ? "'" : "");
    for (; *text; text++) {
        if (*text == '"')
            buf_char(out, '"');
        buf_char(out, *text);
    }
    buf_text(out, quoted ? "\"" : "");
}

void csv_cell(struct buf *out, const json_t *value)
{
    if (!value || json_is_null(value))
        return;
    if (json_is_string(value)) {
        add_text(out, json_string_value(value));
        return;
    }
    auto_free char *text =
        json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    out->failed = out->failed || !text;
    if (text && (json_is_object(value) || json_is_array(value)))
        add_text(out, text);
    else if (text)
        buf_text(out, text); /* numbers are no formulas, below zero either */
}

void csv_write(struct buf *out, const struct field_shape *shape, const json_t *rows)
{
    size_t i;
    const json_t *row;
    for (size_t f = 0; f < shape->count; f++)
        buf_format(out, "%s%s", f ? "," : "", shape->fields[f].name);
    buf_text(out, "\r\n");
    json_array_foreach (rows, i, row) {
        for (size_t f = 0; f < shape->count; f++) {
            buf_text(out, f ? "," : "");
            csv_cell(out, json_object_get(row, shape->fields[f].name));
        }
        buf_text(out, "\r\n");
    }
}
