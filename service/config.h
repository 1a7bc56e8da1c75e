/*
 * The configuration: one table of keys, and values from defaults, an INI file, the environment and
 * the command line, each with its origin. Problems are collected, never just the first.
 *
 * Owner: whoever made it frees it; texts it gives out live as long as it does.
 * Thread: one at a time; constant after config_check. Lock: none.
 *
 * Sections with a name of the user's, such as [printer.workshop], share the keys of their row's
 * section "printer". Sections of free lines ([homeassistant.entities]) have one row with key "*".
 */
#ifndef SERVICE_CONFIG_H
#define SERVICE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct config;

enum config_kind {
    CONFIG_TEXT,
    CONFIG_BOOL,   /* on or off; also true, false, yes, no, 1, 0 */
    CONFIG_INT,    /* within min and max */
    CONFIG_GRAMS,  /* at most 3 decimals, within min and max */
    CONFIG_WORD,   /* one of words */
    CONFIG_URL,    /* http:// or https:// with a host; smtp:// and smtps:// where words say so */
    CONFIG_PATH,   /* absolute */
    CONFIG_LISTEN, /* 127.0.0.1:8480, [::1]:8480, *:8443 */
    CONFIG_HOST,   /* a name or an address without port */
    CONFIG_ORIGIN, /* http(s)://host[:port] */
    CONFIG_SERIAL, /* 10..20 capitals and digits */
    CONFIG_MODEL,  /* a printer model by any of its names */
    CONFIG_PIN,    /* SHA-256 in hex, colons allowed */
    CONFIG_SLOT,   /* printer/unit/slot, or with /color or /material behind */
    CONFIG_CODE,   /* three capitals of ISO 4217 */
};

enum {
    CONFIG_SECRET = 1 << 0, /* redacted when printed; may be file:PATH or cred:NAME */
    CONFIG_LIST = 1 << 1,   /* several values: repeated, or separated by commas */
    CONFIG_API = 1 << 2,    /* can be set through the API, which then wins */
    CONFIG_NAMED = 1 << 3,  /* the section carries a name: [section.NAME] */
    CONFIG_FREE = 1 << 4,   /* the key is the user's: name = value */
    CONFIG_RELOAD = 1 << 5, /* a running daemon takes it up; those of the API and named ones too */
};

struct config_key {
    const char *section, *key;
    enum config_kind kind;
    const char *preset; /* the default; NULL: unset */
    double min, max;    /* of numbers, and of the length of texts; 0, 0: any */
    const char *const *words;
    unsigned flags;
    const char *doc;
};

enum config_origin {
    CONFIG_FROM_DEFAULT,
    CONFIG_FROM_FILE,
    CONFIG_FROM_ENVIRONMENT,
    CONFIG_FROM_COMMAND_LINE,
    CONFIG_FROM_API,
};

/* One value. ${name} is the NAME of a named section or the key of a free line, else "". */
struct config_value {
    const struct config_key *key;
    char *name, *text;
    enum config_origin origin;
    char *place; /* file name, variable or option */
    int line;    /* in a file, else 0 */
};

/* The table, ended by a row without section. */
extern const struct config_key config_keys[];
const struct config_key *config_key_find(const char *section, const char *key);

struct config *config_new(void);
void config_free(struct config *config); /* NULL is fine */

/* Set or, for lists, add a value; weaker origins first. A stronger origin replaces what weaker ones
 * said; a second value from the same origin for a key that is no list is a problem, and so is an
 * unknown key or a text that its kind does not allow. ${section} may be "printer.NAME". */
void config_set(struct config *config, const char *section, const char *key, const char *text,
                enum config_origin origin, const char *place, int line);

/* Resolve references of secrets and check what must stand together. False: there are problems.
 * ${credentials}: the folder of cred:NAME, or NULL. */
bool config_check(struct config *config, const char *credentials);

/* Every problem found so far, one line each: "FILE:LINE: section.key: what is wrong". */
size_t config_problem_count(const struct config *config);
const char *config_problem(const struct config *config, size_t index);
void config_note_problem(struct config *config, const char *place, int line, const char *format,
                         ...) __attribute__((format(printf, 4, 5)));

/* Lookups. The names must be in the table: anything else is a bug and aborts. An unset value is
 * the default, and where there is none NULL, 0 or false. */
const char *config_text(const struct config *config, const char *section, const char *key);
int64_t config_int(const struct config *config, const char *section, const char *key);
bool config_bool(const struct config *config, const char *section, const char *key);
/* The value with its origin, of a list the first; NULL: unset. */
const struct config_value *config_value(const struct config *config, const char *section,
                                        const char *key);

/* Do both say the same about a key, all values of a list or of a free line? */
bool config_same(const struct config *a, const struct config *b, const char *section,
                 const char *key);

/* The text of [section.NAME] key. */
const char *config_named(const struct config *config, const char *section, const char *name,
                         const char *key);

/* Walk values in order of their sources: start with *at = 0; NULL at the end. Lists and free lines
 * give one value each; defaults of lists are walked too. */
const struct config_value *config_each(const struct config *config, const char *section,
                                       const char *key, size_t *at);
/* Walk the names of [section.NAME]. */
const char *config_each_name(const struct config *config, const char *section, size_t *at);

#endif
