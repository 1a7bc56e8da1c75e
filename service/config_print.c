#include "service/config_print.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "service/config.h"
#include "service/config_values.h"

static void add_origin(struct buf *out, const struct config_value *value)
{
    switch (value->origin) {
    case CONFIG_FROM_DEFAULT:
        buf_text(out, "default");
        break;
    case CONFIG_FROM_FILE:
        buf_format(out, "%s:%d", value->place, value->line);
        break;
    case CONFIG_FROM_ENVIRONMENT:
        buf_format(out, "environment %s", value->place);
        break;
    case CONFIG_FROM_COMMAND_LINE:
        buf_format(out, "command line %s", value->place);
        break;
    case CONFIG_FROM_API:
        buf_text(out, "API");
        break;
    }
}

static void add_value(struct buf *out, const struct config_value *value)
{
    const struct config_key *key = value->key;
    size_t from = out->len;
    buf_format(out, "%s = %s", key->flags & CONFIG_FREE ? value->name : key->key,
               key->flags & CONFIG_SECRET ? "(set, not shown)" : value->text);
    size_t width = out->len - from;
    buf_format(out, "%*s ; ", width < 47 ? (int)(47 - width) : 0, "");
    add_origin(out, value);
    buf_char(out, '\n');
}

static void add_row(const struct config *config, const struct config_key *row, const char *name,
                    struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < config->value_count; i++) {
        const struct config_value *value = &config->values[i];
        if (value->key != row || (name && strcmp(value->name, name) != 0))
            continue;
        any = true;
        add_value(out, value);
    }
    if (!any && !(row->flags & (CONFIG_NAMED | CONFIG_FREE)))
        buf_format(out, "; %s = %*s ; unset: %s\n", row->key,
                   strlen(row->key) < 42 ? (int)(42 - strlen(row->key)) : 0, "", row->doc);
}

static bool begins_section(const struct config_key *row)
{
    return row == config_keys || strcmp(row[-1].section, row->section) != 0;
}

static void add_named(const struct config *config, const struct config_key *first, struct buf *out)
{
    size_t at = 0;
    for (const char *name = config_each_name(config, first->section, &at); name;
         name = config_each_name(config, first->section, &at)) {
        buf_format(out, "\n[%s.%s]\n", first->section, name);
        for (const struct config_key *row = first;
             row->section && strcmp(row->section, first->section) == 0; row++)
            add_row(config, row, name, out);
    }
}

void config_print_values(const struct config *config, struct buf *out)
{
    for (const struct config_key *row = config_keys; row->section; row++) {
        bool first = begins_section(row);
        if (row->flags & CONFIG_NAMED) {
            if (first)
                add_named(config, row, out);
            continue;
        }
        if (first)
            buf_format(out, "%s[%s]\n", out->len ? "\n" : "", row->section);
        add_row(config, row, NULL, out);
    }
}
