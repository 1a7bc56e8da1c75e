#include "api/guard.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"

enum { HOST_SIZE = 256 };

static enum refusal refuse(enum refusal refusal, const char *code, const char *text,
                           struct why *why)
{
    why_fail(why, ERR_INVALID, code, NULL, "%s", text);
    return refusal;
}

static size_t count_of(const struct guard_header *headers, size_t count, const char *name)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += text_equal_nocase(headers[i].name, name);
    return found;
}

static const char *value_of(const struct guard_header *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(headers[i].name, name))
            return headers[i].value;
    return NULL;
}

static bool digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static enum refusal check_length(const struct guard_header *headers, size_t count, struct why *why)
{
    size_t lengths = count_of(headers, count, "Content-Length");
    size_t encodings = count_of(headers, count, "Transfer-Encoding");
    if (lengths > 1 || encodings > 1)
        return refuse(REFUSE_BAD_REQUEST, "ambiguous_length",
                      "Content-Length and Transfer-Encoding may come once", why);
    if (lengths && encodings)
        return refuse(REFUSE_BAD_REQUEST, "ambiguous_length",
                      "Content-Length and Transfer-Encoding exclude each other", why);
    if (lengths && !digits(value_of(headers, count, "Content-Length")))
        return refuse(REFUSE_BAD_REQUEST, "bad_length", "Content-Length must be a number", why);
    if (encodings && !text_equal_nocase(value_of(headers, count, "Transfer-Encoding"), "chunked"))
        return refuse(REFUSE_BAD_REQUEST, "bad_length", "the only Transfer-Encoding is chunked",
                      why);
    return REFUSE_NOTHING;
}

enum refusal guard_framing(const struct guard_header *headers, size_t count, const char *version,
                           struct why *why)
{
    enum refusal refusal = check_length(headers, count, why);
    if (refusal != REFUSE_NOTHING)
        return refusal;
    size_t hosts = count_of(headers, count, "Host");
    if (hosts > 1 || (!hosts && strcmp(version, "1.0") != 0))
        return refuse(REFUSE_BAD_REQUEST, "bad_host", "exactly one Host header is needed", why);
    const char *expect = value_of(headers, count, "Expect");
    if (expect && !text_equal_nocase(expect, "100-continue"))
        return refuse(REFUSE_EXPECTATION, "expectation_failed",
                      "the only expectation known here is 100-continue", why);
    return REFUSE_NOTHING;
}

static const char name_characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

/* Copy the name or address of "name", "name:port", "[v6]" or "[v6]:port"; false where it is none of
 * these. */
static bool split_host(const char *host, char ret_name[HOST_SIZE])
{
    bool bracket = *host == '[';
    size_t len = bracket ? strcspn(host, "]") : strcspn(host, ":");
    const char *rest = host + len;
    if (bracket && *rest++ != ']')
        return false;
    if (*rest && (*rest != ':' || !digits(rest + 1) || strlen(rest) > 6))
        return false;
    if (len - bracket == 0 || !text_copy_len(ret_name, HOST_SIZE, host + bracket, len - bracket))
        return false;
    struct in6_addr v6;
    return bracket ? inet_pton(AF_INET6, ret_name, &v6) == 1
                   : strspn(ret_name, name_characters) == strlen(ret_name);
}

static bool listed(const char *const *list, const char *name)
{
    for (; list && *list; list++)
        if (text_equal_nocase(*list, name))
            return true;
    return false;
}

enum refusal guard_host(const struct guard_names *names, const char *host, struct why *why)
{
    char name[HOST_SIZE];
    if (!split_host(host, name))
        return refuse(REFUSE_BAD_REQUEST, "bad_host", "the Host header cannot be read", why);
    size_t len = strlen(name);
    if (len > 1 && name[len - 1] == '.')
        name[len - 1] = '\0';
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, name, &v4) == 1 || inet_pton(AF_INET6, name, &v6) == 1 ||
        text_equal_nocase(name, "localhost") || text_ends_nocase(name, ".local") ||
        (*names->host && text_equal_nocase(name, names->host)) || listed(names->hosts, name))
        return REFUSE_NOTHING;
    return refuse(REFUSE_FORBIDDEN, "host_not_allowed",
                  "this name is not one of this server's; add it to the configured host names",
                  why);
}

bool guard_origin_listed(const struct guard_names *names, const char *origin)
{
    return listed(names->origins, origin) || listed(names->origins, "*");
}

enum refusal guard_origin(const struct guard_names *names, const char *origin, const char *host,
                          bool write, struct why *why)
{
    if (!origin || !write || guard_origin_listed(names, origin))
        return REFUSE_NOTHING;
    const char *at = strstr(origin, "://");
    if (at && host && text_equal_nocase(at + 3, host))
        return REFUSE_NOTHING;
    return refuse(REFUSE_FORBIDDEN, "origin_not_allowed", "another site may not write here", why);
}

bool guard_is_json(const char *content_type)
{
    if (!content_type)
        return false;
    size_t len = strcspn(content_type, "; \t");
    char type[64];
    if (!text_copy_len(type, sizeof type, content_type, len))
        return false;
    return text_equal_nocase(type, "application/json") ||
           (text_starts(type, "application/") && text_ends_nocase(type, "+json"));
}

/* Brackets outside of texts, before any tree is built. */
static bool too_deep(const char *bytes, size_t len)
{
    size_t depth = 0;
    bool text = false;
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];
        if (text && c == '\\')
            i++;
        else if (c == '"')
            text = !text;
        else if (!text && (c == '{' || c == '['))
            depth++;
        else if (!text && (c == '}' || c == ']') && depth)
            depth--;
        if (depth > LIMIT_JSON_DEPTH)
            return true;
    }
    return false;
}

static const char *json_code(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        return "duplicate_key";
    case json_error_null_byte_in_key:
    case json_error_null_character:
        return "nul_character";
    case json_error_invalid_utf8:
        return "invalid_utf8";
    default:
        return "invalid_json";
    }
}

enum refusal guard_json(const char *bytes, size_t len, json_t **ret_json, struct why *why)
{
    if (memchr(bytes, '\0', len))
        return refuse(REFUSE_BAD_REQUEST, "nul_character", "the body contains NUL bytes", why);
    if (too_deep(bytes, len))
        return refuse(REFUSE_BAD_REQUEST, "too_deep", "the body is nested too deeply", why);
    json_error_t error;
    *ret_json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (*ret_json)
        return REFUSE_NOTHING;
    why_fail(why, ERR_INVALID, json_code(&error), NULL, "line %d, column %d: %s", error.line,
             error.column, error.text);
    return REFUSE_BAD_REQUEST;
}
