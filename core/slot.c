#include "core/slot.h"

#include <string.h>

#include "base/auto.h"
#include "core/rules.h"

struct slot *slot_at(struct printer *printer, struct slot_address at)
{
    int place = 0;
    while (place < printer->slot_count && address_compare(printer->slots[place].at, at) < 0)
        place++;
    struct slot *slot = &printer->slots[place];
    if (place < printer->slot_count && address_equal(slot->at, at))
        return slot;
    if (!address_possible(at.unit, at.slot) || printer->slot_count == PRINTER_SLOTS_MAX)
        return NULL;
    memmove(slot + 1, slot, (size_t)(printer->slot_count - place) * sizeof *slot);
    memset(slot, 0, sizeof *slot);
    printer->slot_count++;
    slot->at = at;
    slot->exists = -1;
    slot->hint = -1;
    tray_init(&slot->raw);
    tray_init(&slot->reported);
    tray_init(&slot->settled);
    return slot;
}

/* AMS Lite never weighs: its 0 says nothing. */
static bool lite(const struct printer *printer, int number)
{
    const struct unit *unit = printer_unit(printer, number);
    if (unit && unit->type != UNIT_TYPE_UNKNOWN)
        return unit->type == UNIT_TYPE_AMS_LITE || unit->type == UNIT_TYPE_A2L_LITE;
    return printer->model == MODEL_A1 || printer->model == MODEL_A1_MINI ||
           printer->model == MODEL_A2L;
}

static int usable_remain(const struct printer *printer, const struct slot *slot)
{
    const struct tray *raw = &slot->raw;
    if (!*raw->tray_uuid || raw->weight_g <= 0 || raw->remain_raw < 0)
        return -1;
    if (raw->remain_raw == 0 && (lite(printer, slot->at.unit) || printer->remain_enabled == 0))
        return -1;
    return raw->remain_raw;
}

/* tray.state of a slot whose tag is at the reader; otherwise that number is a hint at best. */
static bool hint_reading(int hint)
{
    return hint == 5 || hint == 17 || hint == 21;
}

static enum slot_state state_of(const struct slot *slot)
{
    bool described = tray_described(&slot->raw);
    if (slot->at.unit == UNIT_EXTERNAL)
        return described ? SLOT_PRESENT : SLOT_UNKNOWN;
    if (slot->exists == 0)
        return SLOT_EMPTY;
    if (slot->reading || (!described && hint_reading(slot->hint)))
        return SLOT_READING;
    if (described)
        return SLOT_PRESENT;
    return slot->exists == 1 ? SLOT_UNKNOWN : SLOT_UNSEEN;
}

void slot_derive(const struct printer *printer, struct slot *slot, enum source source, int64_t now)
{
    struct tray next;
    tray_init(&next);
    enum slot_state state = state_of(slot);
    if (tray_described(&slot->raw) && (state == SLOT_PRESENT || state == SLOT_READING)) {
        next = slot->raw;
        next.remain_percent = usable_remain(printer, slot);
    }
    next.state = state;
    if (!tray_same_facts(&slot->reported, &next)) {
        slot->changed_at = now;
        slot->source = source;
        slot->settling = 1;
    }
    slot->reported = next;
    if (!slot->settling)
        slot->settled = next;
}

static int64_t settle_time(const struct slot *slot)
{
    return slot->source == SOURCE_HOMEASSISTANT ? RULE_SETTLE_HOME_ASSISTANT_MS
                                                : RULE_SETTLE_MQTT_MS;
}

int64_t slot_deadline(const struct slot *slot)
{
    if (!slot->settling || slot->reported.state == SLOT_READING)
        return INT64_MAX;
    return slot->changed_at + settle_time(slot);
}

void slot_settle(struct slot *slot, int64_t now)
{
    if (slot->settling && slot->changed_at > now) /* the clock was set back: wait anew */
        slot->changed_at = now;
    if (slot_deadline(slot) > now)
        return;
    slot->settled = slot->reported;
    slot->settling = 0;
}

const char *slot_state_slug(enum slot_state state)
{
    static const char *const slugs[] = {"", "empty", "unknown", "reading", "present"};
    return (size_t)state < LEN(slugs) ? slugs[state] : "";
}
