#include "service/config_unknown.h"

#include <string.h>

#include "base/text.h"
#include "service/config.h"

enum { LONGEST = 32, FARTHEST = 3 };

/* Edits (insert, delete, replace) between two short words; LONGEST when one is too long. */
static int edits(const char *a, const char *b)
{
    int row[LONGEST + 1];
    int len = (int)strlen(b);
    if (len > LONGEST || strlen(a) > LONGEST)
        return LONGEST;
    for (int i = 0; i <= len; i++)
        row[i] = i;
    for (int i = 1; a[i - 1]; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= len; j++) {
            int above = row[j];
            int best = corner + (a[i - 1] != b[j - 1]);
            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
            corner = above;
        }
    }
    return row[len];
}

static const char *nearest_section(const char *section)
{
    const char *best = NULL;
    int least = FARTHEST + 1;
    for (const struct config_key *row = config_keys; row->section; row++) {
        int distance = edits(section, row->section);
        if (distance < least) {
            least = distance;
            best = row->section;
        }
    }
    return best;
}

static const char *nearest_key(const char *section, const char *key)
{
    const char *best = NULL;
    int least = FARTHEST + 1;
    for (const struct config_key *row = config_keys; row->section; row++) {
        int distance = strcmp(row->section, section) == 0 ? edits(key, row->key) : LONGEST;
        if (distance < least) {
            least = distance;
            best = row->key;
        }
    }
    return best;
}

/* The section of the table that ${section} means, NULL where there is none. */
static const char *section_of(const char *section)
{
    for (const struct config_key *row = config_keys; row->section; row++) {
        size_t len = strlen(row->section);
        if (row->flags & CONFIG_NAMED) {
            if (text_starts(section, row->section) && section[len] == '.' && section[len + 1])
                return row->section;
        } else if (strcmp(row->section, section) == 0) {
            return row->section;
        }
    }
    return NULL;
}

bool config_unknown_is_section(const char *section)
{
    return section_of(section) != NULL;
}

static void note_section(struct config *config, const char *section, const char *place, int line)
{
    const char *near = nearest_section(section);
    if (!*section)
        config_note_problem(config, place, line, "a key before the first [section]");
    else if (strcmp(section, "printer") == 0)
        config_note_problem(config, place, line,
                            "a printer's section carries its name: [printer.NAME]");
    else if (near)
        config_note_problem(config, place, line, "unknown section [%s]; did you mean [%s]?",
                            section, near);
    else
        config_note_problem(config, place, line, "unknown section [%s]", section);
}

void config_unknown_note(struct config *config, const char *section, const char *key,
                         const char *place, int line)
{
    const char *known = section_of(section);
    const char *near = known && key ? nearest_key(known, key) : NULL;
    if (!known)
        note_section(config, section, place, line);
    else if (near)
        config_note_problem(config, place, line, "unknown key %s in [%s]; did you mean %s?", key,
                            section, near);
    else if (key)
        config_note_problem(config, place, line, "unknown key %s in [%s]", key, section);
}
