#include "core/code.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
    TEXT_SIZE = 512,
    TRAY_UUID_DIGITS = 32,
    TAG_UID_DIGITS = 16,
    UUID_DIGITS = 36,
    NUMBER_DIGITS = 9, /* more are none of ours: spool numbers count from 1 */
};

const char *code_slug(enum code_kind kind)
{
    static const char *const slugs[CODE_KINDS] = {
        "unknown", "filamentd", "spoolman",  "prusament",    "tray_uuid",
        "tag_uid", "barcode",   "openspool", "openprinttag",
    };
    return slugs[kind < CODE_KINDS ? kind : CODE_UNKNOWN];
}

static const char digits[] = "0123456789", hex_digits[] = "0123456789abcdef";

static bool all_of(const char *text, const char *characters)
{
    return text[strspn(text, characters)] == '\0';
}

static bool is_number(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= NUMBER_DIGITS && all_of(text, digits);
}

/* GS1: from the right, digits count 3 and 1 in turn, the check digit 1. */
static bool check_digit(const char *code)
{
    int sum = 0, weight = 1;
    for (size_t i = strlen(code); i-- > 0; weight = 4 - weight)
        sum += (code[i] - '0') * weight;
    return sum % 10 == 0;
}

bool code_barcode(const char *text, char ret_code[CODE_BARCODE_SIZE])
{
    size_t len = strlen(text);
    ret_code[0] = '\0';
    if ((len != 8 && (len < 12 || len > 14)) || !all_of(text, digits) || !check_digit(text) ||
        strspn(text, "0") == len)
        return false;
    if (len == 12)
        snprintf(ret_code, CODE_BARCODE_SIZE, "0%s", text);
    else
        text_copy(ret_code, CODE_BARCODE_SIZE, text + (len == 14 && text[0] == '0'));
    return true;
}

static bool named(struct code *code, enum code_kind kind, const char *id)
{
    code->kind = text_copy(code->id, sizeof code->id, id) ? kind : CODE_UNKNOWN;
    return code->kind != CODE_UNKNOWN;
}

static bool numbered(struct code *code, enum code_kind kind, const char *text)
{
    int64_t number = 0;
    char plain[NUMBER_DIGITS + 2];
    if (!is_number(text) || !text_to_int(text, &number) || number == 0)
        return false;
    snprintf(plain, sizeof plain, "%d", (int)number);
    return named(code, kind, plain);
}

/* What follows ${prefix} in lower case; NULL where ${text} does not begin with it. */
static const char *behind(const char *text, const char *prefix)
{
    return text_starts(text, prefix) ? text + strlen(prefix) : NULL;
}

/* "https://prusament.com/spool/ID/HASH/", or "...?spoolId=ID". */
static bool prusament(struct code *code, const char *path, const char *query)
{
    char id[CODE_ID_SIZE];
    const char *from = behind(path, "/spool/");
    if (from && *from)
        return named(code, CODE_PRUSAMENT, from);
    while (query && *query) {
        size_t len = strcspn(query, "&");
        from = behind(query, "spoolid=");
        if (from && len > strlen("spoolid="))
            return text_copy_len(id, sizeof id, from, len - strlen("spoolid=")) &&
                   named(code, CODE_PRUSAMENT, id);
        query += len + (query[len] == '&');
    }
    return false;
}

/* Where the last ${mark} of ${path} is followed by a number alone. */
static const char *last_number(const char *path, const char *mark)
{
    const char *found = NULL;
    for (const char *at = strstr(path, mark); at; at = strstr(at + 1, mark))
        found = at + strlen(mark);
    return found && is_number(found) ? found : NULL;
}

/* Cut ${text} at the first ${mark}; what was behind it, NULL where there is none. */
static char *cut(char *text, char mark)
{
    char *at = strchr(text, mark);
    if (at)
        *at++ = '\0';
    return at;
}

static bool is_prusament(const char *host, size_t len)
{
    static const char domain[] = "prusament.com";
    size_t size = strlen(domain);
    return len >= size && strncmp(host + len - size, domain, size) == 0 &&
           (len == size || host[len - size - 1] == '.');
}

/* ${text}: in lower case, behind "http://" or "https://". A server may be published below a path
 * of its own. */
static bool url(struct code *code, char *text)
{
    cut(text, '#');
    const char *query = cut(text, '?');
    size_t host_len = strcspn(text, "/"), len = strlen(text);
    if (len > host_len && text[len - 1] == '/')
        text[len - 1] = '\0';
    const char *path = text + host_len;
    if (host_len == 0)
        return false;
    if (is_prusament(text, host_len))
        return prusament(code, path, query);
    const char *number = last_number(path, "/spool/show/");
    if (number)
        return numbered(code, CODE_SPOOLMAN, number);
    number = last_number(path, "/s/");
    return number && numbered(code, CODE_SPOOL, number);
}

static bool is_uuid(const char *lower)
{
    if (strlen(lower) != UUID_DIGITS)
        return false;
    for (size_t i = 0; i < UUID_DIGITS; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? lower[i] != '-' : !strchr(hex_digits, lower[i]))
            return false;
    }
    return true;
}

/* Hex digits alone; a tag of zeros is none. */
static bool tag(struct code *code, const char *lower)
{
    char id[CODE_ID_SIZE];
    size_t len = strlen(lower);
    bool tray = len == TRAY_UUID_DIGITS;
    if ((!tray && len != TAG_UID_DIGITS) || !all_of(lower, hex_digits) || strspn(lower, "0") == len)
        return false;
    text_copy(id, sizeof id, lower);
    text_upper(id);
    return named(code, tray ? CODE_TRAY_UUID : CODE_TAG_UID, id);
}

static bool bare(struct code *code, const char *lower)
{
    char barcode[CODE_BARCODE_SIZE];
    if (code_barcode(lower, barcode))
        return named(code, CODE_BARCODE, barcode);
    if (is_uuid(lower))
        return named(code, CODE_SPOOL, lower);
    return tag(code, lower) || numbered(code, CODE_SPOOL, lower + (lower[0] == '#'));
}

bool code_text(const char *text, struct code *ret)
{
    char lower[TEXT_SIZE];
    *ret = (struct code){0};
    if (!text_copy(lower, sizeof lower, text))
        return false;
    text_trim(lower);
    text_lower(lower);
    const char *rest = behind(lower, "filtrk:s-");
    if (rest)
        return numbered(ret, CODE_SPOOL, rest);
    rest = behind(lower, "web+spoolman:s-");
    if (rest)
        return numbered(ret, CODE_SPOOLMAN, rest);
    size_t scheme = text_starts(lower, "https://") ? 8 : text_starts(lower, "http://") ? 7 : 0;
    return scheme ? url(ret, lower + scheme) : bare(ret, lower);
}
