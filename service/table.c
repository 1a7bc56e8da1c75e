#include "service/table.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "service/cli.h"

enum { COLUMNS = 12 };

/* Names come from the network too: none may steer the terminal. */
static void add_text(struct buf *out, const char *text)
{
    for (; *text; text++)
        buf_char(out, (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static void add_cell(struct buf *out, const json_t *value)
{
    size_t index;
    json_t *item;
    if (json_is_string(value))
        add_text(out, json_string_value(value));
    else if (json_is_integer(value))
        buf_int(out, json_integer_value(value));
    else if (json_is_real(value))
        buf_format(out, "%.10g", json_real_value(value));
    else if (json_is_boolean(value))
        buf_text(out, json_is_true(value) ? "yes" : "no");
    json_array_foreach (value, index, item) {
        buf_text(out, index ? "," : "");
        add_cell(out, item);
    }
}

/* Columns on a terminal: characters, not bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static size_t cell_width(const json_t *row, const struct table_column *column)
{
    auto_buf cell = {0};
    add_cell(&cell, json_object_get(row, column->key));
    return cell.data ? width_of(cell.data) : 0;
}

static void print_cell(const char *text, size_t width, bool last)
{
    size_t own = width_of(text);
    printf("%s%*s", text, last || own >= width ? 0 : (int)(width - own), "");
    printf("%s", last ? "\n" : "  ");
}

static void print_row(const json_t *row, const struct table_column *columns, const size_t *widths)
{
    for (size_t i = 0; columns[i].key; i++) {
        auto_buf cell = {0};
        if (row)
            add_cell(&cell, json_object_get(row, columns[i].key));
        else
            buf_text(&cell, columns[i].title);
        print_cell(cell.data ? cell.data : "", widths[i], !columns[i + 1].key);
    }
}

int table_print(const struct buf *rows, const struct table_column *columns, bool json)
{
    if (json || rows->failed || !rows->data)
        return printf("%s\n", rows->data ? rows->data : "[]") > 0 ? 0 : EXIT_FAILED;
    json_auto_t *list = json_loadb(rows->data, rows->len, 0, NULL);
    size_t widths[COLUMNS] = {0}, index;
    json_t *row;
    for (size_t i = 0; columns[i].key && i < COLUMNS; i++) {
        widths[i] = width_of(columns[i].title);
        json_array_foreach (list, index, row) {
            size_t width = cell_width(row, &columns[i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    print_row(NULL, columns, widths);
    json_array_foreach (list, index, row)
        print_row(row, columns, widths);
    return 0;
}
