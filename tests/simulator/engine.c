#include "tests/simulator/engine.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/simulator/feed.h"
#include "tests/simulator/hand.h"
#include "tests/simulator/steps.h"

enum { FEED_ERROR = 302022662, RECOVERS_MS = 8000 };

void engine_init(struct printer *printer, const struct family *family, const char *name,
                 const char *serial, uint64_t seed)
{
    memset(printer, 0, sizeof *printer);
    printer->family = family;
    text_copy(printer->name, sizeof printer->name, name);
    text_copy(printer->serial, sizeof printer->serial, serial);
    printer->random = seed;
    printer->sequence = 2000;
    printer->ams_version = 100;
    printer->due = INT64_MAX;
    printer->powered_on = true;
    for (int i = 0; i < 2; i++)
        printer->external[i] = (struct slot){.roll = {.color = "00000000"}};
    struct shown *shown = &printer->shown;
    shown->state = GCODE_IDLE;
    shown->stage = family->idle_stage;
    shown->print_type = family->clears_file ? "idle" : "";
    shown->now = shown->target = shown->before = PLACE_NONE;
    for (int i = 0; i < 2; i++)
        shown->snow[i] = shown->spre[i] = shown->star[i] = PLACE_NONE;
    if (family->delta) {
        text_copy(shown->task_id, ID_SIZE, "0");
        text_copy(shown->subtask_id, ID_SIZE, "0");
    }
}

/* Two ways into RUNNING; between them the newer ones keep the former job's layer for a while. */
static void push_whole_start(struct printer *printer)
{
    const struct family *family = printer->family;
    steps_push(printer, STEP_IDENTITY, 1500, 0);
    if (!family->skips_prepare) {
        steps_push(printer, STEP_STATE, 1000, GCODE_PREPARE);
        steps_push(printer, STEP_PREPARED, 0, 0);
        steps_push(printer, STEP_PREPARED, 3000, 100);
    }
    if (printer->job.refused)
        return;
    steps_push(printer, STEP_STATE, 2000, GCODE_RUNNING);
    steps_push(printer, STEP_PROGRESS, family->stale_run ? 1000 : 0, 0);
}

static void push_delta_start(struct printer *printer)
{
    if (printer->job.source == FROM_CLOUD) {
        steps_push(printer, STEP_IDENTITY, 2000, 0);
        steps_push(printer, STEP_PREPARED, 0, 0);
        steps_push(printer, STEP_STATE, 0, GCODE_PREPARE);
        steps_push(printer, STEP_PREPARED, 3000, 100);
    } else {
        steps_push(printer, STEP_IDENTITY, 3000, 0);
        steps_push(printer, STEP_STATE, 0, GCODE_IDLE);
        steps_push(printer, STEP_STATE, 2500, GCODE_PREPARE);
    }
    if (printer->job.refused)
        return;
    steps_push(printer, STEP_STATE, 5000, GCODE_RUNNING);
    steps_push(printer, STEP_PROGRESS, 0, 0);
}

static void push_warm_up(struct printer *printer)
{
    int order[PLAN_FILAMENTS];
    plan_order(&printer->job.plan, 1, order);
    steps_push(printer, STEP_STAGE, 2000, 2);
    steps_push(printer, STEP_STAGE, 20000, 13);
    steps_push(printer, STEP_STAGE, 15000, 4);
    steps_push(printer, STEP_FEED, 2000, order[0]);
    steps_push(printer, STEP_STAGE, 20000, 14);
    steps_push(printer, STEP_STAGE, 40000, 1);
    steps_push(printer, STEP_STAGE, 60000, 0);
    steps_push(printer, STEP_LAYER, 0, 1);
}

void engine_start(struct printer *printer)
{
    struct job *job = &printer->job;
    steps_clear(printer);
    job->active = true;
    memcpy(job->now, job->map, sizeof job->now);
    if (job->source == FROM_CLOUD || job->source == FROM_LAN)
        steps_push(printer, STEP_ECHO, 0, 0);
    if (job->never_starts) {
        steps_push(printer, STEP_IDENTITY, 2000, 0);
        steps_push(printer, STEP_END_TYPE, 6000, 0);
        return;
    }
    if (printer->family->delta)
        push_delta_start(printer);
    else
        push_whole_start(printer);
    if (job->refused) {
        steps_push(printer, STEP_STATE, 4000, GCODE_FAILED);
        steps_push(printer, STEP_ERROR, 0, 0x05004003);
        steps_push(printer, STEP_END_TYPE, 2000, 0);
    } else if (job->source == FROM_CALIBRATION) {
        steps_push(printer, STEP_STAGE, 2000, 8);
        steps_push(printer, STEP_FINISH, 90000, 0);
    } else {
        push_warm_up(printer);
    }
}

void engine_cancel(struct printer *printer, uint32_t code)
{
    bool late = printer->family->cancel_late_s > 0;
    steps_clear(printer);
    if (late)
        steps_push(printer, STEP_STATE, 0, GCODE_PAUSE);
    steps_push(printer, STEP_STATE, late ? 1500 : 0, GCODE_FAILED);
    if (!late)
        steps_push(printer, STEP_ERROR, 0, (int)code);
    steps_push(printer, STEP_AMS, 0, 0);
    steps_push(printer, STEP_RESET, 1000, 0);
    if (late)
        steps_push(printer, STEP_ERROR, printer->family->cancel_late_s * 1000 - 1000, (int)code);
    else
        steps_push(printer, STEP_ERROR, 1000, 0);
    steps_push(printer, STEP_END_TYPE, 1000, 0);
}

void engine_fail(struct printer *printer, uint32_t code)
{
    steps_clear(printer);
    steps_push(printer, STEP_STATE, 0, GCODE_FAILED);
    steps_push(printer, STEP_ERROR, 0, (int)code);
    steps_push(printer, STEP_AMS, 0, 0);
    steps_push(printer, STEP_END_TYPE, 3000, 0);
}

void engine_pause(struct printer *printer, uint32_t code, int stage)
{
    steps_hold(printer);
    printer->shown.state = GCODE_PAUSE;
    printer->shown.error = code;
    printer->shown.stage = stage;
    printer->changed = true;
}

bool engine_resume(struct printer *printer)
{
    if (!steps_held(printer))
        return false;
    steps_release(printer);
    printer->shown.state = GCODE_RUNNING;
    printer->shown.error = 0;
    printer->shown.stage = 0;
    printer->changed = true;
    return true;
}

void engine_feed_error(struct printer *printer)
{
    static const struct step list[] = {{STEP_ERROR, 0, FEED_ERROR},
                                       {STEP_STATE, 0, GCODE_PAUSE},
                                       {STEP_ERROR, 30000, 0},
                                       {STEP_STATE, 0, GCODE_RUNNING}};
    steps_front(printer, list, sizeof list / sizeof list[0]);
}

void engine_swap(struct printer *printer, int place, const struct roll *roll)
{
    const struct step after[] = {{STEP_TAKE, 8000, place},
                                 {STEP_PUT, 10000, place},
                                 {STEP_STATE, 20000, GCODE_RUNNING},
                                 {STEP_STAGE, 0, 0},
                                 {STEP_FEED, 1000, printer->job.filament}};
    static const struct step before[] = {{STEP_STATE, 0, GCODE_PAUSE}, {STEP_STAGE, 0, 16}};
    printer->pending = *roll;
    steps_front(printer, after, sizeof after / sizeof after[0]);
    if (printer->shown.now == place)
        feed_unload_now(printer);
    steps_front(printer, before, sizeof before / sizeof before[0]);
}

void engine_boot(struct printer *printer, bool recovers)
{
    bool had_job = printer->job.active;
    steps_clear(printer);
    steps_push(printer, STEP_BOOT, 0, 0);
    steps_push(printer, STEP_STATE, 3000, GCODE_IDLE);
    if (!recovers || !had_job) {
        printer->job.active = false;
        return;
    }
    steps_push(printer, STEP_IDENTITY, RECOVERS_MS, 0);
    steps_push(printer, STEP_PROGRESS, 0, 0);
    steps_push(printer, STEP_STATE, 0, GCODE_PAUSE);
    steps_push(printer, STEP_HOLD, 0, 0);
    steps_push(printer, STEP_FEED, 1000, printer->job.filament);
    steps_push(printer, STEP_LAYER, 1000, printer->job.layer > 0 ? printer->job.layer : 1);
}

int64_t engine_due(const struct printer *printer)
{
    int64_t hand = hand_due(printer);
    return printer->due < hand ? printer->due : hand;
}
