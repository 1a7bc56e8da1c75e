/* Any bytes as what a slot and a roll say of themselves: fingerprints come back as they were, and
 * the roll that is assigned on its own never disagrees with the slot. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/decide.h"
#include "core/tray.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The next line of the input, as far as it fits. */
static void take_line(const char **at, const char *end, char *to, size_t room)
{
    size_t len = 0;
    while (*at + len < end && (*at)[len] != '\n' && (*at)[len] != '\0')
        len++;
    text_copy_len(to, room, *at, len < room ? len : room - 1);
    *at += *at + len < end ? len + 1 : len;
}

static void take_tray(const char **at, const char *end, struct tray *tray)
{
    char color[COLOR_TEXT_SIZE];
    struct color parsed;
    memset(tray, 0, sizeof *tray);
    tray->state = SLOT_PRESENT;
    take_line(at, end, tray->tray_uuid, sizeof tray->tray_uuid);
    take_line(at, end, tray->tag_uid, sizeof tray->tag_uid);
    take_line(at, end, tray->profile, sizeof tray->profile);
    take_line(at, end, tray->material, sizeof tray->material);
    take_line(at, end, tray->name, sizeof tray->name);
    take_line(at, end, color, sizeof color);
    tray->has_color = color_parse(color, &parsed);
    if (tray->has_color)
        tray->rgba = (uint32_t)parsed.r << 24 | (uint32_t)parsed.g << 16 | (uint32_t)parsed.b << 8 |
                     parsed.a;
}

static void take_roll(const char **at, const char *end, struct roll *roll)
{
    char color[COLOR_TEXT_SIZE];
    memset(roll, 0, sizeof *roll);
    roll->id = 1;
    roll->remaining_mg = 1000;
    take_line(at, end, roll->tray_uuid, sizeof roll->tray_uuid);
    take_line(at, end, roll->tag_uids[0], sizeof roll->tag_uids[0]);
    take_line(at, end, roll->profile, sizeof roll->profile);
    take_line(at, end, roll->material, sizeof roll->material);
    take_line(at, end, roll->product, sizeof roll->product);
    take_line(at, end, roll->brand, sizeof roll->brand);
    take_line(at, end, color, sizeof color);
    roll->colors.count = color_parse(color, &roll->colors.list[0]);
}

static void check_fingerprint(const struct tray *tray)
{
    char print[FINGERPRINT_SIZE], again[FINGERPRINT_SIZE];
    struct look look;
    match_fingerprint(tray, print);
    assert(look_parse(print, &look) == (print[0] != '\0'));
    look_fingerprint(&look, again);
    assert(strcmp(print, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *at = (const char *)bytes, *end = at + size;
    struct tray before, after;
    struct roll roll;
    take_tray(&at, end, &before);
    take_tray(&at, end, &after);
    take_roll(&at, end, &roll);
    check_fingerprint(&before);
    check_fingerprint(&after);
    struct slot_facts facts = {.printer = 1, .at = {1, 1}, .rolls = &roll, .roll_count = 1};
    struct decision decision;
    slot_decide(&before, &after, &facts, &decision);
    if (decision.kind & DECIDE_ASSIGN)
        assert(slot_match(&after, &roll) == MATCH_OK);
    return 0;
}
