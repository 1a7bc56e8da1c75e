#include "core/printer.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/ams.h"
#include "core/extruder.h"
#include "core/fault.h"
#include "core/field.h"
#include "core/identity.h"
#include "core/live.h"
#include "core/slot.h"
#include "core/version.h"

static const struct field progress_fields[] = {
    FIELD("layer_num", "layer", K_INT, struct printer, layer, 0, 10000000),
    FIELD("total_layer_num", "total_layers", K_INT, struct printer, total_layers, 0, 10000000),
};

/* Switches as bits of two words; newer models have both and mean the second. */
struct switches {
    int64_t home_flag, cfg;
};

static const struct field switch_fields[] = {
    FIELD("home_flag", "home_flag", K_INT, struct switches, home_flag, -2147483648.0, 4294967295.0),
    FIELD("cfg", "cfg", K_BITS, struct switches, cfg, 0, 0),
};

enum {
    UNTOLD = -1,
    HOME_REMAIN_BIT = 7,
    HOME_REFILL_BIT = 10,
    CFG_REMAIN_BIT = 17,
    CFG_REFILL_BIT = 18,
};

void printer_init(struct printer *printer)
{
    memset(printer, 0, sizeof *printer);
    printer->power_on_read = UNTOLD;
    printer->remain_enabled = UNTOLD;
    printer->refill_enabled = UNTOLD;
    printer->ams_bits = printer->tray_bits = UNTOLD;
    printer->tray_now = printer->tray_tar = printer->tray_pre = UNTOLD;
    printer->layer = printer->total_layers = UNTOLD;
    printer->command.use_ams = UNTOLD;
    live_init(&printer->live);
}

void printer_describe(struct printer *printer, const char *serial, enum model model)
{
    if (serial && *serial) {
        text_copy(printer->serial, sizeof printer->serial, serial);
        version_set_model(printer, model_from_serial(serial), TRUST_SERIAL);
    }
    version_set_model(printer, model, TRUST_CALLER);
}

void printer_enter_state(struct printer *printer, enum gcode_state state, int64_t now)
{
    if (printer_printing(state))
        printer->told_cancel = 0;
    if (printer->gcode_state == state)
        return;
    printer->gcode_state = state;
    printer->state_at = now;
}

static unsigned take_state(struct printer *printer, const json_t *value, int64_t now)
{
    const char *text = json_string_value(value);
    if (!value || json_is_null(value))
        return 0;
    if (!text)
        return 1;
    for (int i = GCODE_INIT; i <= GCODE_FAILED; i++) {
        enum gcode_state state = (enum gcode_state)i;
        if (!text_equal_nocase(text, printer_state_slug(state)))
            continue;
        printer->told = 0;
        printer_enter_state(printer, state, now);
    }
    return 0;
}

static unsigned take_progress(struct printer *printer, const json_t *print)
{
    const json_t *copy = json_object_get(print, "3D");
    const json_t *skipped = json_object_get(print, "s_obj");
    unsigned bad = field_load_wire(progress_fields, LEN(progress_fields), printer, copy);
    bad += field_load_wire(progress_fields, LEN(progress_fields), printer, print);
    if (json_is_array(skipped))
        printer->skipped_objects = (int32_t)json_array_size(skipped);
    return bad + (skipped && !json_is_array(skipped) && !json_is_null(skipped));
}

static bool has(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return value && !json_is_null(value);
}

static unsigned take_switches(struct printer *printer, const json_t *print)
{
    struct switches told = {0, 0};
    enum field_taken home =
        field_take(&switch_fields[0], &told, json_object_get(print, "home_flag"));
    enum field_taken cfg = field_take(&switch_fields[1], &told, json_object_get(print, "cfg"));
    if (cfg == FIELD_TAKEN || has(print, "fun") || has(print, "vir_slot"))
        printer->new_style = 1;
    if (cfg == FIELD_TAKEN) {
        printer->remain_enabled = told.cfg >> CFG_REMAIN_BIT & 1;
        printer->refill_enabled = told.cfg >> CFG_REFILL_BIT & 1;
    } else if (home == FIELD_TAKEN && !printer->new_style) {
        printer->remain_enabled = told.home_flag >> HOME_REMAIN_BIT & 1;
        printer->refill_enabled = told.home_flag >> HOME_REFILL_BIT & 1;
    }
    unsigned bad = home == FIELD_BAD;
    return bad + (cfg == FIELD_BAD);
}

/* Nozzles before external spools: their number decides which of them is left. */
static unsigned take_telemetry(struct printer *printer, const json_t *print, int64_t now)
{
    unsigned bad = take_switches(printer, print);
    bad += extruder_take(printer, json_object_get(print, "device"));
    extruder_count_nozzles(printer);
    bad += ams_take_external(printer, print);
    bad += ams_take(printer, json_object_get(print, "ams"), now);
    bad += take_state(printer, json_object_get(print, "gcode_state"), now);
    bad += take_progress(printer, print);
    bad += identity_take(printer, print, now);
    bad += fault_take(printer, print, now);
    return bad + live_take(printer, print);
}

static unsigned take_print(struct printer *printer, const json_t *print, int64_t now)
{
    const char *command = json_string_value(json_object_get(print, "command"));
    if (!json_is_object(print))
        return print && !json_is_null(print);
    if (!command || strcmp(command, "push_status") == 0)
        return take_telemetry(printer, print, now);
    fault_take_reply(printer, print, now);
    if (strcmp(command, "project_file") == 0 || strcmp(command, "gcode_file") == 0)
        return identity_take_command(printer, print, now);
    return 0;
}

static unsigned take_others(struct printer *printer, const json_t *message, int64_t now)
{
    const char *key;
    json_t *value;
    unsigned bad = 0;
    json_object_foreach ((json_t *)(uintptr_t)message, key, value) {
        if (strcmp(key, "print") == 0)
            continue;
        if (strcmp(key, "info") == 0)
            bad += version_take(printer, value);
        fault_take_reply(printer, value, now);
    }
    return bad;
}

static void derive(struct printer *printer, int64_t now)
{
    for (int i = 0; i < printer->slot_count; i++)
        slot_derive(printer, &printer->slots[i], SOURCE_MQTT, now);
    printer->feeding = extruder_feeding(printer);
}

unsigned printer_apply(struct printer *printer, const json_t *message, int64_t now)
{
    printer_tick(printer, now);
    if (!json_is_object(message))
        return 1;
    printer->live.percent_told = 0;
    ams_note_alive(printer, now);
    unsigned bad = take_others(printer, message, now);
    bad += take_print(printer, json_object_get(message, "print"), now);
    printer->live.message_at = now;
    ams_believe_hold(printer, now);
    derive(printer, now);
    return bad;
}

void printer_apply_slot(struct printer *printer, struct slot_address at, const struct tray *tray,
                        enum source source, int64_t now)
{
    printer_tick(printer, now);
    struct slot *slot = slot_at(printer, at);
    if (!slot)
        return;
    slot->raw = *tray;
    slot->raw.state = SLOT_UNSEEN;
    slot->raw.remain_percent = UNTOLD;
    slot->hint = UNTOLD;
    slot->reading = tray->state == SLOT_READING;
    if (tray->state != SLOT_UNSEEN)
        slot->exists = tray->state != SLOT_EMPTY;
    slot_derive(printer, slot, source, now);
}

int64_t printer_deadline(const struct printer *printer)
{
    int64_t first = INT64_MAX;
    for (int i = 0; i < printer->slot_count; i++) {
        int64_t due = slot_deadline(&printer->slots[i]);
        first = due < first ? due : first;
    }
    return first;
}

void printer_tick(struct printer *printer, int64_t now)
{
    for (int i = 0; i < printer->slot_count; i++)
        slot_settle(&printer->slots[i], now);
}

bool printer_durable_equal(const struct printer *a, const struct printer *b)
{
    return memcmp(a, b, offsetof(struct printer, live)) == 0;
}
