#include "core/preference.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/field.h"

enum { DAY_MINUTES = 24 * 60, MINUTE_MS = 60 * 1000, TIME_LEN = 5, OFFSET_MOST = 840 };

static const char *const criticals[] = {"send", "hold", NULL};

static const struct field quiet_fields[] = {
    {.name = "from", .kind = K_TEXT, .doc = "HH:MM, when they begin"},
    {.name = "to", .kind = K_TEXT, .doc = "HH:MM, when they are over"},
    {.name = "utc_offset_minutes",
     .kind = K_INT,
     .flags = FIELD_OPTIONAL,
     .doc = "Of the device's time, east of Greenwich (unset: 0)"},
    {.name = "critical",
     .kind = K_TEXT,
     .flags = FIELD_OPTIONAL,
     .words = criticals,
     .doc = "What is critical is sent (unset), or waits, too"},
};
static const struct field_shape quiet_shape = {NULL, quiet_fields, LEN(quiet_fields), "QuietHours"};

static const struct field fields[] = {
    {.name = "kinds",
     .kind = K_OBJECT,
     .flags = FIELD_OPTIONAL,
     .doc = "Kinds of alerts: false for one that is not wanted",
     .of = &field_any},
    {.name = "min_severity",
     .kind = K_TEXT,
     .flags = FIELD_OPTIONAL,
     .words = alert_severities,
     .doc = "Nothing less than this"},
    {.name = "quiet",
     .kind = K_OBJECT,
     .flags = FIELD_OPTIONAL | FIELD_NULLABLE,
     .doc = "Hours in which nothing comes; what is still true is sent after them",
     .of = &quiet_shape},
};
const struct field_shape preference_shape = {NULL, fields, LEN(fields), "DevicePreferences"};

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int index_of(const char *const *words, const char *text)
{
    for (int i = 0; text && words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

/* "HH:MM" in minutes; -1: it is none. */
static int minute_of(const char *text)
{
    int64_t hours, minutes;
    char part[3] = {0};
    if (!text || strlen(text) != TIME_LEN || text[2] != ':')
        return -1;
    memcpy(part, text, 2);
    bool good = text_to_int(part, &hours) && text_to_int(text + 3, &minutes) && hours >= 0 &&
                hours < 24 && minutes >= 0 && minutes < 60;
    return good ? (int)(hours * 60 + minutes) : -1;
}

static int64_t quiet_wait(const json_t *quiet, int64_t now)
{
    int64_t offset = json_integer_value(json_object_get(quiet, "utc_offset_minutes"));
    int minute = (int)((now / MINUTE_MS + offset) % DAY_MINUTES);
    int from = minute_of(text_of(quiet, "from")), to = minute_of(text_of(quiet, "to"));
    if (from < 0 || to < 0 || from == to)
        return 0;
    int length = (to - from + DAY_MINUTES) % DAY_MINUTES;
    int past = (minute - from + DAY_MINUTES) % DAY_MINUTES;
    return past < length ? (int64_t)(length - past) * MINUTE_MS : 0;
}

int64_t preference_wait(const json_t *preferences, enum alert_kind kind, int64_t now)
{
    const json_t *quiet = json_object_get(preferences, "quiet");
    int severity = index_of(alert_severities, alert_severity(kind));
    const char *hold = text_of(quiet, "critical");
    bool critical = alert_severities[severity + 1] == NULL;
    if (json_is_false(json_object_get(json_object_get(preferences, "kinds"), alert_slug(kind))) ||
        severity < index_of(alert_severities, text_of(preferences, "min_severity")))
        return PREFERENCE_NEVER;
    if (critical && !(hold && strcmp(hold, "hold") == 0))
        return 0;
    return quiet_wait(quiet, now);
}

static enum err check_kinds(json_t *kinds, struct why *why)
{
    const char *name;
    json_t *value;
    if (kinds && !json_is_object(kinds))
        return why_fail(why, ERR_INVALID, "wrong_type", "preferences.kinds",
                        "must be an object of kinds of alerts");
    json_object_foreach (kinds, name, value)
        if (index_of(alert_slugs, name) < 0 || !json_is_boolean(value))
            return why_fail(why, ERR_INVALID, "invalid_value", "preferences.kinds",
                            "%.40s: must be a kind of alert, with true or false", name);
    return OK;
}

static enum err check_quiet(const json_t *quiet, struct why *why)
{
    const json_t *critical = json_object_get(quiet, "critical");
    const json_t *offset = json_object_get(quiet, "utc_offset_minutes");
    if (!quiet || json_is_null(quiet))
        return OK;
    if (minute_of(text_of(quiet, "from")) < 0 || minute_of(text_of(quiet, "to")) < 0)
        return why_fail(why, ERR_INVALID, "invalid_value", "preferences.quiet",
                        "from and to must be times such as 22:00 and 07:00");
    if (offset && (!json_is_integer(offset) || json_integer_value(offset) < -OFFSET_MOST ||
                   json_integer_value(offset) > OFFSET_MOST))
        return why_fail(why, ERR_INVALID, "out_of_range", "preferences.quiet",
                        "utc_offset_minutes must be a number from -840 to 840");
    if (critical && index_of(criticals, json_string_value(critical)) < 0)
        return why_fail(why, ERR_INVALID, "invalid_value", "preferences.quiet",
                        "critical must be send or hold");
    return OK;
}

enum err preference_check(json_t *preferences, struct why *why)
{
    static const char *const known[] = {"kinds", "min_severity", "quiet", NULL};
    const char *name;
    json_t *value;
    json_object_foreach (preferences, name, value)
        if (index_of(known, name) < 0)
            return why_fail(why, ERR_INVALID, "unknown_field", "preferences",
                            "%.40s: known are kinds, min_severity and quiet", name);
    const json_t *least = json_object_get(preferences, "min_severity");
    if (least && index_of(alert_severities, json_string_value(least)) < 0)
        return why_fail(why, ERR_INVALID, "invalid_value", "preferences.min_severity",
                        "must be info, warning or critical");
    enum err e = check_kinds(json_object_get(preferences, "kinds"), why);
    return e ? e : check_quiet(json_object_get(preferences, "quiet"), why);
}
