#include "core/job.h"

#include <string.h>

#include "core/job_identity.h"
#include "core/rules.h"

/* What one step works with. */
struct turn {
    struct job *job;
    const struct printer *old, *next;
    int64_t now;
    struct job_events *events;
    int layer_before; /* of the job, before this step */
};

bool job_active(const struct job *job)
{
    return job->status == JOB_PRINTING || job->status == JOB_PAUSED || job->status == JOB_ENDING;
}

bool job_uses(const struct job *job, struct slot_address at)
{
    if (!job_active(job) || job->utility)
        return false;
    if (job->mapping_source == MAPPING_NONE || address_equal(job->source, at))
        return true;
    for (int i = 0; i < job->mapping_count; i++)
        if (address_equal(job->mapping[i], at))
            return true;
    return false;
}

static struct job_event *emit(const struct turn *turn, enum job_event_kind kind)
{
    struct job_events *events = turn->events;
    if (events->count == JOB_EVENTS_MAX)
        return NULL;
    struct job_event *event = &events->list[events->count++];
    memset(event, 0, sizeof *event);
    event->kind = kind;
    event->job = *turn->job;
    return event;
}

/* Percent counts only where the deciding message carried it: what was in memory before is lost in
 * a restart, and the result must be the same with and without one. */
static int percent_of(const struct printer *printer)
{
    return printer->live.percent_told ? printer->live.percent : -1;
}

/* What fed until now; ${layer}: the last in which it was seen to. */
static struct job_part part_until_now(const struct turn *turn, int layer)
{
    const struct job *job = turn->job;
    struct job_part part;
    memset(&part, 0, sizeof part);
    if (address_none(job->source))
        return part;
    part.at = job->source;
    part.from_layer = job->from_layer;
    part.from_percent = job->from_percent;
    part.from_at = job->from_at;
    part.to_layer = layer > job->from_layer ? layer : job->from_layer;
    part.to_percent = job->percent;
    part.to_at = turn->now;
    return part;
}

static void finish(struct turn *turn, enum job_status status, int64_t error)
{
    struct job *job = turn->job;
    struct job_part part = part_until_now(turn, job->layer);
    job->status = status;
    job->ended_at = job->ending_at ? job->ending_at : turn->now;
    job->error = error;
    struct job_event *event = emit(turn, JOB_EVENT_END);
    if (event)
        event->part = part;
}

static void start(struct turn *turn, bool seen)
{
    struct job *job = turn->job;
    int64_t heard = job->command;
    memset(job, 0, sizeof *job);
    job->status = turn->next->gcode_state == GCODE_PAUSE ? JOB_PAUSED : JOB_PRINTING;
    job->start_seen = seen;
    job->started_at = turn->now;
    job->told = turn->next->told;
    job->command_before = heard;
    job->stale_layer = turn->next->layer;
    job->fresh = !seen;
    job->layer = seen ? -1 : turn->next->layer;
    job->total_layers = -1;
    job->percent = job->from_percent = job->end_percent = -1;
    job->ran = turn->next->gcode_state == GCODE_RUNNING || turn->next->gcode_state == GCODE_PAUSE;
    job_learn_identity(job, turn->next);
    job_learn_command(job, turn->next, turn->now - RULE_COMMAND_BEFORE_MS);
    job_learn_mapping(job, turn->next);
    emit(turn, JOB_EVENT_START);
}

/* Which layer is this job's: not before the number moved, or is that of a beginning. */
static void watch_layer(struct turn *turn)
{
    struct job *job = turn->job;
    int layer = turn->next->layer;
    bool moved = layer != job->stale_layer;
    if (!job->fresh && layer >= 0 && (moved || (layer <= 1 && job->ran)))
        job->fresh = 1;
    bool finished = turn->next->gcode_state == GCODE_FINISH && !job_replaced(job, turn->next);
    if (!job->fresh || (!finished && !printer_printing(turn->next->gcode_state)))
        return;
    if (turn->next->total_layers > 0)
        job->total_layers = turn->next->total_layers;
    if (layer <= job->layer)
        return;
    job->layer = layer;
    job->percent = percent_of(turn->next);
    job->mapping_confirmed |= job->mapping_source != MAPPING_NONE && layer >= 1;
    emit(turn, JOB_EVENT_LAYER);
}

static bool is_empty(const struct printer *printer, struct slot_address at)
{
    const struct slot *slot = printer_slot(printer, at);
    return slot && slot->reported.state == SLOT_EMPTY;
}

/* A roll runs dry while it is drawn from; what is taken out of a print that stands still is a
 * person's doing. Settled or not: the slot may be filled again at once. */
static void watch_empty(struct turn *turn)
{
    struct slot_address at = turn->job->source;
    if (turn->next->gcode_state == GCODE_RUNNING && !address_none(at) && !is_empty(turn->old, at) &&
        is_empty(turn->next, at))
        emit(turn, JOB_EVENT_EMPTY);
}

static void watch_source(struct turn *turn)
{
    struct job *job = turn->job;
    struct slot_address feeding = turn->next->feeding;
    if (!printer_printing(turn->next->gcode_state) || address_none(feeding) ||
        address_equal(feeding, job->source))
        return;
    int percent = percent_of(turn->next);
    if (percent >= 0 && job->fresh)
        job->percent = percent;
    struct job_part part = part_until_now(turn, turn->layer_before);
    job->mapping_confirmed |= job->mapping_source != MAPPING_NONE && !address_none(job->source);
    job->source = feeding;
    job->from_layer = job->layer > 0 ? job->layer : 0;
    job->from_percent = job->fresh ? percent : -1;
    job->from_at = turn->now;
    struct job_event *event = emit(turn, JOB_EVENT_FEED);
    if (event)
        event->part = part;
}

static void watch_knowledge(struct turn *turn)
{
    bool changed = job_learn_identity(turn->job, turn->next);
    changed |=
        job_learn_command(turn->job, turn->next, turn->job->started_at - RULE_COMMAND_BEFORE_MS);
    changed |= job_learn_mapping(turn->job, turn->next);
    if (changed)
        emit(turn, JOB_EVENT_KNOWN);
}

/* Where it stands still, if this message tells: a cancel may put the numbers back to 0 at once. */
static void note_stop(struct turn *turn)
{
    struct job *job = turn->job;
    int percent = percent_of(turn->next);
    if (job->fresh && turn->next->layer == job->layer && percent >= 0 && percent >= job->percent)
        job->end_percent = percent;
}

/* A code that says "cancelled by the user" counts from shortly before FAILED until the decision. */
static bool was_cancelled(const struct job *job, const struct printer *printer)
{
    int64_t from = job->ending_at - RULE_END_ERROR_BEFORE_MS;
    bool ours = printer->cancel.since >= job->started_at || !job->start_seen;
    bool by_code =
        printer->cancel.code && ours &&
        (printer->cancel.since >= from || !printer->cancel.until || printer->cancel.until >= from);
    return by_code || printer->told_cancel || printer->stop_reply_at >= from;
}

/* Only errors of this job explain its end. */
static int64_t error_of(const struct job *job, const struct printer *printer)
{
    return printer->error.since >= job->started_at ? printer->error.code : 0;
}

static void watch_failed(struct turn *turn)
{
    struct job *job = turn->job;
    if (job->status != JOB_ENDING) {
        job->status = JOB_ENDING;
        note_stop(turn);
        job->ending_at = turn->now;
    }
    if (was_cancelled(job, turn->next))
        finish(turn, JOB_CANCELLED,
               printer_code_is_cancel(turn->next->error.code) ? turn->next->error.code
                                                              : turn->next->cancel.code);
}

static void watch_state(struct turn *turn)
{
    struct job *job = turn->job;
    enum gcode_state state = turn->next->gcode_state;
    job->ran |= state == GCODE_RUNNING || state == GCODE_PAUSE;
    if (state == GCODE_PAUSE && job->status != JOB_PAUSED) {
        job->status = JOB_PAUSED;
        job->ending_at = 0;
        note_stop(turn);
        emit(turn, JOB_EVENT_PAUSE);
    } else if (printer_printing(state) && state != GCODE_PAUSE && job->status != JOB_PRINTING) {
        job->status = JOB_PRINTING;
        job->ending_at = 0;
        job->end_percent = -1;
        emit(turn, JOB_EVENT_RESUME);
    }
    bool idle = state == GCODE_IDLE && job_nameless(turn->next);
    int64_t wait = job->told ? RULE_TOLD_IDLE_END_MS : RULE_IDLE_END_MS;
    if (!idle)
        job->idle_until = 0;
    else if (!job->idle_until)
        job->idle_until = turn->now + wait;
}

static void watch_end(struct turn *turn)
{
    enum gcode_state state = turn->next->gcode_state;
    if (state == GCODE_FINISH)
        finish(turn, JOB_COMPLETED, 0);
    else if (state == GCODE_FAILED)
        watch_failed(turn);
}

/* A print that has ended and is another one than ours ran while nobody looked: nothing that it
 * tells is ours. */
static void end_as_another(struct turn *turn)
{
    struct job *job = turn->job;
    enum gcode_state state = turn->next->gcode_state;
    bool ended = state == GCODE_FINISH || state == GCODE_FAILED;
    if (job_active(job) && ended && job->fresh && job_replaced(job, turn->next))
        finish(turn, job->status == JOB_ENDING ? JOB_FAILED : JOB_UNKNOWN, 0);
}

/* Identity may arrive one or two messages after the state: a job that has shown nothing of its own
 * yet takes the new name, one that has is another print's victim. */
static bool give_way(struct turn *turn)
{
    struct job *job = turn->job;
    if (!printer_printing(turn->next->gcode_state) || !job_replaced(job, turn->next))
        return false;
    bool young = job->start_seen && !job->fresh &&
                 turn->now - job->started_at < RULE_JOB_YOUNG_MS && job->status != JOB_ENDING;
    if (young)
        return false;
    finish(turn, job->status == JOB_ENDING ? JOB_FAILED : JOB_UNKNOWN,
           job->status == JOB_ENDING ? error_of(job, turn->next) : 0);
    return true;
}

static bool starts(const struct turn *turn)
{
    return !job_active(turn->job) && printer_printing(turn->next->gcode_state) &&
           (!printer_printing(turn->old->gcode_state) || turn->job->status == JOB_NONE ||
            job_replaced(turn->job, turn->next));
}

void job_step(struct job *job, const struct printer *old, const struct printer *next, int64_t now,
              struct job_events *ret_events)
{
    struct turn turn = {job, old, next, now, ret_events, job->layer};
    ret_events->count = 0;
    job_tick(job, old, now, ret_events);
    job->told = next->told;
    end_as_another(&turn);
    bool gave_way = job_active(job) && give_way(&turn);
    if (gave_way)
        start(&turn, old->gcode_state != GCODE_UNKNOWN && !printer_printing(old->gcode_state));
    else if (starts(&turn))
        start(&turn, old->gcode_state != GCODE_UNKNOWN);
    if (!job_active(job))
        return;
    watch_state(&turn);
    watch_layer(&turn);
    watch_knowledge(&turn);
    watch_empty(&turn);
    watch_source(&turn);
    watch_end(&turn);
}

int64_t job_deadline(const struct job *job)
{
    if (job->status == JOB_ENDING)
        return job->ending_at + RULE_END_REASON_MS;
    if (job_active(job) && job->idle_until)
        return job->idle_until;
    return INT64_MAX;
}

void job_tick(struct job *job, const struct printer *printer, int64_t now,
              struct job_events *ret_events)
{
    struct turn turn = {job, printer, printer, now, ret_events, job->layer};
    if (now < job_deadline(job))
        return;
    if (job->status == JOB_ENDING && was_cancelled(job, printer))
        finish(&turn, JOB_CANCELLED, printer->cancel.code);
    else if (job->status != JOB_ENDING && job->told)
        finish(&turn, JOB_UNKNOWN, 0);
    else
        finish(&turn, JOB_FAILED, error_of(job, printer));
}

const char *job_status_slug(enum job_status status)
{
    static const char *const slugs[] = {
        [JOB_NONE] = "",
        [JOB_PRINTING] = "printing",
        [JOB_PAUSED] = "paused",
        [JOB_ENDING] = "printing",
        [JOB_COMPLETED] = "completed",
        [JOB_FAILED] = "failed",
        [JOB_CANCELLED] = "cancelled",
        [JOB_UNKNOWN] = "unknown",
    };
    return slugs[status];
}

const char *job_mapping_slug(enum job_mapping_source source)
{
    static const char *const slugs[] = {
        [MAPPING_NONE] = "none",
        [MAPPING_COMMAND] = "project_file",
        [MAPPING_TELEMETRY] = "telemetry",
    };
    return slugs[source];
}
