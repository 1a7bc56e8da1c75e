#include "service/config_rules.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/address.h"
#include "core/model.h"
#include "service/config.h"

static bool all_of(const char *text, const char *allowed)
{
    return *text && text[strspn(text, allowed)] == '\0';
}

#define DIGITS  "0123456789"
#define CAPITAL "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALL   "abcdefghijklmnopqrstuvwxyz"

bool config_rules_bool(const char *text, bool *ret_on)
{
    static const char *const words[] = {"off", "on", "false", "true", "no", "yes", "0", "1"};
    for (size_t i = 0; i < LEN(words); i++) {
        if (!text_equal_nocase(text, words[i]))
            continue;
        *ret_on = i % 2;
        return true;
    }
    return false;
}

bool config_rules_grams(const char *text, int64_t *ret_mg)
{
    const char *point = strchr(text, '.');
    char digits[24];
    size_t whole = point ? (size_t)(point - text) : strlen(text);
    size_t parts = point ? strlen(point + 1) : 0;
    if (whole < 1 || whole > 9 || parts > 3 || (point && !parts))
        return false;
    memcpy(digits, text, whole);
    memset(digits + whole, '0', 3);
    if (point)
        memcpy(digits + whole, point + 1, parts);
    digits[whole + 3] = '\0';
    return all_of(digits, DIGITS) && text_to_int(digits, ret_mg);
}

static bool port_of(const char *text, int *ret_port)
{
    int64_t port;
    if (!all_of(text, DIGITS) || !text_to_int(text, &port) || port > 65535)
        return false;
    *ret_port = (int)port;
    return true;
}

static bool literal(const char *host)
{
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

bool config_rules_listen(const char *text, char *ret_host, unsigned host_size, int *ret_port)
{
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text || !port_of(colon + 1, ret_port))
        return false;
    bool brackets = text[0] == '[' && colon[-1] == ']' && colon - text > 2;
    const char *from = text + brackets;
    if (!text_copy_len(ret_host, host_size, from, (size_t)(colon - from) - brackets))
        return false;
    if (brackets != (strchr(ret_host, ':') != NULL))
        return false;
    return strcmp(ret_host, "*") == 0 || literal(ret_host);
}

bool config_rules_loopback(const char *host)
{
    return text_starts(host, "127.") || strcmp(host, "::1") == 0;
}

static bool host_name(const char *text)
{
    return strlen(text) <= 253 && (literal(text) || all_of(text, DIGITS CAPITAL SMALL "-._"));
}

/* scheme://host[:port][/...], without user, blanks or controls. */
static bool url_of(const char *text, const char *const *schemes, bool path)
{
    static const char *const web[] = {"http", "https", NULL};
    const char *mark = strstr(text, "://");
    bool known = false;
    for (const char *const *s = schemes ? schemes : web; mark && *s; s++)
        known |= strlen(*s) == (size_t)(mark - text) && text_starts(text, *s);
    if (!known || strlen(text) > 1000)
        return false;
    const char *host = mark + 3;
    size_t len = strcspn(host, "/?#");
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= 0x20 || *c == 0x7f)
            return false;
    return len > 0 && host[0] != ':' && !memchr(host, '@', len) && (path || !host[len]);
}

bool config_rules_slot(const char *text, struct config_slot *ret_slot)
{
    char copy[128];
    int64_t unit = 0, slot = 0;
    if (!text_copy(copy, sizeof copy, text))
        return false;
    char *rest = copy;
    const char *printer = strsep(&rest, "/"), *first = strsep(&rest, "/");
    const char *second = strsep(&rest, "/");
    *ret_slot = (struct config_slot){0};
    if (!first || !second || !text_to_int(first, &unit) || !text_to_int(second, &slot))
        return false;
    if (rest && strcmp(rest, "color") != 0 && strcmp(rest, "material") != 0)
        return false;
    if (unit < 1 || unit > 255 || slot < 1 || slot > 4 || !address_possible((int)unit, (int)slot))
        return false;
    ret_slot->unit = (int)unit;
    ret_slot->slot = (int)slot;
    return all_of(printer, DIGITS CAPITAL SMALL "_.-") &&
           text_copy(ret_slot->printer, sizeof ret_slot->printer, printer) &&
           text_copy(ret_slot->part, sizeof ret_slot->part, rest ? rest : "");
}

bool config_rules_pin(const char *text, char ret_pin[65])
{
    size_t digits = 0;
    for (; *text; text++) {
        if (*text == ':')
            continue;
        if (!isxdigit((unsigned char)*text) || digits == 64)
            return false;
        ret_pin[digits++] = *text;
    }
    ret_pin[digits] = '\0';
    text_lower(ret_pin);
    return digits == 64;
}

static bool listen_of(const char *text)
{
    char host[64];
    int port;
    return strcmp(text, "off") == 0 || config_rules_listen(text, host, sizeof host, &port);
}

static bool word_of(const char *text, const char *const *words)
{
    while (*words && strcmp(*words, text) != 0)
        words++;
    return *words;
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static bool in_range(const struct config_key *key, double value)
{
    return (key->min == 0 && key->max == 0) || (value >= key->min && value <= key->max);
}

static bool int_of(const struct config_key *key, const char *text)
{
    int64_t number;
    return text_to_int(text, &number) && in_range(key, (double)number);
}

static bool grams_of(const struct config_key *key, const char *text)
{
    int64_t mg;
    return config_rules_grams(text, &mg) && in_range(key, (double)mg / 1000);
}

static bool fits(const struct config_key *key, const char *text)
{
    bool on;
    struct config_slot slot;
    char pin[65];
    size_t len = strlen(text);
    switch (key->kind) {
    case CONFIG_TEXT:
        return in_range(key, (double)characters(text));
    case CONFIG_BOOL:
        return config_rules_bool(text, &on);
    case CONFIG_INT:
        return int_of(key, text);
    case CONFIG_GRAMS:
        return grams_of(key, text);
    case CONFIG_WORD:
        return word_of(text, key->words);
    case CONFIG_URL:
        return url_of(text, key->words, true);
    case CONFIG_PATH:
        return text[0] == '/' && len < 1000;
    case CONFIG_LISTEN:
        return listen_of(text);
    case CONFIG_HOST:
        return *text && host_name(text);
    case CONFIG_ORIGIN:
        return url_of(text, NULL, false);
    case CONFIG_SERIAL:
        return len >= 10 && len <= 20 && all_of(text, DIGITS CAPITAL);
    case CONFIG_MODEL:
        return model_from_name(text) != MODEL_UNKNOWN;
    case CONFIG_PIN:
        return config_rules_pin(text, pin);
    case CONFIG_SLOT:
        return config_rules_slot(text, &slot);
    case CONFIG_CODE:
        return len == 3 && all_of(text, CAPITAL);
    }
    return false;
}

static const char *const expectations[] = {
    [CONFIG_TEXT] = "its length is outside the limits",
    [CONFIG_BOOL] = "expected on or off",
    [CONFIG_INT] = "expected a whole number within the limits",
    [CONFIG_GRAMS] = "expected grams, with at most three decimals, within the limits",
    [CONFIG_WORD] = "expected one of",
    [CONFIG_URL] = "expected a URL such as https://host:port/path, without user and password",
    [CONFIG_PATH] = "expected an absolute path",
    [CONFIG_LISTEN] = "expected ADDRESS:PORT such as 127.0.0.1:8480, [::1]:8480 or *:8443, or off",
    [CONFIG_HOST] = "expected a host name or address without a port",
    [CONFIG_ORIGIN] = "expected an origin such as https://host:port, without a path",
    [CONFIG_SERIAL] = "expected a serial number, 10 to 20 capitals and digits",
    [CONFIG_MODEL] = "expected a model such as X1C, P1S, A1 mini or H2D",
    [CONFIG_PIN] = "expected a SHA-256, 64 hexadecimal digits",
    [CONFIG_SLOT] = "expected printer/unit/slot, or that with /color or /material behind",
    [CONFIG_CODE] = "expected a currency of three capitals such as EUR",
};

const char *config_rules_fault(const struct config_key *key, const char *text)
{
    if (key->flags & CONFIG_SECRET && (text_starts(text, "file:") || text_starts(text, "cred:")))
        return strlen(text) > 5 ? NULL : "expected file:PATH or cred:NAME";
    return fits(key, text) ? NULL : expectations[key->kind];
}

static void note_fault(struct config *config, const struct config_value *value, const char *fault)
{
    const struct config_key *key = value->key;
    auto_buf words = {0};
    if (key->kind == CONFIG_WORD)
        for (const char *const *word = key->words; *word; word++)
            buf_format(&words, "%s%s", word == key->words ? ": " : ", ", *word);
    if (key->max > 0)
        buf_format(&words, ": %.10g to %.10g", key->min, key->max);
    config_note_problem(config, value->place, value->line, "%s.%s%s%s: %s%s", key->section,
                        *value->name ? value->name : key->key, key->flags & CONFIG_NAMED ? "." : "",
                        key->flags & CONFIG_NAMED ? key->key : "", fault,
                        words.len ? words.data : "");
}

static bool accept_name(struct config *config, const struct config_value *value)
{
    size_t len = strlen(value->name);
    if (!(value->key->flags & CONFIG_NAMED) ||
        (len <= LIMIT_PRINTER_ID && all_of(value->name, DIGITS CAPITAL SMALL "_.-")))
        return true;
    config_note_problem(config, value->place, value->line,
                        "[%s.%s]: a name is 1 to 64 letters, digits, dots, dashes or underscores",
                        value->key->section, value->name);
    return false;
}

bool config_rules_accept(struct config *config, const struct config_value *value)
{
    if (!accept_name(config, value))
        return false;
    auto_free char *copy = strdup(value->text);
    char *rest = copy;
    bool good = copy != NULL;
    while (rest) {
        char *item = strsep(&rest, value->key->flags & CONFIG_LIST ? "," : "");
        text_trim(item);
        const char *fault = config_rules_fault(value->key, item);
        if (fault)
            note_fault(config, value, fault);
        good = good && !fault;
    }
    return good;
}
