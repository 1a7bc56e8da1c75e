/*
 * Slots, rolls and decisions as lines of text, so that a test of a rule reads as the rule does.
 * A line is words `key=value` and flags; "_" in a value is a blank.
 *   tray: unseen | empty | unknown | reading | [uuid= tag= profile= material= name= color=A,B g=
 *         remain=]
 *   roll: id= brand= product= material= profile= color= uuid= tag= tag2= g= used= archived draft
 *         elsewhere here
 * Owner: the test's own storage. Thread: one.
 */
#ifndef TESTS_UNIT_SLOT_TEXT_H
#define TESTS_UNIT_SLOT_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/decide.h"
#include "core/tray.h"

enum { WORDS_SIZE = 512 };

/* The value of a key; "" for a flag, NULL where it is missing. */
static inline const char *word_of(const char *line, const char *key, char value[WORDS_SIZE])
{
    size_t length = strlen(key);

    for (const char *at = line; *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (strncmp(at, key, length) == 0 && (length == word || at[length] == '=')) {
            size_t skip = length == word ? length : length + 1;
            assert_true(text_copy_len(value, WORDS_SIZE, at + skip, word - skip));
            for (char *c = value; *c; c++)
                *c = (char)(*c == '_' ? ' ' : *c);
            return value;
        }
        at += word;
    }
    return NULL;
}

static inline bool flag_of(const char *line, const char *key)
{
    char value[WORDS_SIZE];

    return word_of(line, key, value) != NULL;
}

static inline void copy_word(const char *line, const char *key, char *to, size_t size)
{
    char value[WORDS_SIZE];
    const char *found = word_of(line, key, value);

    assert_true(text_copy(to, size, found ? found : ""));
}

static inline int64_t number_of(const char *line, const char *key, int64_t otherwise)
{
    char value[WORDS_SIZE];
    int64_t number;

    if (!word_of(line, key, value))
        return otherwise;
    assert_true(text_to_int(value, &number));
    return number;
}

static inline struct colors colors_of(const char *line)
{
    struct colors colors = {0};
    char value[WORDS_SIZE], part[COLOR_TEXT_SIZE];
    const char *at = word_of(line, "color", value);

    while (at && *at) {
        size_t len = strcspn(at, ",");
        assert_true(text_copy_len(part, sizeof part, at, len));
        assert_true(color_parse(part, &colors.list[colors.count++]));
        at += at[len] == ',' ? len + 1 : len;
    }
    return colors;
}

static inline enum slot_state state_of(const char *line)
{
    static const struct {
        const char *word;
        enum slot_state state;
    } states[] = {{"unseen", SLOT_UNSEEN},
                  {"empty", SLOT_EMPTY},
                  {"unknown", SLOT_UNKNOWN},
                  {"reading", SLOT_READING}};

    for (size_t i = 0; i < LEN(states); i++)
        if (flag_of(line, states[i].word))
            return states[i].state;
    return SLOT_PRESENT;
}

static inline struct tray tray_from(const char *line)
{
    struct tray tray;
    struct colors colors = colors_of(line);

    memset(&tray, 0, sizeof tray);
    tray.state = state_of(line);
    copy_word(line, "uuid", tray.tray_uuid, sizeof tray.tray_uuid);
    copy_word(line, "tag", tray.tag_uid, sizeof tray.tag_uid);
    copy_word(line, "profile", tray.profile, sizeof tray.profile);
    copy_word(line, "material", tray.material, sizeof tray.material);
    copy_word(line, "name", tray.name, sizeof tray.name);
    tray.weight_g = (int32_t)number_of(line, "g", 0);
    tray.remain_percent = (int32_t)number_of(line, "remain", -1);
    tray.has_color = colors.count > 0;
    tray.rgba = colors.count > 0 ? color_rgba(colors.list[0]) : 0;
    for (int i = 0; colors.count > 1 && i < colors.count; i++)
        tray.colors[tray.color_count++] = color_rgba(colors.list[i]);
    return tray;
}

enum { TEST_PRINTER = 7, OTHER_PRINTER = 8 };
static const struct slot_address test_slot = {1, 2}, other_slot = {1, 3};

static inline struct roll roll_from(const char *line)
{
    struct roll roll;

    memset(&roll, 0, sizeof roll);
    roll.id = roll.number = number_of(line, "id", 0);
    copy_word(line, "brand", roll.brand, sizeof roll.brand);
    copy_word(line, "product", roll.product, sizeof roll.product);
    copy_word(line, "material", roll.material, sizeof roll.material);
    copy_word(line, "profile", roll.profile, sizeof roll.profile);
    copy_word(line, "uuid", roll.tray_uuid, sizeof roll.tray_uuid);
    copy_word(line, "tag", roll.tag_uids[0], sizeof roll.tag_uids[0]);
    copy_word(line, "tag2", roll.tag_uids[1], sizeof roll.tag_uids[1]);
    roll.colors = colors_of(line);
    roll.remaining_mg = number_of(line, "g", 1000) * 1000;
    roll.last_used_at = number_of(line, "used", 0);
    roll.archived = flag_of(line, "archived");
    roll.draft = flag_of(line, "draft");
    if (flag_of(line, "elsewhere") || flag_of(line, "here")) {
        roll.loaded_printer = TEST_PRINTER;
        roll.loaded_at = flag_of(line, "here") ? test_slot : other_slot;
    }
    return roll;
}

/* Lines of rolls, one below the other. */
static inline size_t rolls_from(const char *lines, struct roll *rolls, size_t size)
{
    char line[WORDS_SIZE];
    size_t count = 0;

    while (*lines) {
        size_t len = strcspn(lines, "\n");
        assert_true(count < size && text_copy_len(line, sizeof line, lines, len));
        rolls[count++] = roll_from(line);
        lines += lines[len] ? len + 1 : len;
    }
    return count;
}

#endif
