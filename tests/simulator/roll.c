#include "tests/simulator/roll.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/text.h"

static const struct named_roll *find(const struct sim *sim, const char *name)
{
    for (int i = 0; i < sim->roll_count; i++) {
        if (!strcmp(sim->rolls[i].name, name))
            return &sim->rolls[i];
    }
    return NULL;
}

bool roll_keep(struct sim *sim, const char *name, const struct roll *roll)
{
    if (find(sim, name) || sim->roll_count == SIM_ROLLS)
        return false;
    struct named_roll *row = &sim->rolls[sim->roll_count];
    if (!text_copy(row->name, sizeof row->name, name))
        return false;
    row->roll = *roll;
    text_copy(row->roll.label, sizeof row->roll.label, name);
    sim->roll_count++;
    return true;
}

void roll_returned(struct sim *sim, const struct roll *roll)
{
    for (int i = 0; i < sim->roll_count; i++) {
        if (roll->label[0] && !strcmp(sim->rolls[i].name, roll->label))
            sim->rolls[i].roll.grams = roll->grams;
    }
}

static bool color(char to[10], const char *from)
{
    from += from[0] == '#';
    size_t len = strlen(from);
    for (size_t i = 0; i < len; i++) {
        if (!isxdigit((unsigned char)from[i]))
            return false;
    }
    if (len != 6 && len != 8)
        return false;
    text_copy(to, 10, from);
    if (len == 6)
        memcpy(to + 6, "FF", 3);
    text_upper(to);
    return true;
}

static bool color_list(struct roll *roll, const char *from)
{
    roll->color_count = 0;
    while (*from && roll->color_count < 4) {
        char one[16];
        size_t len = strcspn(from, ",");
        if (!text_copy_len(one, sizeof one, from, len) ||
            !color(roll->colors[roll->color_count++], one))
            return false;
        from += len + (from[len] == ',');
    }
    memcpy(roll->color, roll->colors[0], sizeof roll->color);
    return *from == 0;
}

/* A made-up identity that depends on the seed and the number of rolls before it alone. */
static void make_identity(struct sim *sim, struct roll *roll)
{
    struct printer dice = {.random = sim->seed * 1000003U + (uint64_t)sim->roll_count + 1};
    uint8_t bytes[16];
    for (int i = 0; i < 16; i++)
        bytes[i] = (uint8_t)model_random(&dice);
    text_hex(roll->tray_uuid, bytes, sizeof bytes);
    text_upper(roll->tray_uuid);
}

static bool identity(struct sim *sim, const struct command *command, struct roll *roll)
{
    const char *uuid = command_get(command, "uuid");
    const char *tag = command_get(command, "tag");
    if (uuid && !strcmp(uuid, "auto"))
        make_identity(sim, roll);
    else if (uuid && !text_copy(roll->tray_uuid, sizeof roll->tray_uuid, uuid))
        return false;
    if (tag)
        return text_copy(roll->tag_uid, sizeof roll->tag_uid, tag);
    if (uuid && strlen(roll->tray_uuid) == 32) {
        text_copy_len(roll->tag_uid, sizeof roll->tag_uid, roll->tray_uuid, 8);
        memcpy(roll->tag_uid + 8, "00000100", 9);
    }
    return !roll->tray_uuid[0] || strlen(roll->tray_uuid) == 32;
}

static bool given(const struct command *command, const char *key, char *to, size_t size)
{
    const char *value = command_get(command, key);
    return !value || text_copy(to, size, value);
}

static bool texts(const struct command *command, struct roll *roll)
{
    const char *one = command_get(command, "color"), *many = command_get(command, "colors");
    return given(command, "profile", roll->profile, sizeof roll->profile) &&
           given(command, "material", roll->material, sizeof roll->material) &&
           given(command, "brand", roll->brand, sizeof roll->brand) &&
           given(command, "code", roll->color_code, sizeof roll->color_code) &&
           (!one || color(roll->color, one)) && (!many || color_list(roll, many));
}

static void numbers(const struct command *command, struct roll *roll)
{
    roll->weight_g = (int)command_number(command, "weight", roll->weight_g);
    roll->nozzle_min = (int)command_number(command, "min", roll->nozzle_min);
    roll->nozzle_max = (int)command_number(command, "max", roll->nozzle_max);
    double grams = command_number(command, "grams", -1);
    if (grams < 0)
        return;
    roll->grams = grams;
    roll->full_grams = fmax(command_number(command, "full", roll->weight_g), grams);
}

bool roll_parse(struct sim *sim, const struct command *command, struct roll *ret_roll,
                char reply[REPLY_SIZE])
{
    const char *name = command_get(command, "roll");
    const struct named_roll *base = name ? find(sim, name) : NULL;
    if (name && !base) {
        text_copy(reply, REPLY_SIZE, "no roll of that name");
        return false;
    }
    struct roll fresh = {
        .color = "00000000", .weight_g = 1000, .nozzle_min = 190, .nozzle_max = 240};
    *ret_roll = base ? base->roll : fresh;
    if (!texts(command, ret_roll) || !identity(sim, command, ret_roll)) {
        text_copy(reply, REPLY_SIZE, "a text is too long, or a colour or an id is none");
        return false;
    }
    numbers(command, ret_roll);
    return true;
}
