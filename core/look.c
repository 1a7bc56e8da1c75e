#include "core/look.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/profile.h"
#include "core/rules.h"
#include "core/tray.h"
#include "core/variety.h"

enum { PART_UUID, PART_TAG, PART_PROFILE, PART_MATERIAL, PART_NAME, PART_COLORS, PARTS };

static struct color from_rgba(uint32_t rgba)
{
    return (struct color){(uint8_t)(rgba >> 24), (uint8_t)(rgba >> 16), (uint8_t)(rgba >> 8),
                          (uint8_t)rgba};
}

static void copy_tag(char to[LOOK_TAG_SIZE], const char *tag)
{
    if (strspn(tag, "0") == strlen(tag))
        tag = "";
    text_copy(to, LOOK_TAG_SIZE, tag);
    text_upper(to);
}

static void copy_colors(struct colors *to, const struct tray *tray)
{
    for (int i = 0; i < tray->color_count && i < COLORS_MAX; i++)
        to->list[to->count++] = from_rgba(tray->colors[i]);
    if (to->count == 0 && tray->has_color)
        to->list[to->count++] = from_rgba(tray->rgba);
}

void look_of(const struct tray *tray, struct look *ret_look)
{
    memset(ret_look, 0, sizeof *ret_look);
    if (tray->state != SLOT_PRESENT)
        return;
    copy_tag(ret_look->tray_uuid, tray->tray_uuid);
    copy_tag(ret_look->tag_uid, tray->tag_uid);
    text_copy(ret_look->profile, sizeof ret_look->profile, tray->profile);
    text_copy(ret_look->material, sizeof ret_look->material, tray->material);
    text_copy(ret_look->name, sizeof ret_look->name, tray->name);
    copy_colors(&ret_look->colors, tray);
}

bool look_tagged(const struct look *look)
{
    return look->tray_uuid[0] != '\0' || look->tag_uid[0] != '\0';
}

bool look_described(const struct look *look)
{
    return look_tagged(look) || look->profile[0] != '\0' || look->material[0] != '\0' ||
           look->name[0] != '\0' || look->colors.count > 0;
}

/* The separators of a fingerprint and control characters cannot stand inside its parts. */
static char *put_text(char *to, const char *text)
{
    for (; *text != '\0'; text++)
        *to++ = (char)(*text == '|' || (unsigned char)*text < ' ' ? ' ' : *text);
    return to;
}

static char *put_part(char *to, const char *text)
{
    to = put_text(to, text);
    *to++ = '|';
    return to;
}

void look_fingerprint(const struct look *look, char ret_text[FINGERPRINT_SIZE])
{
    _Static_assert(2 * LOOK_TAG_SIZE + LOOK_PROFILE_SIZE + LOOK_MATERIAL_SIZE + LOOK_NAME_SIZE +
                           COLORS_MAX * COLOR_TEXT_SIZE + PARTS <
                       FINGERPRINT_SIZE,
                   "the longest look fits");
    char *to = ret_text, color[COLOR_TEXT_SIZE];

    memset(ret_text, 0, FINGERPRINT_SIZE);
    if (!look_described(look))
        return;
    to = put_part(to, look->tray_uuid);
    to = put_part(to, look->tray_uuid[0] != '\0' ? "" : look->tag_uid);
    to = put_part(put_part(put_part(to, look->profile), look->material), look->name);
    for (int i = 0; i < look->colors.count; i++) {
        color_text_alpha(look->colors.list[i], color);
        to = put_text(i > 0 ? put_text(to, ",") : to, color);
    }
}

static bool parse_colors(const char *text, struct colors *colors)
{
    char part[COLOR_TEXT_SIZE];

    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        if (colors->count == COLORS_MAX || !text_copy_len(part, sizeof part, text, len) ||
            !color_parse(part, &colors->list[colors->count]))
            return false;
        colors->count++;
        text += text[len] == ',' ? len + 1 : len;
    }
    return true;
}

static bool parse_parts(const char *text, struct look *look)
{
    char *const parts[] = {look->tray_uuid, look->tag_uid, look->profile, look->material,
                           look->name};
    const size_t sizes[] = {LOOK_TAG_SIZE, LOOK_TAG_SIZE, LOOK_PROFILE_SIZE, LOOK_MATERIAL_SIZE,
                            LOOK_NAME_SIZE};

    for (size_t i = 0; i < LEN(parts); i++) {
        size_t len = strcspn(text, "|");
        if (text[len] != '|' || !text_copy_len(parts[i], sizes[i], text, len))
            return false;
        text += len + 1;
    }
    return parse_colors(text, &look->colors);
}

bool look_parse(const char *fingerprint, struct look *ret_look)
{
    memset(ret_look, 0, sizeof *ret_look);
    if (parse_parts(fingerprint, ret_look))
        return true;
    memset(ret_look, 0, sizeof *ret_look);
    return false;
}

void look_variety(const struct look *look, struct variety *ret_variety)
{
    const struct profile *profile = profile_find(look->profile);

    *ret_variety = (struct variety){0};
    variety_add(ret_variety, look->material);
    if (profile) {
        variety_add(ret_variety, profile->material);
        variety_add(ret_variety, profile->product);
    }
    variety_add(ret_variety, look->name);
}

static bool differ(const char *a, const char *b)
{
    return a[0] != '\0' && b[0] != '\0' && strcmp(a, b) != 0;
}

/* A tag that is not read any more is no change: partial reports leave it out (section 7 of the
 * protocol, trap b). Sides of one roll share the tray_uuid. */
static bool tag_changed(const struct look *before, const struct look *after)
{
    if (before->tray_uuid[0] != '\0' || after->tray_uuid[0] != '\0')
        return differ(before->tray_uuid, after->tray_uuid);
    return differ(before->tag_uid, after->tag_uid);
}

static bool material_changed(const struct look *before, const struct look *after)
{
    struct variety was, is;

    look_variety(before, &was);
    look_variety(after, &is);
    if (was.polymer == 0 || is.polymer == 0)
        return differ(before->material, after->material);
    return variety_clash(&was, &is);
}

enum look_change look_changed(const struct look *before, const struct look *after)
{
    if (tag_changed(before, after))
        return LOOK_TAG;
    if (material_changed(before, after))
        return LOOK_MATERIAL;
    if (before->colors.count == 0 || after->colors.count == 0)
        return LOOK_SAME;
    return color_sets_distance(&before->colors, &after->colors) > RULE_COLOR_SAME ? LOOK_COLOR
                                                                                  : LOOK_SAME;
}
