#include "service/config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "service/config_rules.h"
#include "service/config_unknown.h"
#include "service/config_values.h"

struct config *config_new(void)
{
    struct config *config = calloc(1, sizeof *config);
    for (const struct config_key *row = config_keys; config && row->section; row++) {
        char name[] = "", place[] = "", text[128];
        struct config_value value = {.key = row, .name = name, .text = text, .place = place};
        if (row->preset && text_copy(text, sizeof text, row->preset))
            config_values_put(config, &value);
    }
    return config;
}

static void value_clear(struct config_value *value)
{
    free(value->name);
    free(value->text);
    free(value->place);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->value_count; i++)
        value_clear(&config->values[i]);
    for (size_t i = 0; i < config->problem_count; i++)
        free(config->problems[i]);
    free(config->values);
    free(config->problems);
    free(config);
}

void config_note_problem(struct config *config, const char *place, int line, const char *format,
                         ...)
{
    auto_buf text = {0};
    if (place && line > 0)
        buf_format(&text, "%s:%d: ", place, line);
    else if (place)
        buf_format(&text, "%s: ", place);
    char rest[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(rest, sizeof rest, format, args);
    va_end(args);
    buf_text(&text, rest);
    size_t size = (config->problem_count + 1) * sizeof *config->problems;
    char **list = realloc(config->problems, size);
    assert(list);
    config->problems = list;
    list[config->problem_count] = buf_take(&text, NULL);
    assert(list[config->problem_count]);
    config->problem_count++;
}

size_t config_problem_count(const struct config *config)
{
    return config->problem_count;
}

const char *config_problem(const struct config *config, size_t index)
{
    return index < config->problem_count ? config->problems[index] : NULL;
}

static bool same_key(const struct config_value *value, const struct config_key *key,
                     const char *name)
{
    return value->key == key && strcmp(value->name, name) == 0;
}

/* What a stronger source says stands alone, for lists as well. */
static void drop_weaker(struct config *config, const struct config_key *key, const char *name,
                        enum config_origin origin)
{
    size_t kept = 0;
    for (size_t i = 0; i < config->value_count; i++) {
        struct config_value *value = &config->values[i];
        if (same_key(value, key, name) && value->origin < origin)
            value_clear(value);
        else
            config->values[kept++] = *value;
    }
    config->value_count = kept;
}

static const struct config_value *first_of(const struct config *config,
                                           const struct config_key *key, const char *name)
{
    for (size_t i = 0; i < config->value_count; i++)
        if (same_key(&config->values[i], key, name))
            return &config->values[i];
    return NULL;
}

/* Enough for hundreds of printers; more would only be slow. */
enum { VALUES_MOST = 8192 };

static void append(struct config *config, const struct config_value *value)
{
    if (config->value_count == VALUES_MOST) {
        config_note_problem(config, value->place, value->line, "more than %d values", VALUES_MOST);
        return;
    }
    size_t size = (config->value_count + 1) * sizeof *config->values;
    struct config_value *list = realloc(config->values, size);
    assert(list);
    config->values = list;
    struct config_value *copy = &list[config->value_count++];
    *copy = *value;
    copy->name = strdup(value->name);
    copy->text = strdup(value->text);
    copy->place = strdup(value->place);
    assert(copy->name && copy->text && copy->place);
}

static void append_items(struct config *config, const struct config_value *value)
{
    auto_free char *items = strdup(value->text);
    assert(items);
    struct config_value item = *value;
    char *rest = items;
    for (char *next = strsep(&rest, ","); next; next = strsep(&rest, ",")) {
        text_trim(next);
        item.text = next;
        append(config, &item);
    }
}

/* "printer.workshop" is the named section "printer" with the name "workshop". */
static const struct config_key *find_named(const char *section, const char *key,
                                           const char **ret_name)
{
    const char *dot = strchr(section, '.');
    char head[32];
    if (!dot || !dot[1] || !text_copy_len(head, sizeof head, section, (size_t)(dot - section)))
        return NULL;
    const struct config_key *row = config_key_find(head, key);
    *ret_name = dot + 1;
    return row && row->flags & CONFIG_NAMED ? row : NULL;
}

void config_set(struct config *config, const char *section, const char *key, const char *text,
                enum config_origin origin, const char *place, int line)
{
    const char *name = "";
    const struct config_key *row = config_key_find(section, key);
    if (row && row->flags & CONFIG_NAMED)
        row = NULL;
    if (row && row->flags & CONFIG_FREE)
        name = key;
    if (!row)
        row = find_named(section, key, &name);
    if (!row) {
        config_unknown_note(config, section, key, place, line);
        return;
    }
    auto_free char *own_name = strdup(name), *own_text = strdup(text), *own_place = strdup(place);
    assert(own_name && own_text && own_place);
    struct config_value value = {row, own_name, own_text, origin, own_place, line};
    if (config_rules_accept(config, &value))
        config_values_put(config, &value);
}

void config_values_put(struct config *config, const struct config_value *value)
{
    const struct config_key *key = value->key;
    drop_weaker(config, key, value->name, value->origin);
    const struct config_value *before = first_of(config, key, value->name);
    if (before && before->origin > value->origin)
        return;
    if (before && !(key->flags & CONFIG_LIST)) {
        config_note_problem(config, value->place, value->line,
                            "%s is set twice, first in %s:%d; keep one of the two lines",
                            key->flags & CONFIG_FREE ? value->name : key->key, before->place,
                            before->line);
        return;
    }
    if (key->flags & CONFIG_LIST)
        append_items(config, value);
    else
        append(config, value);
}

const struct config_value *config_each(const struct config *config, const char *section,
                                       const char *key, size_t *at)
{
    const struct config_key *row = config_key_find(section, key);
    assert(row);
    while (*at < config->value_count) {
        const struct config_value *value = &config->values[(*at)++];
        if (value->key == row)
            return value;
    }
    return NULL;
}

const struct config_value *config_value(const struct config *config, const char *section,
                                        const char *key)
{
    size_t at = 0;
    return config_each(config, section, key, &at);
}

const char *config_text(const struct config *config, const char *section, const char *key)
{
    const struct config_value *value = config_value(config, section, key);
    return value ? value->text : NULL;
}

int64_t config_int(const struct config *config, const char *section, const char *key)
{
    const char *text = config_text(config, section, key);
    int64_t number = 0;
    return text && text_to_int(text, &number) ? number : 0;
}

bool config_bool(const struct config *config, const char *section, const char *key)
{
    const char *text = config_text(config, section, key);
    bool on = false;
    return text && config_rules_bool(text, &on) && on;
}

const char *config_named(const struct config *config, const char *section, const char *name,
                         const char *key)
{
    const struct config_key *row = config_key_find(section, key);
    assert(row && row->flags & CONFIG_NAMED);
    const struct config_value *value = first_of(config, row, name);
    return value ? value->text : NULL;
}

bool config_same(const struct config *a, const struct config *b, const char *section,
                 const char *key)
{
    size_t in_a = 0, in_b = 0;
    const struct config_value *one, *other;
    do {
        one = config_each(a, section, key, &in_a);
        other = config_each(b, section, key, &in_b);
    } while (one && other && strcmp(one->name, other->name) == 0 &&
             strcmp(one->text, other->text) == 0);
    return !one && !other;
}

static bool name_seen_before(const struct config *config, size_t index)
{
    const struct config_value *value = &config->values[index];
    for (size_t i = 0; i < index; i++) {
        const struct config_value *other = &config->values[i];
        if (strcmp(other->key->section, value->key->section) == 0 &&
            strcmp(other->name, value->name) == 0)
            return true;
    }
    return false;
}

const char *config_each_name(const struct config *config, const char *section, size_t *at)
{
    while (*at < config->value_count) {
        size_t index = (*at)++;
        const struct config_value *value = &config->values[index];
        bool ours = value->key->flags & CONFIG_NAMED && strcmp(value->key->section, section) == 0;
        if (ours && !name_seen_before(config, index))
            return value->name;
    }
    return NULL;
}
