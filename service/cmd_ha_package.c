#include "service/cmd_ha_package.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/load.h"
#include "store/db.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/slots.h"

enum { NAME_SIZE = 128 };

struct wish {
    const char *url;     /* of this daemon, as Home Assistant reaches it */
    const char *printer; /* serial; NULL: every printer that is known */
    const char *prefix;  /* of its entities; NULL: the default of the integration */
};

static const struct cli_option options[] = {
    {"url", "URL",
     "this daemon as Home Assistant reaches it; default https://filamentd.local:8443"},
    {"printer", "SERIAL", "one printer, also one that is not known yet"},
    {"prefix", "PREFIX", "of its entities, such as sensor.p1s_01p00a000000000"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct wish *wish = ctx;
    if (!option)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: ha-package takes no words", text);
    if (strcmp(option->name, "url") == 0)
        wish->url = text;
    else if (strcmp(option->name, "printer") == 0)
        wish->printer = text;
    else
        wish->prefix = text;
    return OK;
}

/* Templates build their JSON from values computed inside, because what `data:` renders is turned
 * into native types: a task named 2024 would become a number. */
static const char commands_text[] =
    "rest_command:\n"
    "  filamentd_print_event:\n"
    "    url: \"%s/webhook/homeassistant/print_event\"\n"
    "    verify_ssl: false # filamentd made its certificate itself; the secret is what counts\n"
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
    "    verify_ssl: false # as above\n"
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
    "          'remain_percent': state_attr(e, 'remain')} | to_json }}\n"
    "\n"
    "automation:\n";

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
    "    alias: \"filamentd: slot %d of AMS %d of %s\"\n"
    "    mode: queued\n"
    "    triggers: [{ trigger: state, entity_id: %s_ams_%d_tray_%d }]\n"
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

static void lower(const char *text, char ret[NAME_SIZE])
{
    snprintf(ret, NAME_SIZE, "%s", text);
    text_lower(ret);
    for (char *at = ret; *at; at++)
        if (*at == '-' || *at == '.' || *at == ' ')
            *at = '_';
}

/* Before its first report a printer has one AMS of four slots, as far as anybody can tell. */
static void print_slots(const char *name, const char *prefix, const json_t *slots)
{
    char id[NAME_SIZE];
    size_t i, found = 0;
    const json_t *slot;
    lower(name, id);
    json_array_foreach (slots, i, slot) {
        int unit = (int)json_integer_value(json_object_get(slot, "ams_unit_number"));
        int number = (int)json_integer_value(json_object_get(slot, "slot_number"));
        if (unit == UNIT_EXTERNAL)
            continue;
        found++;
        printf(slot_text, id, unit, number, number, unit, name, prefix, unit, number, name, unit,
               number);
    }
    for (int number = 1; !found && number <= 4; number++)
        printf(slot_text, id, 1, number, number, 1, name, prefix, 1, number, name, 1, number);
}

static void print_printer(const struct wish *wish, const char *name, const char *model,
                          const json_t *slots)
{
    char id[NAME_SIZE], kind[NAME_SIZE], prefix[3 * NAME_SIZE];
    lower(name, id);
    lower(model && *model ? model : "p1s", kind);
    if (wish->prefix)
        snprintf(prefix, sizeof prefix, "%s", wish->prefix);
    else
        snprintf(prefix, sizeof prefix, "sensor.%s_%s", kind, id);
    printf(print_text, id, name, prefix, name, prefix, id, name, prefix, name, prefix, prefix);
    print_slots(name, prefix, slots);
}

typedef enum err read_list(struct db *db, const json_t *args, struct list *ret_list,
                           struct why *why);

static json_t *rows_of(struct db *db, read_list *read, json_t *moved_args)
{
    struct why why;
    auto_list list = {0};
    json_auto_t *args = moved_args;
    if (read(db, args, &list, &why) != OK || list.body.failed)
        return json_array();
    return json_loadb(list.body.data, list.body.len, 0, NULL);
}

static const char *text_in(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static void print_known(const struct wish *wish, struct db *db)
{
    json_auto_t *printers = rows_of(db, printers_list, json_object());
    size_t i;
    const json_t *row;
    json_array_foreach (printers, i, row) {
        const char *id = text_in(row, "printer_id"), *serial = text_in(row, "serial");
        json_auto_t *slots = rows_of(db, slots_list, json_pack("{s:s}", "printer_id", id));
        print_printer(wish, serial ? serial : id, text_in(row, "model"), slots);
    }
}

static int print_package(const struct command_context *context, const struct wish *wish)
{
    struct why why;
    struct db *db = NULL;
    if (!wish->printer && (access(context->database, R_OK) != 0 ||
                           db_open(context->database, DB_READ, &db, &why) != OK))
        return commands_refuse(1, "no printer is known yet: name one with --printer SERIAL");
    puts("# Home Assistant package of filamentd, made by `filamentd ha-package`.\n"
         "# Save it as packages/filamentd.yaml, put filamentd_webhook_secret into secrets.yaml,\n"
         "# look whether the entities are yours, and restart Home Assistant.");
    printf(commands_text, wish->url, wish->url);
    if (wish->printer)
        print_printer(wish, wish->printer, NULL, NULL);
    else
        print_known(wish, db);
    db_close(db);
    return 0;
}

int cmd_ha_package_main(struct command_context *context, char **words)
{
    struct wish wish = {.url = "https://filamentd.local:8443"};
    int code = commands_parse(context, words, options, take_word, &wish);
    if (code < 0)
        code = load_config(context);
    return code >= 0 ? code : print_package(context, &wish);
}
