/*
 * What Home Assistant tells, folded into the state of a printer: the second source, heard only
 * while the printer itself is silent.
 */
#include <string.h>

#include "base/text.h"
#include "core/printer.h"
#include "core/rules.h"
#include "core/slot.h"
#include "core/told.h"

bool printer_speaks(const struct printer *printer, int64_t now)
{
    return printer->live.message_at && now - printer->live.message_at < RULE_SPEAKS_MS;
}

/* Only times of its own are compared with each other: its clock need not be ours. */
static bool newer(int64_t *told_at, int64_t occurred_at)
{
    if (occurred_at && occurred_at < *told_at)
        return false;
    if (occurred_at)
        *told_at = occurred_at;
    return true;
}

/* Without a title the name of the file stands in, and makes way for a title that comes later. */
static void take_names(struct print_identity *identity, const struct told_print *told)
{
    bool other = *told->file && strcmp(identity->gcode_file, told->file) != 0;
    if (*told->file)
        text_copy(identity->gcode_file, sizeof identity->gcode_file, told->file);
    if (*told->name)
        text_copy(identity->subtask_name, sizeof identity->subtask_name, told->name);
    else if (other || (*told->file && !*identity->subtask_name))
        text_copy(identity->subtask_name, sizeof identity->subtask_name,
                  text_base_name(told->file));
}

/* Ids that the printer itself told before are of another print than the one that begins now. */
static void forget_print(struct print_identity *identity)
{
    memset(identity, 0, sizeof *identity);
}

static enum gcode_state state_of(enum told_status status)
{
    static const enum gcode_state states[] = {
        [TOLD_NOTHING] = GCODE_UNKNOWN,  [TOLD_PREPARE] = GCODE_PREPARE,
        [TOLD_PRINTING] = GCODE_RUNNING, [TOLD_PAUSED] = GCODE_PAUSE,
        [TOLD_COMPLETED] = GCODE_FINISH, [TOLD_FAILED] = GCODE_FAILED,
        [TOLD_CANCELLED] = GCODE_FAILED, [TOLD_IDLE] = GCODE_IDLE,
    };
    return states[status];
}

static void take_status(struct printer *printer, const struct told_print *told, int64_t now)
{
    enum gcode_state state = state_of(told->status);
    bool begins = printer_printing(state) && !printer_printing(printer->gcode_state);
    if (state == GCODE_IDLE || begins)
        forget_print(&printer->identity);
    if (printer_printing(state))
        take_names(&printer->identity, told);
    if (begins) { /* what was known of the print before is not this one's */
        printer->layer = printer->total_layers = printer->live.minutes = -1;
        printer->live.percent = told->percent;
    }
    printer->told = 1;
    printer_enter_state(printer, state, now);
    if (told->status == TOLD_CANCELLED)
        printer->told_cancel = 1;
}

bool printer_apply_told(struct printer *printer, const struct told_print *told, int64_t now)
{
    printer_tick(printer, now);
    if (!newer(&printer->told_at, told->occurred_at))
        return false;
    if (told->percent >= 0)
        printer->live.percent = told->percent;
    if (told->status == TOLD_NOTHING)
        return true;
    take_status(printer, told, now);
    printer->feeding = printer_printing(printer->gcode_state) ? told->feeding : printer->feeding;
    return true;
}

static void keep_color(struct tray *tray, const struct tray *known)
{
    tray->has_color = known->has_color;
    tray->rgba = known->rgba;
    tray->color_count = known->color_count;
    memcpy(tray->colors, known->colors, sizeof tray->colors);
}

/* A body that names the colour alone, or the material alone, leaves the other as it is. */
static void complete(struct tray *tray, const struct tray *known)
{
    struct tray next = *known;
    if (tray->state != SLOT_PRESENT)
        return;
    if (!tray->has_color)
        keep_color(tray, known);
    if (tray_described(tray) || !tray_described(known))
        return;
    keep_color(&next, tray);
    next.state = tray->state;
    *tray = next;
}

bool printer_apply_told_slot(struct printer *printer, const struct told_slot *told, int64_t now)
{
    struct slot *slot = told->silent ? NULL : slot_at(printer, told->at);
    if (!slot || !newer(&slot->told_at, told->occurred_at))
        return false;
    struct tray tray = told->tray;
    complete(&tray, &slot->raw);
    printer_apply_slot(printer, told->at, &tray, SOURCE_HOMEASSISTANT, now);
    return true;
}
