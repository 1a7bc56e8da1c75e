#include "core/told.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/lenient.h"

enum { NAME_SIZE = 64 };

static const struct {
    const char *word;
    enum told_status status;
} words[] = {
    {"running", TOLD_PRINTING},
    {"printing", TOLD_PRINTING},
    {"event_print_started", TOLD_PRINTING},
    {"prepare", TOLD_PREPARE},
    {"preparing", TOLD_PREPARE},
    {"slicing", TOLD_PREPARE},
    {"init", TOLD_PREPARE},
    {"pause", TOLD_PAUSED},
    {"paused", TOLD_PAUSED},
    {"finish", TOLD_COMPLETED},
    {"finished", TOLD_COMPLETED},
    {"complete", TOLD_COMPLETED},
    {"completed", TOLD_COMPLETED},
    {"event_print_finished", TOLD_COMPLETED},
    {"failed", TOLD_FAILED},
    {"event_print_failed", TOLD_FAILED},
    {"cancelled", TOLD_CANCELLED},
    {"canceled", TOLD_CANCELLED},
    {"event_print_canceled", TOLD_CANCELLED},
    {"event_print_cancelled", TOLD_CANCELLED},
    {"idle", TOLD_IDLE},
    {"offline", TOLD_NOTHING},
    {"unavailable", TOLD_NOTHING},
    {"unknown", TOLD_NOTHING},
    {"event_print_error", TOLD_NOTHING},
    {"event_print_error_cleared", TOLD_NOTHING},
    {"event_printer_error", TOLD_NOTHING},
    {"event_printer_error_cleared", TOLD_NOTHING},
};

bool told_status_of(const char *word, enum told_status *ret_status)
{
    for (size_t i = 0; i < LEN(words); i++)
        if (text_equal_nocase(words[i].word, word)) {
            *ret_status = words[i].status;
            return true;
        }
    return false;
}

const char *told_status_slug(enum told_status status)
{
    static const char *const slugs[] = {
        [TOLD_NOTHING] = "nothing",     [TOLD_PREPARE] = "preparing",
        [TOLD_PRINTING] = "printing",   [TOLD_PAUSED] = "paused",
        [TOLD_COMPLETED] = "completed", [TOLD_FAILED] = "failed",
        [TOLD_CANCELLED] = "cancelled", [TOLD_IDLE] = "idle",
    };
    return slugs[status];
}

struct slot_address told_slot_of_index(int64_t ams_index, int64_t tray_index)
{
    const struct slot_address none = {0, 0};
    if (ams_index < 0 || ams_index > 255 || tray_index < 0 || tray_index > 3)
        return none;
    if (ams_index >= 254)
        return address_from_external((int)ams_index, 1);
    return address_from_ams((int)ams_index, (int)tray_index);
}

/* A whole number at ${*at}, stepped over. */
static bool take_number(const char **at, int *ret)
{
    size_t len = strspn(*at, "0123456789");
    char digits[8];
    int64_t value;
    if (!text_copy_len(digits, sizeof digits, *at, len) || !text_to_int(digits, &value))
        return false;
    *at += len;
    *ret = (int)value;
    return true;
}

static bool take_word(const char **at, const char *word)
{
    if (!text_starts(*at, word))
        return false;
    *at += strlen(word);
    return true;
}

struct slot_address told_slot_of_name(const char *name)
{
    int unit, tray;
    const char *at = name;
    if (strcmp(name, "External Spool") == 0)
        return (struct slot_address){UNIT_EXTERNAL, 1};
    if (strcmp(name, "External Spool 2") == 0)
        return (struct slot_address){UNIT_EXTERNAL, 2};
    if (!take_word(&at, "AMS ") || !take_number(&at, &unit) || !take_word(&at, " Tray ") ||
        !take_number(&at, &tray) || *at || !address_possible(unit, tray))
        return (struct slot_address){0, 0};
    return (struct slot_address){(int16_t)unit, (int16_t)tray};
}

/* --- the print --- */

/* What a field holds, from the body into the value, counted where it cannot be read. */
static bool took(enum lenient taken, unsigned *skipped)
{
    *skipped += taken == LENIENT_BAD;
    return taken == LENIENT_TAKEN;
}

static enum err read_printer(const json_t *body, char ret[TOLD_PRINTER_SIZE], struct why *why)
{
    switch (lenient_text(json_object_get(body, "printer_id"), ret, TOLD_PRINTER_SIZE)) {
    case LENIENT_TAKEN:
        return OK;
    case LENIENT_ABSENT:
        return why_fail(why, ERR_INVALID, "required", "printer_id",
                        "printer_id is missing: the id, serial or alias of the printer");
    default:
        return why_fail(why, ERR_INVALID, "invalid", "printer_id",
                        "printer_id cannot be read as a name");
    }
}

/* The event of the bus says more than the state beside it, where it tells of the print at all. */
static enum err read_status(const json_t *body, struct told_print *print, struct why *why)
{
    char event[sizeof print->word] = "";
    enum told_status status;
    lenient_text(json_object_get(body, "event"), event, sizeof event);
    if (text_starts(event, "event_print_") && told_status_of(event, &status) &&
        status != TOLD_NOTHING) {
        memcpy(print->word, event, sizeof event);
        print->status = status;
        return OK;
    }
    const json_t *value = json_object_get(body, "status");
    if (!value)
        return why_fail(why, ERR_INVALID, "required", "status",
                        "status is missing: running, pause, finish, failed, cancelled, idle ...");
    print->status = TOLD_NOTHING;
    if (lenient_text(value, print->word, sizeof print->word) == LENIENT_ABSENT)
        return OK;
    if (!*print->word || !told_status_of(print->word, &print->status))
        return why_fail(why, ERR_INVALID, "unknown_status", "status",
                        "status \"%.40s\" is none that is known: running, prepare, pause, finish, "
                        "failed, cancelled, idle, offline ...",
                        print->word);
    return OK;
}

static void add_weight(struct told_print *print, struct slot_address at, int64_t mg)
{
    for (int i = 0; i < print->weight_count; i++)
        if (address_equal(print->weights[i].at, at)) {
            print->weights[i].mg = mg >= 0 ? mg : print->weights[i].mg;
            return;
        }
    if (print->weight_count == TOLD_SLOTS_MAX)
        print->skipped++;
    else
        print->weights[print->weight_count++] = (struct told_weight){at, mg};
}

static void take_weight(struct told_print *print, const char *name, const json_t *value)
{
    int64_t mg = -1;
    struct slot_address at = told_slot_of_name(name);
    enum lenient taken = lenient_grams(value, &mg);
    if (address_none(at) || taken == LENIENT_BAD)
        print->skipped++;
    else if (taken == LENIENT_TAKEN)
        add_weight(print, at, mg);
}

/* {"AMS 1 Tray 3": grams}, or the same as [["AMS 1 Tray 3", grams]]: dict(...)|list renders so. */
static void read_weights(const json_t *weights, struct told_print *print)
{
    const char *name;
    json_t *value;
    size_t i;
    json_object_foreach ((json_t *)(uintptr_t)weights, name, value)
        take_weight(print, name, value);
    json_array_foreach (weights, i, value) {
        name = json_string_value(json_array_get(value, 0));
        if (name)
            take_weight(print, name, json_array_get(value, 1));
        else
            print->skipped++;
    }
}

static void read_active_slots(const json_t *list, struct told_print *print)
{
    size_t i;
    json_t *entry;
    json_array_foreach (list, i, entry) {
        int64_t unit = 0, slot = 0;
        lenient_int(json_object_get(entry, "ams_unit_number"), &unit);
        lenient_int(json_object_get(entry, "slot_number"), &slot);
        bool fits = unit >= 0 && unit <= UNIT_EXTERNAL && slot >= 0 && slot <= 4;
        if (fits && address_possible((int)unit, (int)slot))
            add_weight(print, (struct slot_address){(int16_t)unit, (int16_t)slot}, -1);
        else
            print->skipped++;
    }
}

static const json_t *either(const json_t *body, const char *a, const char *b)
{
    const json_t *value = json_object_get(body, a);
    return lenient_absent(value) ? json_object_get(body, b) : value;
}

static void take_percent(struct told_print *print, int64_t percent)
{
    if (percent < 0 || percent > 100)
        print->skipped++;
    else
        print->percent = (int32_t)percent;
}

static void read_rest(const json_t *body, struct told_print *print)
{
    unsigned *skipped = &print->skipped;
    int64_t percent = -1, ams = -1, tray = -1;
    took(lenient_text(json_object_get(body, "gcode_file_name"), print->file, sizeof print->file),
         skipped);
    took(lenient_text(json_object_get(body, "task_name"), print->name, sizeof print->name),
         skipped);
    took(lenient_time(json_object_get(body, "occurred_at"), &print->occurred_at), skipped);
    took(lenient_time(either(body, "start_time", "started_at"), &print->started_at), skipped);
    took(lenient_grams(json_object_get(body, "weight_g"), &print->weight_mg), skipped);
    if (took(lenient_int(json_object_get(body, "progress"), &percent), skipped))
        take_percent(print, percent);
    if (took(lenient_int(json_object_get(body, "active_ams"), &ams), skipped) &&
        took(lenient_int(json_object_get(body, "active_tray"), &tray), skipped))
        print->feeding = told_slot_of_index(ams, tray);
    read_weights(json_object_get(body, "weights"), print);
    read_active_slots(json_object_get(body, "active_slots"), print);
}

enum err told_read_print(const json_t *body, struct told_print *ret_print, struct why *why)
{
    memset(ret_print, 0, sizeof *ret_print);
    ret_print->percent = -1;
    ret_print->weight_mg = -1;
    if (!json_is_object(body))
        return why_fail(why, ERR_INVALID, "not_an_object", NULL, "the body is no JSON object");
    enum err e = read_printer(body, ret_print->printer, why);
    if (e == OK)
        e = read_status(body, ret_print, why);
    if (e == OK)
        read_rest(body, ret_print);
    return e;
}

/* --- a slot --- */

/* "Empty" and "?" are what the integration writes for no roll and for one nobody described. */
static bool says(const json_t *value, const char *word)
{
    char text[NAME_SIZE];
    return lenient_text(value, text, sizeof text) == LENIENT_TAKEN && text_equal_nocase(text, word);
}

static void read_colors(const json_t *list, struct told_slot *slot)
{
    struct tray *tray = &slot->tray;
    size_t i, count = json_array_size(list);
    json_t *value;
    if (count < 2 || count > TRAY_COLORS_MAX)
        return;
    json_array_foreach (list, i, value) {
        struct color color;
        if (lenient_color(value, &color) != LENIENT_TAKEN) {
            memset(tray->colors, 0, sizeof tray->colors);
            slot->skipped++;
            return;
        }
        tray->colors[i] = color_rgba(color);
    }
    tray->color_count = (int32_t)count;
}

static void take_tag(const json_t *value, char *ret, size_t size, unsigned *skipped)
{
    if (!took(lenient_text(value, ret, size), skipped))
        return;
    text_upper(ret);
    if (strspn(ret, "0") == strlen(ret))
        memset(ret, 0, size);
}

static void read_tray(const json_t *body, struct told_slot *slot)
{
    struct tray *tray = &slot->tray;
    struct color color;
    int64_t remain = -1;
    unsigned *skipped = &slot->skipped;
    took(lenient_text(json_object_get(body, "material"), tray->material, sizeof tray->material),
         skipped);
    took(lenient_text(json_object_get(body, "filament_id"), tray->profile, sizeof tray->profile),
         skipped);
    if (!*tray->profile) /* a display name, such as Generic PLA: the profile says it exactly */
        took(lenient_text(json_object_get(body, "name"), tray->name, sizeof tray->name), skipped);
    take_tag(json_object_get(body, "tag_uid"), tray->tag_uid, sizeof tray->tag_uid, skipped);
    take_tag(json_object_get(body, "tray_uuid"), tray->tray_uuid, sizeof tray->tray_uuid, skipped);
    if (took(lenient_color(json_object_get(body, "color"), &color), skipped))
        tray->has_color = 1, tray->rgba = color_rgba(color);
    read_colors(json_object_get(body, "colors"), slot);
    if (took(lenient_int(either(body, "remain_percent", "remain"), &remain), skipped) &&
        remain >= 0 && remain <= 100)
        tray->remain_raw = (int32_t)remain;
}

/* The attribute `empty` is also set while a tray is loading, and for an external spool that is
 * merely not in use: alone it counts only where nothing else describes the slot. */
static bool is_gone(const json_t *body, const json_t *state, const json_t *material)
{
    bool empty = false;
    lenient_bool(json_object_get(body, "empty"), &empty);
    return says(state, "Empty") || says(material, "Empty") ||
           (empty && lenient_absent(state) && lenient_absent(material));
}

/* What is in it: unavailable says nothing, and neither does a body without any word of the slot. */
static void judge(const json_t *body, struct told_slot *slot)
{
    struct tray *tray = &slot->tray;
    const json_t *state = json_object_get(body, "state");
    const json_t *material = json_object_get(body, "material");
    bool gone = is_gone(body, state, material),
         undescribed = says(state, "?") || says(material, "?");
    bool external = slot->at.unit == UNIT_EXTERNAL; /* it has no sensor */
    bool nothing = !gone && !undescribed && !tray_described(tray) && !tray->has_color;
    slot->silent = (state && lenient_absent(state)) || nothing || (gone && external);
    if (!gone && !undescribed) {
        tray->state = nothing ? SLOT_UNKNOWN : SLOT_PRESENT;
        return;
    }
    tray_init(tray);
    tray->state = gone ? SLOT_EMPTY : SLOT_UNKNOWN;
}

static enum err read_place(const json_t *body, struct told_slot *slot, struct why *why)
{
    int64_t unit = 0, number = 0;
    took(lenient_text(json_object_get(body, "entity_id"), slot->entity, sizeof slot->entity),
         &slot->skipped);
    enum lenient a = lenient_int(json_object_get(body, "ams_unit_number"), &unit);
    enum lenient b = lenient_int(json_object_get(body, "slot_number"), &number);
    if ((a != LENIENT_TAKEN || b != LENIENT_TAKEN) && *slot->entity)
        return OK;
    const char *field = a != LENIENT_TAKEN ? "ams_unit_number" : "slot_number";
    if (a != LENIENT_TAKEN || b != LENIENT_TAKEN)
        return why_fail(why, ERR_INVALID, "required", field,
                        "%s is missing: say which slot, by ams_unit_number and slot_number", field);
    if (unit < 1 || unit > UNIT_EXTERNAL || number < 1 || number > 4 ||
        !address_possible((int)unit, (int)number))
        return why_fail(why, ERR_INVALID, "no_such_slot", "slot_number",
                        "no printer has slot %lld of unit %lld", (long long)number,
                        (long long)unit);
    slot->at = (struct slot_address){(int16_t)unit, (int16_t)number};
    return OK;
}

enum err told_read_slot(const json_t *body, struct told_slot *ret_slot, struct why *why)
{
    memset(ret_slot, 0, sizeof *ret_slot);
    tray_init(&ret_slot->tray);
    if (!json_is_object(body))
        return why_fail(why, ERR_INVALID, "not_an_object", NULL, "the body is no JSON object");
    enum err e = read_printer(body, ret_slot->printer, why);
    if (e == OK)
        e = read_place(body, ret_slot, why);
    if (e != OK)
        return e;
    took(lenient_time(json_object_get(body, "occurred_at"), &ret_slot->occurred_at),
         &ret_slot->skipped);
    read_tray(body, ret_slot);
    judge(body, ret_slot);
    return OK;
}
