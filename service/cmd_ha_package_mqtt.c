#include "service/cmd_ha_package_mqtt.h"

#include <stdio.h>

#include "base/auto.h"
#include "base/buf.h"
#include "service/cmd_ha_package.h"

/* An event entity is restored when Home Assistant starts or the broker comes back: that is no new
 * event. Alerts of one cause replace each other. */
static const char alert_text[] =
    "  - id: filamentd_%s_alerts\n"
    "    alias: \"filamentd: alerts of %s\"\n"
    "    mode: queued\n"
    "    max: 25\n"
    "    triggers: [{ trigger: state, entity_id: event.filamentd_%s }]\n"
    "    conditions: >-\n"
    "      {{ trigger.to_state is not none and trigger.to_state.state not in ['unavailable', 'unknown']\n"
    "         and trigger.from_state is not none and trigger.from_state.state != 'unavailable' }}\n"
    "    actions:\n";

static const char here_text[] = "      - action: persistent_notification.create\n"
                                "        data:\n"
                                "          title: \"%s\"\n"
                                "          message: \"%s\"\n"
                                "          notification_id: \"%s\"\n";

static const char phone_text[] = "      - action: notify.%s\n"
                                 "        data:\n"
                                 "          title: \"%s\"\n"
                                 "          message: \"%s\"\n"
                                 "          data: { tag: \"%s\" }\n";

static const char asked_text[] =
    "  - id: filamentd_%s_%s_question\n"
    "    alias: \"filamentd: what is in %s of %s\"\n"
    "    mode: queued\n"
    "    triggers:\n"
    "      - { trigger: state, entity_id: binary_sensor.filamentd_%s_%s_question, from: \"off\", to: \"on\" }\n"
    "    actions:\n";

/* The buttons come back as an event that names them; the buttons of the slot do the rest. */
static const char button_text[] = "  - id: filamentd_%s_%s_%s\n"
                                  "    alias: \"filamentd: answer for %s of %s: %s\"\n"
                                  "    mode: queued\n"
                                  "    triggers:\n"
                                  "      - trigger: event\n"
                                  "        event_type: mobile_app_notification_action\n"
                                  "        event_data: { action: filamentd_%s_%s_%s }\n"
                                  "    actions:\n"
                                  "      - action: button.press\n"
                                  "        target: { entity_id: button.filamentd_%s_%s_%s }\n";

static const char question_text[] =
    "{%% set r = state_attr('sensor.filamentd_%s_%s_roll', 'reported') or {} %%}"
    "The printer reports {{ r.get('material') or 'a roll' }} {{ r.get('color') or '' }}; "
    "filamentd has {{ states('sensor.filamentd_%s_%s_roll') }}. Is that right?";

void cmd_ha_package_mqtt_begin(struct buf *out)
{
    buf_text(
        out,
        "# Home Assistant package of filamentd, made by `filamentd ha-package --mqtt`.\n"
        "# Save it as packages/filamentd.yaml, look whether the entities are yours, and restart\n"
        "# Home Assistant.\n"
        "automation:\n");
}

static void print_alerts(struct buf *out, const char *id, const char *name, const char *notify)
{
    static const char title[] = "{{ trigger.to_state.attributes.event_type | replace('_', ' ') }}";
    static const char message[] = "{{ trigger.to_state.attributes.text }}";
    static const char tag[] =
        "filamentd_{{ trigger.to_state.attributes.get('alert_id') or 'command' }}";
    buf_format(out, alert_text, id, name, id);
    if (notify)
        buf_format(out, phone_text, notify, title, message, tag);
    else
        buf_format(out, here_text, title, message, tag);
}

static void print_buttons(struct buf *out, const char *id, const char *slot, const char *label,
                          const char *name)
{
    static const char *const buttons[][2] = {{"confirm", "that is right"},
                                             {"clear", "it is empty"}};
    buf_text(out, "            actions:\n");
    for (size_t i = 0; i < LEN(buttons); i++)
        buf_format(out, "              - { action: filamentd_%s_%s_%s, title: \"%s\" }\n", id, slot,
                   buttons[i][0], buttons[i][1]);
    for (size_t i = 0; i < LEN(buttons); i++)
        buf_format(out, button_text, id, slot, buttons[i][0], label, name, buttons[i][1], id, slot,
                   buttons[i][0], id, slot, buttons[i][0]);
}

static void print_slot(struct buf *out, const struct cmd_ha_package_printer *printer,
                       const char *id, const char *label, const char *notify)
{
    char slot[CMD_HA_PACKAGE_SLUG_SIZE], message[1024], tag[2 * CMD_HA_PACKAGE_SLUG_SIZE],
        title[512];
    cmd_ha_package_slug(label, slot);
    snprintf(message, sizeof message, question_text, id, slot, id, slot);
    snprintf(tag, sizeof tag, "filamentd_%s_%s", id, slot);
    snprintf(title, sizeof title, "Slot %s of %s", label, printer->name);
    buf_format(out, asked_text, id, slot, label, printer->name, id, slot);
    if (!notify) {
        buf_format(out, here_text, title, message, tag);
        return;
    }
    buf_format(out,
               "      - action: notify.%s\n"
               "        data:\n"
               "          title: \"%s\"\n"
               "          message: \"%s\"\n"
               "          data:\n"
               "            tag: \"%s\"\n",
               notify, title, message, tag);
    print_buttons(out, id, slot, label, printer->name);
}

/* Before its first report a printer has one AMS of four slots, as far as anybody can tell. */
void cmd_ha_package_mqtt_print(struct buf *out, const struct cmd_ha_package_printer *printer,
                               const char *notify)
{
    static const char *const first[] = {"A1", "A2", "A3", "A4"};
    char id[CMD_HA_PACKAGE_SLUG_SIZE];
    size_t i;
    const json_t *row;
    cmd_ha_package_slug(printer->id, id);
    print_alerts(out, id, printer->name, notify);
    json_array_foreach (printer->slots, i, row)
        print_slot(out, printer, id, json_string_value(json_object_get(row, "label")), notify);
    for (i = 0; !json_array_size(printer->slots) && i < LEN(first); i++)
        print_slot(out, printer, id, first[i], notify);
}
