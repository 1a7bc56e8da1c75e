#include "core/tray.h"

#include <math.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/field.h"

static const struct field fields[] = {
    FIELD("tray_type", "material", K_TEXT, struct tray, material, 0, 0),
    FIELD("tray_info_idx", "profile", K_TEXT, struct tray, profile, 0, 0),
    FIELD("tray_sub_brands", "name", K_TEXT, struct tray, name, 0, 0),
    FIELD("tray_id_name", "color_code", K_TEXT, struct tray, color_code, 0, 0),
    FIELD("tag_uid", "tag_uid", K_TEXT, struct tray, tag_uid, 0, 0),
    FIELD("tray_uuid", "tray_uuid", K_TEXT, struct tray, tray_uuid, 0, 0),
    FIELD("remain", "remain", K_INT, struct tray, remain_raw, 0, 0),
    FIELD("tray_weight", "weight_g", K_INT, struct tray, weight_g, 0, 100000),
    FIELD("nozzle_temp_min", "nozzle_temp_min", K_INT, struct tray, nozzle_temp_min, 0, 1000),
    FIELD("nozzle_temp_max", "nozzle_temp_max", K_INT, struct tray, nozzle_temp_max, 0, 1000),
    FIELD("bed_temp", "bed_temp", K_INT, struct tray, bed_temp, 0, 1000),
    FIELD("tray_temp", "dry_temp", K_INT, struct tray, dry_temp, 0, 1000),
    FIELD("drying_temp", "dry_temp", K_INT, struct tray, dry_temp, 0, 1000),
    FIELD("tray_time", "dry_hours", K_INT, struct tray, dry_hours, 0, 1000),
    FIELD("drying_time", "dry_hours", K_INT, struct tray, dry_hours, 0, 1000),
    FIELD("tray_color", "rgba", K_COLOR, struct tray, rgba, 0, 0),
};

/* What reports do not carry in this form, but a dump does. */
static const struct field own_fields[] = {
    FIELD(NULL, "state", K_INT, struct tray, state, 0, SLOT_PRESENT),
    FIELD(NULL, "has_color", K_INT, struct tray, has_color, 0, 1),
    FIELD(NULL, "color_count", K_INT, struct tray, color_count, 0, TRAY_COLORS_MAX),
    FIELD(NULL, "remain_percent", K_INT, struct tray, remain_percent, -1, 100),
    FIELD(NULL, "diameter_um", K_INT, struct tray, diameter_um, 0, 100000),
};

static const struct field color_field = {.name = "color", .kind = K_COLOR, .size = 4};

void tray_init(struct tray *tray)
{
    memset(tray, 0, sizeof *tray);
    tray->remain_raw = -1;
    tray->remain_percent = -1;
}

bool tray_described(const struct tray *tray)
{
    return *tray->material || *tray->profile;
}

static bool has_text(const json_t *object, const char *key)
{
    return json_is_string(json_object_get(object, key));
}

enum tray_form tray_form(const json_t *object)
{
    const char *key;
    json_t *value;
    if (has_text(object, "tray_type") || has_text(object, "tray_info_idx"))
        return TRAY_WHOLE;
    json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
        if (!json_is_null(value) && strcmp(key, "id") != 0 && strcmp(key, "state") != 0)
            return TRAY_PARTIAL;
    }
    return TRAY_BARE;
}

/* An unreadable field keeps what was there before, also where the rest is replaced. */
static unsigned take_fields(struct tray *next, const struct tray *before, const json_t *object)
{
    unsigned bad = 0;
    for (size_t i = 0; i < LEN(fields); i++) {
        const struct field *field = &fields[i];
        if (field_take(field, next, json_object_get(object, field->wire)) != FIELD_BAD)
            continue;
        memcpy((char *)next + field->at, (const char *)before + field->at, field->size);
        bad++;
    }
    return bad;
}

static unsigned take_colors(struct tray *next, const struct tray *before, const json_t *list)
{
    size_t index;
    json_t *value;
    if (!list || json_is_null(list))
        return 0;
    memcpy(next->colors, before->colors, sizeof next->colors);
    next->color_count = before->color_count;
    if (!json_is_array(list) || json_array_size(list) > TRAY_COLORS_MAX)
        return 1;
    uint32_t colors[TRAY_COLORS_MAX] = {0};
    json_array_foreach (list, index, value) {
        if (field_take(&color_field, &colors[index], value) != FIELD_TAKEN)
            return 1;
    }
    next->color_count = index >= 2 ? (int32_t)index : 0;
    memset(next->colors, 0, sizeof next->colors);
    if (next->color_count)
        memcpy(next->colors, colors, sizeof colors);
    return 0;
}

static unsigned take_diameter(struct tray *next, const struct tray *before, const json_t *value)
{
    double mm = 0;
    const struct field field = {.kind = K_REAL, .size = sizeof mm, .min = 0, .max = 100};
    enum field_taken taken = field_take(&field, &mm, value);
    if (taken == FIELD_TAKEN)
        next->diameter_um = (int32_t)lround(mm * 1000);
    else if (taken == FIELD_BAD)
        next->diameter_um = before->diameter_um;
    return taken == FIELD_BAD;
}

static void tidy_tag(char *tag, size_t size)
{
    text_upper(tag);
    if (strspn(tag, "0") == strlen(tag))
        memset(tag, 0, size);
}

static void tidy(struct tray *next)
{
    tidy_tag(next->tag_uid, sizeof next->tag_uid);
    tidy_tag(next->tray_uuid, sizeof next->tray_uuid);
    if (next->remain_raw < 0 || next->remain_raw > 100)
        next->remain_raw = -1;
}

/* Which colour counts was decided by the field; here, whether there is one at all. */
static void tidy_color(struct tray *next, const struct tray *before, const json_t *value)
{
    uint32_t rgba = 0;
    enum field_taken taken = field_take(&color_field, &rgba, value);
    if (taken == FIELD_BAD)
        next->has_color = before->has_color;
    else if (taken == FIELD_TAKEN)
        next->has_color = 1;
    else if (json_is_string(value))
        next->has_color = 0;
    if (!next->has_color)
        next->rgba = 0;
}

static bool equal_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static void keep_text(char *next, const char *before, size_t size)
{
    if (!*next)
        text_copy(next, size, before);
}

/* Periodic updates of some firmware zero the tag of a roll that never left. */
static void keep_identity(struct tray *next, const struct tray *before)
{
    bool same = equal_text(next->material, before->material) &&
                equal_text(next->profile, before->profile) && next->rgba == before->rgba;
    keep_text(next->tray_uuid, same ? before->tray_uuid : "", sizeof next->tray_uuid);
    if (!same || !equal_text(next->tray_uuid, before->tray_uuid))
        return;
    keep_text(next->tag_uid, before->tag_uid, sizeof next->tag_uid);
    keep_text(next->name, before->name, sizeof next->name);
    keep_text(next->color_code, before->color_code, sizeof next->color_code);
    if (!next->weight_g)
        next->weight_g = before->weight_g;
}

unsigned tray_merge(struct tray *raw, const json_t *object, bool stays)
{
    struct tray next;
    enum tray_form form = tray_form(object);
    tray_init(&next);
    if (form == TRAY_PARTIAL)
        next = *raw;
    if (form == TRAY_BARE) {
        *raw = next;
        return 0;
    }
    unsigned bad = take_fields(&next, raw, object);
    bad += take_colors(&next, raw, json_object_get(object, "cols"));
    bad += take_diameter(&next, raw, json_object_get(object, "tray_diameter"));
    tidy(&next);
    tidy_color(&next, raw, json_object_get(object, "tray_color"));
    if (stays)
        keep_identity(&next, raw);
    *raw = next;
    return bad;
}

bool tray_same_facts(const struct tray *a, const struct tray *b)
{
    /* Turned round, the same roll shows the chip of its other side. */
    bool tag = equal_text(a->tag_uid, b->tag_uid) || *a->tray_uuid;
    return tag && a->state == b->state && a->has_color == b->has_color && a->rgba == b->rgba &&
           a->color_count == b->color_count &&
           memcmp(a->colors, b->colors, sizeof a->colors) == 0 &&
           equal_text(a->material, b->material) && equal_text(a->profile, b->profile) &&
           equal_text(a->name, b->name) && equal_text(a->tray_uuid, b->tray_uuid);
}

bool tray_equal(const struct tray *a, const struct tray *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

json_t *tray_dump(const struct tray *tray)
{
    json_t *dump = json_object();
    field_dump(fields, LEN(fields), tray, dump);
    field_dump(own_fields, LEN(own_fields), tray, dump);
    if (!tray->color_count)
        return dump;
    json_t *colors = json_array();
    for (int i = 0; i < tray->color_count; i++)
        json_array_append_new(colors, json_integer(tray->colors[i]));
    json_object_set_new(dump, "colors", colors);
    return dump;
}

void tray_load(struct tray *tray, const json_t *dump)
{
    size_t index;
    json_t *value;
    memset(tray, 0, sizeof *tray);
    field_load(fields, LEN(fields), tray, dump);
    field_load(own_fields, LEN(own_fields), tray, dump);
    json_array_foreach (json_object_get(dump, "colors"), index, value) {
        if (index < TRAY_COLORS_MAX)
            tray->colors[index] = (uint32_t)json_integer_value(value);
    }
}
