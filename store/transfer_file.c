#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "store/transfer_inside.h"

/* Bytes are looked at one by one, and nobody else reads the file: no locks, and no ungetc. */
static int peek(struct transfer_file *file)
{
    if (!file->peeked)
        file->ahead = getc_unlocked(file->file);
    file->peeked = true;
    return file->ahead;
}

int transfer_file_byte(struct transfer_file *file)
{
    int c = peek(file);
    file->peeked = false;
    file->line += c == '\n';
    return c;
}

void transfer_file_seek(struct transfer_file *file, long at, int64_t line)
{
    fseek(file->file, at, SEEK_SET);
    file->line = line;
    file->peeked = false;
}

long transfer_file_place(const struct transfer_file *file)
{
    return ftell(file->file) - (file->peeked && file->ahead != EOF);
}

int transfer_file_peek(struct transfer_file *file)
{
    while (strchr(" \t\r\n", peek(file)) && peek(file) > 0)
        transfer_file_byte(file);
    return peek(file);
}

static enum err broken(const struct transfer_file *file, struct why *why, const char *text)
{
    return why_fail(why, ERR_INVALID, "invalid_json", "", "line %lld: %s", (long long)file->line,
                    text);
}

static enum err expect(struct transfer_file *file, char wanted, struct why *why)
{
    char text[] = "'?' is missing";
    text[1] = wanted;
    if (transfer_file_peek(file) != wanted)
        return broken(file, why, text);
    transfer_file_byte(file);
    return OK;
}

/* Bytes of a text up to its closing quote; ${name} gets those that fit. */
static enum err take_text(struct transfer_file *file, char name[TRANSFER_NAME], struct why *why)
{
    size_t len = 0;
    enum err e = expect(file, '"', why);
    for (int c = 0; e == OK && (c = transfer_file_byte(file)) != '"';) {
        if (c == '\\')
            c = transfer_file_byte(file);
        if (c == EOF)
            return broken(file, why, "a text has no end");
        if (name && len + 1 < TRANSFER_NAME)
            name[len++] = (char)c;
    }
    if (name)
        name[len] = '\0';
    return e;
}

/* Pass over a list or an object: brackets that are not in texts are counted. */
static enum err skip_nested(struct transfer_file *file, struct why *why)
{
    int depth = 0;
    do {
        int c = transfer_file_peek(file);
        if (c == EOF)
            return broken(file, why, "the end is missing");
        if (c == '"' && take_text(file, NULL, why) != OK)
            return ERR_INVALID;
        if (c != '"')
            transfer_file_byte(file);
        depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    } while (depth > 0);
    return OK;
}

/* A short scalar as it stands there. */
static enum err take_scalar(struct transfer_file *file, char value[TRANSFER_NAME], struct why *why)
{
    size_t len = 0;
    if (transfer_file_peek(file) == '"')
        return take_text(file, value, why);
    while (peek(file) != EOF && !strchr(",}] \t\r\n", peek(file)) && len + 1 < TRANSFER_NAME)
        value[len++] = (char)transfer_file_byte(file);
    value[len] = '\0';
    return len ? OK : broken(file, why, "a value is missing");
}

static enum err take_member(struct transfer_file *file, struct transfer_section *section,
                            struct why *why)
{
    memset(section, 0, sizeof *section);
    enum err e = take_text(file, section->name, why);
    if (e == OK)
        e = expect(file, ':', why);
    int first = e == OK ? transfer_file_peek(file) : EOF;
    section->at = transfer_file_place(file);
    section->line = file->line;
    if (e != OK)
        return e;
    return first == '[' || first == '{' ? skip_nested(file, why)
                                        : take_scalar(file, section->value, why);
}

enum err transfer_file_index(struct transfer_file *file,
                             struct transfer_section sections[TRANSFER_SECTIONS], size_t *ret_count,
                             struct why *why)
{
    *ret_count = 0;
    enum err e = expect(file, '{', why);
    while (e == OK && transfer_file_peek(file) != '}') {
        if (*ret_count == TRANSFER_SECTIONS)
            return broken(file, why, "too many members");
        if (*ret_count)
            e = expect(file, ',', why);
        if (e == OK)
            e = take_member(file, &sections[(*ret_count)++], why);
    }
    return e;
}

/* One byte at a time: what follows the row stays in the file. */
static size_t read_byte(void *bytes, size_t len, void *ctx)
{
    int c = len ? transfer_file_byte(ctx) : EOF;
    if (c == EOF)
        return 0;
    *(char *)bytes = (char)c;
    return 1;
}

enum err transfer_file_row(struct transfer_file *file, bool first, json_t **ret_row,
                           int64_t *ret_line, struct why *why)
{
    json_error_t error;
    *ret_row = NULL;
    enum err e = first ? expect(file, '[', why) : OK;
    if (e != OK)
        return e;
    bool end = transfer_file_peek(file) == ']';
    if (!end && !first)
        e = expect(file, ',', why);
    if (end || e != OK)
        return e;
    if (transfer_file_peek(file) != '{')
        return broken(file, why, "an object is missing");
    *ret_line = file->line;
    *ret_row = json_load_callback(read_byte, file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES,
                                  &error);
    return *ret_row ? OK : broken(file, why, error.text);
}

/* --- CSV --- */

static void take_cell(struct transfer_file *file, int separator, struct buf *cell, bool *closed)
{
    bool quoted = peek(file) == '"';
    *closed = !quoted;
    if (quoted)
        transfer_file_byte(file);
    for (int c; (c = peek(file)) != EOF;) {
        bool end = quoted ? false : c == separator || c == '\n' || c == '\r';
        if (end)
            return;
        transfer_file_byte(file);
        if (quoted && c == '"' && peek(file) != '"') {
            *closed = true;
            return;
        }
        if (quoted && c == '"')
            transfer_file_byte(file);
        buf_char(cell, (char)c);
    }
}

static enum err bad_record(int64_t line, struct why *why, const char *text)
{
    return why_fail(why, ERR_INVALID, "invalid_csv", "", "line %lld: %s", (long long)line, text);
}

static enum err add_cell(struct transfer_file *file, int separator, json_t *cells, int64_t line,
                         struct why *why)
{
    auto_buf cell = {.limit = LIMIT_BODY_BYTES};
    bool closed;
    take_cell(file, separator, &cell, &closed);
    if (!closed)
        return bad_record(line, why, "a quotation mark is not closed");
    int next = peek(file);
    if (next != EOF && next != separator && next != '\n' && next != '\r')
        return bad_record(line, why, "text follows a closing quotation mark");
    if (cell.failed)
        return bad_record(line, why, "a cell is too long");
    json_t *text = json_stringn(cell.data ? cell.data : "", cell.len);
    if (!text)
        return bad_record(line, why, "a cell is not UTF-8");
    return json_array_append_new(cells, text) ? ERR_NOMEM : OK;
}

static void skip_breaks(struct transfer_file *file)
{
    while (peek(file) == '\n' || peek(file) == '\r')
        transfer_file_byte(file);
}

enum err transfer_file_record(struct transfer_file *file, int separator, json_t **ret_cells,
                              int64_t *ret_line, struct why *why)
{
    *ret_cells = NULL;
    skip_breaks(file);
    *ret_line = file->line;
    if (peek(file) == EOF)
        return OK;
    json_auto_t *cells = json_array();
    for (;;) {
        enum err e = add_cell(file, separator, cells, *ret_line, why);
        if (e != OK)
            return e;
        if (peek(file) != separator)
            break;
        transfer_file_byte(file);
    }
    *ret_cells = json_incref(cells);
    return OK;
}
