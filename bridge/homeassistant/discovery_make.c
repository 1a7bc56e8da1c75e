#include "bridge/homeassistant/discovery_make.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/alert.h"

enum { KEY_SIZE = 64, TEXT_SIZE = 256 };

static const char refused[] = "command_refused"; /* the one event that is no alert */

static const char *text_in(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

/* Ids of objects and entities: small letters, digits and underscores. */
static void slug(const char *text, char *ret, size_t size)
{
    size_t used = 0;
    for (; *text && used + 1 < size; text++)
        ret[used++] = isalnum((unsigned char)*text) ? (char)tolower((unsigned char)*text) : '_';
    ret[used] = '\0';
}

void discovery_make_option(const json_t *spool, char *ret_text, size_t size)
{
    const char *brand = text_in(spool, "brand"), *product = text_in(spool, "product_name");
    snprintf(ret_text, size, "#%lld %s %s %s",
             (long long)json_integer_value(json_object_get(spool, "spool_number")), brand, product,
             text_in(spool, "color_hex"));
    size_t len = strlen(ret_text);
    while (len && !text_utf8_valid(ret_text, len)) /* cut in the middle of a character */
        ret_text[--len] = '\0';
    text_trim(ret_text);
}

/* --- one slot --- */

struct place {
    const struct discovery_names *names;
    const char *printer; /* as in topics */
    char id[DISCOVERY_ID_SIZE];
    char key[KEY_SIZE];   /* "1_3" */
    char label[KEY_SIZE]; /* "A3" */
    char label_id[KEY_SIZE];
};

static void topic_of(const struct place *place, const char *leaf, char ret[DISCOVERY_TOPIC_SIZE])
{
    snprintf(ret, DISCOVERY_TOPIC_SIZE, "%s/%s/%s/%s", place->names->base, place->printer,
             place->key, leaf);
}

static json_t *component(const struct place *place, const char *platform, const char *what,
                         const char *name)
{
    char unique[TEXT_SIZE], entity[TEXT_SIZE], shown[TEXT_SIZE];
    snprintf(unique, sizeof unique, "filamentd_%s_%s_%s", place->id, place->key, what);
    snprintf(entity, sizeof entity, "%s.filamentd_%s_%s_%s", platform, place->id, place->label_id,
             what);
    snprintf(shown, sizeof shown, "%s %s", place->label, name);
    return json_pack("{s:s, s:s, s:s, s:s}", "p", platform, "unique_id", unique,
                     "default_entity_id", entity, "name", shown);
}

static json_t *reads(const struct place *place, json_t *component, const char *template)
{
    char topic[DISCOVERY_TOPIC_SIZE];
    topic_of(place, "state", topic);
    json_object_set_new(component, "state_topic", json_string(topic));
    json_object_set_new(component, "value_template", json_string(template));
    return component;
}

static json_t *commands(const struct place *place, json_t *component, const char *leaf)
{
    char topic[DISCOVERY_TOPIC_SIZE];
    topic_of(place, leaf, topic);
    json_object_set_new(component, "command_topic", json_string(topic));
    return component;
}

static void add(json_t *components, const struct place *place, const char *what, json_t *component)
{
    char key[2 * KEY_SIZE];
    snprintf(key, sizeof key, "%s_%s", place->key, what);
    json_object_set_new(components, key, component);
}

static json_t *roll_sensor(const struct place *place)
{
    char topic[DISCOVERY_TOPIC_SIZE];
    json_t *sensor =
        reads(place, component(place, "sensor", "roll", "roll"), "{{ value_json.label }}");
    topic_of(place, "state", topic);
    json_object_set_new(sensor, "json_attributes_topic", json_string(topic));
    json_object_set_new(sensor, "icon", json_string("mdi:printer-3d-nozzle"));
    return sensor;
}

static json_t *weight_sensor(const struct place *place)
{
    json_t *sensor = reads(place, component(place, "sensor", "weight", "remaining"),
                           "{{ value_json.remaining_grams }}");
    json_object_set_new(sensor, "device_class", json_string("weight"));
    json_object_set_new(sensor, "unit_of_measurement", json_string("g"));
    json_object_set_new(sensor, "state_class", json_string("measurement"));
    return sensor;
}

static json_t *problem(const struct place *place, const char *what, const char *name,
                       const char *template)
{
    json_t *sensor = reads(place, component(place, "binary_sensor", what, name), template);
    json_object_set_new(sensor, "device_class", json_string("problem"));
    return sensor;
}

static json_t *choice(const struct place *place, const json_t *slot, const json_t *options)
{
    json_t *select = commands(place,
                              reads(place, component(place, "select", "choice", "choose roll"),
                                    "{{ value_json.option }}"),
                              "set");
    json_t *list = json_deep_copy(options);
    const json_t *spool = json_object_get(slot, "spool");
    char current[TEXT_SIZE];
    discovery_make_option(spool, current, sizeof current);
    bool known = !json_is_object(spool);
    size_t i;
    const json_t *option;
    json_array_foreach (list, i, option)
        known |= strcmp(json_string_value(option), current) == 0;
    if (!known)
        json_array_append_new(list, json_string(current));
    json_object_set_new(select, "options", list);
    return select;
}

/* Of the roll itself: it moves with it from slot to slot. */
static json_t *threshold(const struct place *place)
{
    json_t *number = commands(place,
                              reads(place, component(place, "number", "threshold", "low at"),
                                    "{{ value_json.threshold_grams }}"),
                              "threshold");
    json_t *more = json_pack("{s:i, s:i, s:i, s:s, s:s, s:s, s:s}", "min", 0, "max", LIMIT_GRAMS,
                             "step", 1, "mode", "box", "device_class", "weight",
                             "unit_of_measurement", "g", "entity_category", "config");
    json_object_update_new(number, more);
    return number;
}

static void add_components(json_t *components, const struct place *place, const json_t *slot,
                           const json_t *options)
{
    add(components, place, "roll", roll_sensor(place));
    add(components, place, "weight", weight_sensor(place));
    add(components, place, "low",
        problem(place, "low", "low", "{{ 'ON' if value_json.low else 'OFF' }}"));
    add(components, place, "threshold", threshold(place));
    add(components, place, "question",
        problem(place, "question", "needs confirmation",
                "{{ 'ON' if value_json.question_id else 'OFF' }}"));
    add(components, place, "choice", choice(place, slot, options));
    add(components, place, "confirm",
        commands(place, component(place, "button", "confirm", "confirm"), "confirm"));
    add(components, place, "clear",
        commands(place, component(place, "button", "clear", "mark empty"), "clear"));
}

/* --- states --- */

static json_t *copy_of(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    return value ? json_deep_copy(value) : json_null();
}

/* What the slot holds; grams are null where there is no roll, never 0. */
static json_t *state_of(const json_t *slot, const json_t *by_id)
{
    char option[TEXT_SIZE] = "Empty";
    const json_t *spool = json_object_get(slot, "spool");
    const json_t *whole = json_object_get(by_id, text_in(slot, "spool_id"));
    if (json_is_object(spool))
        discovery_make_option(spool, option, sizeof option);
    return json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:b}", "label", option,
        "option", option, "spool_id", copy_of(slot, "spool_id"), "spool_number",
        copy_of(spool, "spool_number"), "material", copy_of(spool, "material_type"), "color",
        copy_of(spool, "color_hex"), "remaining_grams", copy_of(spool, "current_weight_grams"),
        "low", json_is_true(json_object_get(whole, "low")), "threshold_grams",
        copy_of(whole, "threshold_grams"), "question_id", copy_of(slot, "open_question_id"),
        "match", copy_of(slot, "match"), "reported", copy_of(slot, "reported"), "active",
        json_is_true(json_object_get(slot, "active")));
}

/* --- devices --- */

static json_t *event_entity(const struct discovery_names *names, const char *printer,
                            const char *id)
{
    char topic[DISCOVERY_TOPIC_SIZE], unique[TEXT_SIZE], entity[TEXT_SIZE];
    snprintf(topic, sizeof topic, "%s/%s/event", names->base, printer);
    snprintf(unique, sizeof unique, "filamentd_%s_event", id);
    snprintf(entity, sizeof entity, "event.filamentd_%s", id);
    json_t *types = json_pack("[s]", refused);
    for (size_t i = 0; i < ALERT_KIND_COUNT; i++)
        json_array_append_new(types, json_string(alert_slugs[i]));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "p", "event", "unique_id", unique,
                     "default_entity_id", entity, "name", "filament", "state_topic", topic,
                     "event_types", types);
}

static json_t *availability(const struct discovery_names *names, const char *printer)
{
    char own[DISCOVERY_TOPIC_SIZE], all[DISCOVERY_TOPIC_SIZE];
    snprintf(all, sizeof all, "%s/status", names->base);
    snprintf(own, sizeof own, "%s/%s/availability", names->base, printer);
    return json_pack("[{s:s}, {s:s}]", "topic", all, "topic", own);
}

static json_t *device_of(const struct discovery_names *names, const json_t *printer, const char *id)
{
    char unique[TEXT_SIZE];
    snprintf(unique, sizeof unique, "filamentd_%s", id);
    json_t *device = json_pack("{s:[s], s:s, s:s}", "ids", unique, "name", text_in(printer, "name"),
                               "mf", "Bambu Lab");
    if (*text_in(printer, "model"))
        json_object_set(device, "mdl", json_object_get(printer, "model"));
    if (*text_in(printer, "serial"))
        json_object_set(device, "sn", json_object_get(printer, "serial"));
    const char *name = text_in(printer, "printer_id");
    return json_pack("{s:o, s:{s:s, s:s}, s:o, s:s, s:i, s:{s:o}}", "dev", device, "o", "name",
                     "filamentd", "sw", FILAMENTD_VERSION, "availability",
                     availability(names, name), "availability_mode", "all", "qos", 1, "cmps",
                     "event", event_entity(names, name, id));
}

static void config_topic(const struct discovery_names *names, const char *id,
                         char ret[DISCOVERY_TOPIC_SIZE])
{
    snprintf(ret, DISCOVERY_TOPIC_SIZE, "%s/device/filamentd_%s/config", names->prefix, id);
}

static void add_printer(const struct discovery_names *names, const json_t *printer, json_t *topics)
{
    char id[DISCOVERY_ID_SIZE], topic[DISCOVERY_TOPIC_SIZE];
    const char *name = text_in(printer, "printer_id");
    slug(name, id, sizeof id);
    config_topic(names, id, topic);
    json_object_set_new(topics, topic, device_of(names, printer, id));
    snprintf(topic, sizeof topic, "%s/%s/availability", names->base, name);
    bool on = json_is_true(json_object_get(printer, "enabled"));
    json_object_set_new(topics, topic, json_string(on ? "online" : "offline"));
}

static void add_slot(const struct discovery_names *names, const json_t *slot, const json_t *options,
                     const json_t *by_id, json_t *topics)
{
    char topic[DISCOVERY_TOPIC_SIZE];
    struct place place = {.names = names, .printer = text_in(slot, "printer_id")};
    slug(place.printer, place.id, sizeof place.id);
    snprintf(place.key, sizeof place.key, "%lld_%lld",
             (long long)json_integer_value(json_object_get(slot, "ams_unit_number")),
             (long long)json_integer_value(json_object_get(slot, "slot_number")));
    snprintf(place.label, sizeof place.label, "%s", text_in(slot, "label"));
    slug(place.label, place.label_id, sizeof place.label_id);
    config_topic(names, place.id, topic);
    json_t *components = json_object_get(json_object_get(topics, topic), "cmps");
    if (!components)
        return;
    add_components(components, &place, slot, options);
    topic_of(&place, "state", topic);
    json_object_set_new(topics, topic, state_of(slot, by_id));
}

static json_t *options_of(const json_t *spools)
{
    json_t *list = json_pack("[s]", "Empty");
    size_t i;
    const json_t *spool;
    json_array_foreach (spools, i, spool) {
        char text[TEXT_SIZE];
        discovery_make_option(spool, text, sizeof text);
        if (i < DISCOVERY_OPTIONS - 1)
            json_array_append_new(list, json_string(text));
    }
    return list;
}

json_t *discovery_make(const struct discovery_names *names, const json_t *printers,
                       const json_t *slots, const json_t *spools)
{
    json_auto_t *options = options_of(spools), *by_id = json_object();
    json_t *topics = json_object();
    size_t i;
    json_t *row;
    json_array_foreach (spools, i, row)
        json_object_set(by_id, text_in(row, "spool_id"), row);
    json_array_foreach (printers, i, row)
        add_printer(names, row, topics);
    json_array_foreach (slots, i, row)
        add_slot(names, row, options, by_id, topics);
    return topics;
}

json_t *discovery_make_removal(const json_t *before, const json_t *next)
{
    const json_t *now = json_object_get(next, "cmps");
    json_t *removal = NULL, *component;
    const char *key;
    json_object_foreach (json_object_get(before, "cmps"), key, component) {
        if (json_object_get(now, key))
            continue;
        if (!removal)
            removal = json_deep_copy(next);
        json_object_set_new(json_object_get(removal, "cmps"), key,
                            json_pack("{s:s}", "p", text_in(component, "p")));
    }
    return removal;
}

json_t *discovery_make_event(const json_t *alert)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "event_type",
                     text_in(alert, "kind"), "text", text_in(alert, "text"), "severity",
                     text_in(alert, "severity"), "alert_id", copy_of(alert, "alert_id"),
                     "ams_slot_id", copy_of(alert, "ams_slot_id"), "spool_id",
                     copy_of(alert, "spool_id"), "job_id", copy_of(alert, "job_id"), "question_id",
                     copy_of(alert, "question_id"));
}

json_t *discovery_make_refusal(const struct why *why)
{
    return json_pack("{s:s, s:s, s:s}", "event_type", refused, "code", why->code, "text",
                     why->text);
}

/* --- commands --- */

static bool read_verb(const char *leaf, enum discovery_verb *ret_verb)
{
    static const struct {
        const char *leaf;
        enum discovery_verb verb;
    } verbs[] = {{"set", DISCOVERY_SET},
                 {"confirm", DISCOVERY_CONFIRM},
                 {"clear", DISCOVERY_CLEAR},
                 {"threshold", DISCOVERY_THRESHOLD}};
    for (size_t i = 0; i < LEN(verbs); i++)
        if (strcmp(verbs[i].leaf, leaf) == 0) {
            *ret_verb = verbs[i].verb;
            return true;
        }
    return false;
}

static bool read_place(const char *text, size_t len, struct slot_address *ret_at)
{
    char place[KEY_SIZE];
    int64_t unit, slot;
    if (!text_copy_len(place, sizeof place, text, len))
        return false;
    char *mark = strchr(place, '_');
    if (!mark)
        return false;
    *mark = '\0';
    if (!text_to_int(place, &unit) || !text_to_int(mark + 1, &slot) || unit < 1 ||
        unit > UNIT_EXTERNAL || slot < 1 || slot > 4 || !address_possible((int)unit, (int)slot))
        return false;
    *ret_at = (struct slot_address){(int16_t)unit, (int16_t)slot};
    return true;
}

bool discovery_make_command(const struct discovery_names *names, const char *topic,
                            struct discovery_command *ret_command)
{
    *ret_command = (struct discovery_command){0};
    size_t base = strlen(names->base);
    if (strncmp(topic, names->base, base) != 0 || topic[base] != '/')
        return false;
    const char *printer = topic + base + 1, *place = strchr(printer, '/');
    const char *leaf = place ? strchr(place + 1, '/') : NULL;
    return leaf && read_verb(leaf + 1, &ret_command->verb) &&
           read_place(place + 1, (size_t)(leaf - place - 1), &ret_command->at) &&
           text_copy_len(ret_command->printer, sizeof ret_command->printer, printer,
                         (size_t)(place - printer));
}
