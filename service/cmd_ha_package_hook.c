#include "service/cmd_ha_package_hook.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/text.h"
#include "core/address.h"
#include "service/cmd_ha_package.h"

enum { ENTITY_SIZE = 256, UNIT_SLOTS = 4, A2L_NUMBER = 17 };

/* Templates build their JSON from values computed inside, because what `data:` renders is turned
 * into native types: a task named 2024 would become a number. */
static const char commands_text[] =
    "rest_command:\n"
    "  filamentd_print_event:\n"
    "    url: \"%s/webhook/homeassistant/print_event\"\n"
    "%s"
    "    method: post\n"
    "    content_type: \"application/json\"\n"
    "    timeout: 20\n"
    "    headers: { X-Webhook-Secret: !secret filamentd_webhook_secret }\n"
    "    payload: >-\n"
    "      {%% set p = prefix %%}\n"
    "      {%% set w = states[p ~ '_print_weight'] %%}\n"
    "      {{ {'printer_id': printer_id, 'event': event, 'status': status,\n"
    "          'previous_status': previous_status, 'occurred_at': now().isoformat(),\n"
    "          'gcode_file_name': states(p ~ '_gcode_filename'),\n"
    "          'task_name': states(p ~ '_task_name'), 'progress': states(p ~ '_print_progress'),\n"
    "          'started_at': states(p ~ '_start_time'), 'weight_g': states(p ~ '_print_weight'),\n"
    "          'weights': dict((w.attributes if w else {}) | items\n"
    "              | selectattr(0, 'match', '^(AMS \\d+ Tray \\d+|External Spool)') | list),\n"
    "          'active_ams': state_attr(p ~ '_active_tray', 'ams_index'),\n"
    "          'active_tray': state_attr(p ~ '_active_tray', 'tray_index')} | to_json }}\n"
    "  filamentd_ams_update:\n"
    "    url: \"%s/webhook/homeassistant/ams_update\"\n"
    "%s"
    "    method: post\n"
    "    content_type: \"application/json\"\n"
    "    timeout: 20\n"
    "    headers: { X-Webhook-Secret: !secret filamentd_webhook_secret }\n"
    "    payload: >-\n"
    "      {%% set e = entity_id %%}\n"
    "      {{ {'printer_id': printer_id, 'entity_id': e, 'ams_unit_number': ams_unit_number,\n"
    "          'slot_number': state_attr(e, 'slot') or slot_number, 'occurred_at': now().isoformat(),\n"
    "          'state': states(e), 'color': state_attr(e, 'color'), 'colors': state_attr(e, 'cols'),\n"
    "          'material': state_attr(e, 'type'), 'name': state_attr(e, 'name'),\n"
    "          'filament_id': state_attr(e, 'filament_id'), 'tag_uid': state_attr(e, 'tag_uid'),\n"
    "          'tray_uuid': state_attr(e, 'tray_uuid'), 'empty': state_attr(e, 'empty'),\n"
    "          'remain_percent': state_attr(e, 'remain')} | to_json }}\n";

/* The token of a button says which answer it is; see docs/notifications.md. */
static const char confirm_text[] =
    "  filamentd_confirm:\n"
    "    url: \"%s/webhook/homeassistant/confirm\"\n"
    "%s"
    "    method: post\n"
    "    content_type: \"application/json\"\n"
    "    timeout: 20\n"
    "    headers: { X-Webhook-Secret: !secret filamentd_webhook_secret }\n"
    "    payload: \"{{ {'token': token} | to_json }}\"\n";

static const char alerts_text[] =
    "  - id: filamentd_alerts # homeassistant.webhook_id of filamentd.conf\n"
    "    alias: \"filamentd: alerts\"\n"
    "    mode: queued\n"
    "    max: 25\n"
    "    triggers:\n"
    "      - trigger: webhook\n"
    "        webhook_id: !secret filamentd_alerts_webhook_id\n"
    "        allowed_methods: [POST]\n"
    "        local_only: true\n"
    "    actions:\n"
    "      - action: notify.%s\n"
    "        data:\n"
    "          title: \"{{ trigger.json.title }}\"\n"
    "          message: \"{{ trigger.json.message }}\"\n"
    "          data: { tag: \"{{ trigger.json.tag }}\", group: filamentd, url: \"{{ trigger.json.url }}\",\n"
    "                  push: { interruption-level: \"{{ trigger.json.level }}\" },\n"
    "                  actions: \"{{ trigger.json.actions }}\" }\n"
    "  - id: filamentd_confirm\n"
    "    alias: \"filamentd: an answer was tapped\"\n"
    "    mode: queued\n"
    "    triggers: [{ trigger: event, event_type: mobile_app_notification_action }]\n"
    "    conditions: \"{{ trigger.event.data.action.startswith('FT_ASSIGN:') }}\"\n"
    "    actions:\n"
    "      - action: rest_command.filamentd_confirm\n"
    "        continue_on_error: true\n"
    "        data: { token: \"{{ trigger.event.data.action[10:] }}\" }\n";

static const char print_text[] =
    "  - id: filamentd_%s_print_status\n"
    "    alias: \"filamentd: print status of %s\"\n"
    "    mode: queued\n"
    "    max: 25\n"
    "    triggers: [{ trigger: state, entity_id: %s_print_status, to: null }]\n"
    "    actions:\n"
    "      - action: rest_command.filamentd_print_event\n"
    "        continue_on_error: true\n"
    "        data: { printer_id: \"%s\", prefix: %s, event: status,\n"
    "                status: \"{{ trigger.to_state.state if trigger.to_state else none }}\",\n"
    "                previous_status: \"{{ trigger.from_state.state if trigger.from_state else none }}\" }\n"
    "  - id: filamentd_%s_print_event # the only source that knows of a cancelled print\n"
    "    alias: \"filamentd: print events of %s\"\n"
    "    mode: queued\n"
    "    triggers: [{ trigger: event, event_type: bambu_lab_event }]\n"
    "    conditions: >-\n"
    "      {{ trigger.event.data.type.startswith('event_print_')\n"
    "         and trigger.event.data.device_id == device_id('%s_print_status') }}\n"
    "    actions:\n"
    "      - action: rest_command.filamentd_print_event\n"
    "        continue_on_error: true\n"
    "        data: { printer_id: \"%s\", prefix: %s, event: \"{{ trigger.event.data.type }}\",\n"
    "                status: \"{{ states('%s_print_status') }}\", previous_status: none }\n";

static const char slot_text[] =
    "  - id: filamentd_%s_slot_%d_%d\n"
    "    alias: \"filamentd: slot %d of unit %d of %s\"\n"
    "    mode: queued\n"
    "    triggers: [{ trigger: state, entity_id: %s }]\n"
    "    conditions: >-\n"
    "      {%% set ns = namespace(changed=false) %%}\n"
    "      {%% set a = trigger.from_state.attributes if trigger.from_state else {} %%}\n"
    "      {%% set b = trigger.to_state.attributes if trigger.to_state else {} %%}\n"
    "      {%% for k in ['color', 'type', 'filament_id', 'tag_uid', 'tray_uuid', 'empty'] %%}\n"
    "      {%% if a.get(k) != b.get(k) %%}{%% set ns.changed = true %%}{%% endif %%}{%% endfor %%}\n"
    "      {{ ns.changed and trigger.to_state is not none\n"
    "         and trigger.to_state.state not in ['unavailable', 'unknown'] }}\n"
    "    actions:\n"
    "      - action: rest_command.filamentd_ams_update\n"
    "        continue_on_error: true\n"
    "        data: { printer_id: \"%s\", entity_id: \"{{ trigger.entity_id }}\",\n"
    "                ams_unit_number: %d, slot_number: %d }\n";

/* The integration counts units from 1, calls the A2L's lite unit by the printer's number, and has
 * an entity without number for an external spool. */
static void entity_of(const char *prefix, int unit, int slot, char ret[ENTITY_SIZE])
{
    if (unit == UNIT_EXTERNAL)
        snprintf(ret, ENTITY_SIZE, "%s_externalspool%s_external_spool", prefix,
                 slot == 1 ? "" : "2");
    else
        snprintf(ret, ENTITY_SIZE, "%s_ams_%d_tray_%d", prefix,
                 unit == UNIT_A2L_LITE ? A2L_NUMBER : unit, slot);
}

static void print_slot(struct buf *out, const struct cmd_ha_package_printer *printer,
                       const char *id, int unit, int slot)
{
    char entity[ENTITY_SIZE];
    entity_of(printer->prefix, unit, slot, entity);
    buf_format(out, slot_text, id, unit, slot, slot, unit, printer->name, entity, printer->name,
               unit, slot);
}

static const char unverified[] =
    "    verify_ssl: false # filamentd made its certificate itself; the secret is what "
    "counts\n";

void cmd_ha_package_hook_begin(struct buf *out, const char *url, const char *notify)
{
    bool tls = text_starts(url, "https:");
    const char *as_above = tls ? "    verify_ssl: false # as above\n" : "";
    buf_format(
        out,
        "# Home Assistant package of filamentd, made by `filamentd ha-package`.\n"
        "# Save it as packages/filamentd.yaml, put filamentd_webhook_secret%s into secrets.yaml,\n"
        "# look whether the entities are yours, and restart Home Assistant.\n",
        notify ? " and filamentd_alerts_webhook_id" : "");
    buf_format(out, commands_text, url, tls ? unverified : "", url, as_above);
    if (notify)
        buf_format(out, confirm_text, url, as_above);
    buf_text(out, "\nautomation:\n");
    if (notify)
        buf_format(out, alerts_text, notify);
}

/* Home Assistant may have told of one slot of a unit only: it has four, but for the HT's. Before
 * the first report a printer has one AMS, as far as anybody can tell. */
static void print_slots(struct buf *out, const struct cmd_ha_package_printer *printer,
                        const char *id)
{
    int before = json_array_size(printer->slots) ? 0 : 1;
    size_t i;
    const json_t *row;
    for (int slot = 1; before && slot <= UNIT_SLOTS; slot++)
        print_slot(out, printer, id, before, slot);
    json_array_foreach (printer->slots, i, row) {
        int unit = (int)json_integer_value(json_object_get(row, "ams_unit_number"));
        int slot = (int)json_integer_value(json_object_get(row, "slot_number"));
        if (unit >= UNIT_HT_FIRST)
            print_slot(out, printer, id, unit, slot);
        for (slot = 1; unit < UNIT_HT_FIRST && unit != before && slot <= UNIT_SLOTS; slot++)
            print_slot(out, printer, id, unit, slot);
        before = unit;
    }
}

void cmd_ha_package_hook_print(struct buf *out, const struct cmd_ha_package_printer *printer)
{
    char id[CMD_HA_PACKAGE_SLUG_SIZE];
    const char *name = printer->name, *prefix = printer->prefix;
    cmd_ha_package_slug(name, id);
    buf_format(out, print_text, id, name, prefix, name, prefix, id, name, prefix, name, prefix,
               prefix);
    print_slots(out, printer, id);
}
