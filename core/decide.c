#include "core/decide.h"

#include <string.h>

#include "base/auto.h"

static const struct {
    const char *slug;
    bool decided; /* by slot_decide; the others come with a user's call */
} events[EVENT_COUNT] = {
    [EVENT_NONE] = {"", false},
    [EVENT_MANUAL] = {"manual", false},
    [EVENT_HA_COLOR_CHANGE] = {"ha_color_change", true},
    [EVENT_HA_MATERIAL_CHANGE] = {"ha_material_change", true},
    [EVENT_MQTT_COLOR_CHANGE] = {"mqtt_color_change", true},
    [EVENT_MQTT_MATERIAL_CHANGE] = {"mqtt_material_change", true},
    [EVENT_RFID] = {"rfid", true},
    [EVENT_NFC] = {"nfc", false},
    [EVENT_QR] = {"qr", false},
    [EVENT_RUNOUT] = {"runout", true},
    [EVENT_AUTO_MATCHED] = {"auto_matched", true},
    [EVENT_AUTO_MOVED] = {"auto_moved", true},
    [EVENT_UNLOAD] = {"unload", true},
    [EVENT_IMPORT] = {"import", false},
};

const char *decide_event_slug(enum event_type event)
{
    return (unsigned)event < LEN(events) ? events[event].slug : "";
}

bool decide_event_from_slug(const char *slug, enum event_type *ret_event)
{
    for (size_t i = EVENT_NONE + 1; i < LEN(events); i++) {
        if (strcmp(events[i].slug, slug) == 0) {
            *ret_event = (enum event_type)i;
            return true;
        }
    }
    return false;
}

bool decide_produces(enum event_type event)
{
    return (unsigned)event < LEN(events) && events[event].decided;
}

const char *decide_question_slug(enum question_kind kind)
{
    static const char *const slugs[QUESTION_COUNT] = {"", "which_spool", "mismatch", "draft"};

    return (unsigned)kind < LEN(slugs) ? slugs[kind] : "";
}

const char *decide_kind_slug(unsigned bit)
{
    static const char *const slugs[] = {"forget", "close", "end",  "runout",   "resume", "draft",
                                        "assign", "bind",  "base", "announce", "ask"};

    for (size_t i = 0; i < LEN(slugs); i++)
        if (bit == 1U << i)
            return slugs[i];
    return "keep";
}

enum learning decide_learning(int64_t learned, int64_t chosen, bool answered)
{
    if (answered && chosen != 0)
        return chosen == learned ? LEARN_KEEP : LEARN_REMEMBER;
    return learned == 0 || learned == chosen ? LEARN_KEEP : LEARN_FORGET;
}
