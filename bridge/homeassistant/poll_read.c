#include "bridge/homeassistant/poll_read.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/address.h"

enum { NAME_SIZE = 128, A2L_NUMBER = 17 }; /* the A2L's AMS Lite has the printer's id 16 */

const char poll_read_template[] =
    "{% set ns = namespace(rows=[]) %}"
    "{% for e in integration_entities('bambu_lab') if e.startswith('sensor.') and states[e] %}"
    "{% set kind = 'slot' if state_attr(e, 'tray_uuid') is not none"
    " else 'print' if 'running' in (state_attr(e, 'options') or [])"
    " else 'active' if state_attr(e, 'ams_index') is not none"
    " else 'weight' if state_attr(e, 'device_class') == 'weight'"
    " else 'task' if e.endswith('_task_name')"
    " else 'file' if e.endswith('_gcode_filename') or e.endswith('_gcode_file') else '' %}"
    "{% if kind %}"
    "{% set ns.rows = ns.rows + [{'kind': kind, 'entity_id': e, 'state': states(e),"
    " 'device': device_attr(device_id(e), 'name'),"
    " 'changed': states[e].last_updated.isoformat(),"
    " 'attributes': dict(states[e].attributes | items | selectattr(0, 'match',"
    " '^(slot|color|cols|type|name|empty|filament_id|tag_uid|tray_uuid|remain|ams_index|tray_index|"
    "AMS .*|External Spool.*)$') | list)}] %}"
    "{% endif %}{% endfor %}{{ ns.rows | to_json }}";

/* What the name of a device tells. */
struct device {
    char serial[NAME_SIZE];
    int unit; /* 0: the printer itself */
    int slot; /* of an external spool; 0: by the entity */
};

static bool all_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static void take_external(char *name, struct device *device)
{
    char *at = strstr(name, "_ExternalSpool");
    if (!at)
        return;
    device->unit = UNIT_EXTERNAL;
    device->slot = strcmp(at, "_ExternalSpool2") == 0 ? 2 : 1;
    *at = '\0';
}

static void take_ams(char *name, struct device *device)
{
    char *at = strstr(name, "_AMS_");
    int64_t number;
    if (!at || !all_digits(at + 5) || !text_to_int(at + 5, &number) || number > UNIT_EXTERNAL)
        return;
    device->unit = number == A2L_NUMBER ? UNIT_A2L_LITE : (int)number;
    *at = '\0';
}

static bool read_device(const json_t *row, struct device *device)
{
    char name[NAME_SIZE];
    const char *text = json_string_value(json_object_get(row, "device"));
    *device = (struct device){0};
    if (!text || !text_copy(name, sizeof name, text))
        return false;
    take_external(name, device);
    take_ams(name, device);
    const char *last = strrchr(name, '_');
    if (!last || !last[1] ||
        strspn(last + 1, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(last + 1))
        return false;
    return text_copy(device->serial, sizeof device->serial, last + 1);
}

static void copy_value(json_t *to, const char *key, const json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);
    if (value)
        json_object_set(to, key, value);
}

/* --- slots --- */

/* The attribute, or in versions that have none the number at the end of the id. */
static json_t *slot_number(const json_t *row, const struct device *device)
{
    const json_t *attribute = json_object_get(json_object_get(row, "attributes"), "slot");
    const char *id = json_string_value(json_object_get(row, "entity_id"));
    const char *end = id ? strrchr(id, '_') : NULL;
    int64_t number;
    if (device->slot)
        return json_integer(device->slot);
    if (attribute && !json_is_null(attribute))
        return json_deep_copy(attribute);
    return end && text_to_int(end + 1, &number) ? json_integer(number) : json_null();
}

static void copy_tray(json_t *body, const json_t *attributes)
{
    static const struct {
        const char *key, *name;
    } names[] = {{"color", "color"},
                 {"colors", "cols"},
                 {"material", "type"},
                 {"name", "name"},
                 {"filament_id", "filament_id"},
                 {"tag_uid", "tag_uid"},
                 {"tray_uuid", "tray_uuid"},
                 {"empty", "empty"},
                 {"remain_percent", "remain"}};
    for (size_t i = 0; i < LEN(names); i++)
        copy_value(body, names[i].key, attributes, names[i].name);
}

static json_t *slot_body(const json_t *row, const struct device *device)
{
    json_t *body = json_pack("{s:s, s:i, s:o}", "printer_id", device->serial, "ams_unit_number",
                             device->unit, "slot_number", slot_number(row, device));
    copy_value(body, "entity_id", row, "entity_id");
    copy_value(body, "state", row, "state");
    copy_value(body, "occurred_at", row, "changed");
    copy_tray(body, json_object_get(row, "attributes"));
    return json_pack("{s:o}", "ams_update", body);
}

/* --- prints --- */

static void add_to_print(json_t *body, const char *kind, const json_t *row)
{
    const json_t *attributes = json_object_get(row, "attributes");
    if (strcmp(kind, "print") == 0) {
        copy_value(body, "status", row, "state");
        copy_value(body, "occurred_at", row, "changed");
    } else if (strcmp(kind, "active") == 0) {
        copy_value(body, "active_ams", attributes, "ams_index");
        copy_value(body, "active_tray", attributes, "tray_index");
    } else if (strcmp(kind, "weight") == 0) {
        copy_value(body, "weight_g", row, "state");
        copy_value(body, "weights", row, "attributes");
    } else if (strcmp(kind, "task") == 0) {
        copy_value(body, "task_name", row, "state");
    } else if (strcmp(kind, "file") == 0) {
        copy_value(body, "gcode_file_name", row, "state");
    }
}

/* Weights carry nothing but slots; the rest of the attributes is of other entities. */
static json_t *print_of(json_t *prints, const char *serial)
{
    json_t *body = json_object_get(prints, serial);
    if (body)
        return body;
    body = json_pack("{s:s}", "printer_id", serial);
    json_object_set_new(prints, serial, body);
    return body;
}

static void take_row(const json_t *row, json_t *prints, json_t *slots)
{
    struct device device;
    const char *kind = json_string_value(json_object_get(row, "kind"));
    if (!kind || !read_device(row, &device))
        return;
    if (strcmp(kind, "slot") == 0 && device.unit)
        json_array_append_new(slots, slot_body(row, &device));
    else if (!device.unit)
        add_to_print(print_of(prints, device.serial), kind, row);
}

/* Slots first: a print that begins finds its rolls. */
json_t *poll_read_bodies(const json_t *rows)
{
    json_auto_t *prints = json_object();
    json_t *bodies = json_array(), *row, *body;
    const char *serial;
    size_t i;
    json_array_foreach (rows, i, row)
        take_row(row, prints, bodies);
    json_object_foreach (prints, serial, body)
        if (json_object_get(body, "status"))
            json_array_append_new(bodies, json_pack("{s:O}", "print_event", body));
    return bodies;
}

json_t *poll_read_state(const json_t *state, const struct entity *entity)
{
    const json_t *attributes = json_object_get(state, "attributes");
    if (!json_is_object(state) || !json_object_get(state, "state"))
        return NULL;
    json_t *body =
        json_pack("{s:s, s:s, s:i, s:i}", "printer_id", entity->printer, "entity_id", entity->id,
                  "ams_unit_number", entity->at.unit, "slot_number", entity->at.slot);
    copy_value(body, "state", state, "state");
    copy_value(body, "occurred_at", state, "last_updated");
    if (entity->part == ENTITY_WHOLE)
        copy_tray(body, attributes);
    return json_pack("{s:o}", "ams_update", body);
}
