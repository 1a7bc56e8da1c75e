#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/feed.h"
#include "tests/simulator/hand.h"
#include "tests/simulator/steps.h"

/* The characters that a printer's file system cannot hold become "_" in what it reports. */
static void munge(char *text)
{
    for (char *c = text; *c; c++) {
        if (strchr(":/\\*?\"<>|", *c))
            *c = '_';
    }
}

static void show_file(struct printer *printer)
{
    const struct job *job = &printer->job;
    struct shown *shown = &printer->shown;
    if (!printer->family->delta)
        snprintf(shown->file, sizeof shown->file, "/data/Metadata/plate_%d.gcode", job->plan.plate);
    else if (job->source == FROM_CLOUD)
        snprintf(shown->file, sizeof shown->file, "%s.3mf", shown->name);
    else
        text_copy(shown->file, sizeof shown->file, job->plan.file);
}

static void show_identity(struct printer *printer)
{
    static const char *const types[] = {[FROM_CLOUD] = "cloud",
                                        [FROM_LAN] = "local",
                                        [FROM_SCREEN] = "local",
                                        [FROM_CALIBRATION] = "system"};
    const struct job *job = &printer->job;
    struct shown *shown = &printer->shown;
    bool from_storage = job->source == FROM_SCREEN;
    text_copy(shown->name, sizeof shown->name, from_storage ? job->plan.file : job->plan.title);
    munge(shown->name);
    show_file(printer);
    text_copy(shown->task_id, ID_SIZE, job->task_id);
    text_copy(shown->subtask_id, ID_SIZE, job->subtask_id);
    shown->print_type = types[job->source];
    shown->error = 0;
}

static void show_mapping(struct printer *printer)
{
    const struct job *job = &printer->job;
    printer->shown.mapping_count = job->plan.filament_count;
    memcpy(printer->shown.mapping, job->map, sizeof job->map);
    printer->shown.plate = job->plan.plate;
}

static void show_progress(struct printer *printer)
{
    struct shown *shown = &printer->shown;
    const struct job *job = &printer->job;
    shown->layer = job->layer;
    shown->total = job->plan.layers;
    shown->percent = job->layer ? plan_percent(&job->plan, job->layer) : 0;
    shown->minutes = plan_minutes_left(&job->plan, 1);
    show_mapping(printer);
}

static void end_job(struct printer *printer)
{
    struct shown *shown = &printer->shown;
    printer->job.active = false;
    shown->stage = printer->family->idle_stage;
    shown->print_type = printer->family->clears_file ? "idle" : "";
    if (printer->family->clears_file)
        shown->file[0] = 0;
    if (printer->family->resets_total)
        shown->total = 0;
}

static void push_end(struct printer *printer)
{
    steps_push(printer, STEP_STAGE, 2000, printer->family->idle_stage);
    feed_unload(printer);
    steps_push(printer, STEP_FINISH, 13000, 0);
}

static void do_layer(struct printer *printer, int layer)
{
    const struct plan *plan = &printer->job.plan;
    if (layer > plan->layers) {
        push_end(printer);
        return;
    }
    int order[PLAN_FILAMENTS];
    int count = plan_order(plan, layer, order);
    printer->job.layer = layer;
    printer->shown.layer = layer;
    printer->shown.percent = plan_percent(plan, layer);
    printer->shown.minutes = plan_minutes_left(plan, layer);
    if (layer == 1)
        feed_take(printer, order[0], plan->start_mm);
    for (int i = 0; i < count; i++) {
        steps_push(printer, STEP_FEED, 0, order[i]);
        steps_push(printer, STEP_EXTRUDE, plan->layer_ms / count, order[i]);
    }
    steps_push(printer, STEP_LAYER, 0, layer + 1);
}

/* The slicer books the first part of a purge to the filament that is still in the nozzle. */
static void purge(struct printer *printer, int filament)
{
    const struct plan *plan = &printer->job.plan;
    int old = printer->job.filament;
    if (old == filament || printer->job.layer == 0)
        return;
    double rest = plan->flush_mm < plan->nozzle_mm ? plan->flush_mm : plan->nozzle_mm;
    feed_take(printer, old, rest);
    feed_take(printer, filament, plan->flush_mm - rest);
}

static void do_feed(struct printer *printer, int filament)
{
    purge(printer, filament);
    printer->job.filament = filament;
    feed_change(printer, printer->job.now[filament]);
}

static void show_target(struct printer *printer, int place)
{
    struct shown *shown = &printer->shown;
    shown->target = place;
    if (!model_is_none(place)) {
        shown->extruder = model_extruder(printer, place);
        shown->now = shown->snow[shown->extruder];
    }
    shown->star[shown->extruder] = place;
}

static void show_now(struct printer *printer, int place)
{
    printer->shown.now = place;
    printer->shown.snow[printer->shown.extruder] = place;
    printer->ams_version++;
}

static void boot(struct printer *printer)
{
    struct shown *shown = &printer->shown;
    bool delta = printer->family->delta;
    shown->state = GCODE_INIT;
    shown->layer = shown->percent = shown->minutes = shown->total = 0;
    shown->name[0] = shown->file[0] = 0;
    text_copy(shown->task_id, ID_SIZE, delta ? "0" : "");
    text_copy(shown->subtask_id, ID_SIZE, delta ? "0" : "");
    shown->print_type = printer->family->clears_file ? "idle" : "";
    shown->error = 0;
    shown->ams_status = 0;
    shown->mapping_count = 0;
    printer->sequence = 1;
    json_decref(printer->last);
    printer->last = NULL;
}

static void do_job_step(struct printer *printer, const struct step *step)
{
    struct shown *shown = &printer->shown;
    switch (step->kind) {
    case STEP_LAYER:
        do_layer(printer, step->arg);
        break;
    case STEP_FEED:
        do_feed(printer, step->arg);
        break;
    case STEP_EXTRUDE:
        if (feed_extrude(printer, step->arg))
            feed_runout(printer, printer->job.now[step->arg]);
        break;
    case STEP_TAKE:
        hand_unload(printer, step->arg);
        break;
    case STEP_PUT:
        hand_load(printer, step->arg, &printer->pending, false);
        break;
    case STEP_HOLD:
        steps_hold(printer);
        break;
    case STEP_FINISH:
        shown->state = GCODE_FINISH;
        shown->percent = 100;
        shown->minutes = 0;
        end_job(printer);
        break;
    default:
        break;
    }
}

static void do_shown_step(struct printer *printer, const struct step *step)
{
    struct shown *shown = &printer->shown;
    switch (step->kind) {
    case STEP_STATE:
        shown->state = (enum gcode_state)step->arg;
        break;
    case STEP_PREPARED:
        shown->prepared = step->arg;
        break;
    case STEP_STAGE:
        shown->stage = step->arg;
        break;
    case STEP_AMS:
        shown->ams_status = step->arg;
        break;
    case STEP_SENSOR:
        shown->sensor = step->arg;
        break;
    case STEP_ERROR:
        shown->error = (uint32_t)step->arg;
        break;
    case STEP_RESET:
        shown->layer = shown->percent = 0;
        break;
    case STEP_BEFORE:
        shown->before = shown->spre[shown->extruder] = step->arg;
        break;
    case STEP_SNOW:
        shown->snow[shown->extruder] = step->arg;
        break;
    default:
        do_job_step(printer, step);
    }
}

static void do_step(struct printer *printer, const struct step *step)
{
    switch (step->kind) {
    case STEP_IDENTITY:
        show_identity(printer);
        break;
    case STEP_PROGRESS:
        show_progress(printer);
        break;
    case STEP_TARGET:
        show_target(printer, step->arg);
        break;
    case STEP_NOW:
        show_now(printer, step->arg);
        break;
    case STEP_BOOT:
        boot(printer);
        break;
    case STEP_END_TYPE:
        end_job(printer);
        break;
    default:
        do_shown_step(printer, step);
    }
    /* A new layer alone waits for the next report: printers sample it. */
    if (step->kind != STEP_LAYER && step->kind != STEP_FEED && step->kind != STEP_EXTRUDE)
        printer->changed = true;
}

uint64_t engine_run(struct printer *printer)
{
    uint64_t done = 0;
    struct step step;
    hand_tick(printer);
    while (steps_next(printer, &step)) {
        do_step(printer, &step);
        done |= (uint64_t)1 << step.kind;
    }
    return done;
}
