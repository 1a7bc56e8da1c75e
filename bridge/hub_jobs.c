#include "bridge/hub_jobs.h"

#include "bridge/hub_plan.h"
#include "core/job.h"
#include "core/printer.h"
#include "store/alerts.h"
#include "store/charging.h"
#include "store/figures.h"
#include "store/forecasts.h"
#include "store/tracks.h"

static const struct tray *shown(const struct printer *printer, struct slot_address at)
{
    const struct slot *slot = address_none(at) ? NULL : printer_slot(printer, at);
    return slot ? &slot->reported : NULL;
}

/* A slot that the print was not told to use changes what lasts; the changes of colour that it was
 * told do not. */
static bool unforeseen(const struct job *job)
{
    for (int i = 0; i < job->mapping_count; i++)
        if (address_equal(job->mapping[i], job->source))
            return false;
    return true;
}

static enum err write_feed(struct hub_step *step, const struct job_event *event,
                           const struct printer *printer, const struct job *job, struct why *why)
{
    enum err e = tracks_feed(step->db, step->printer, job, &event->part,
                             shown(printer, event->part.at), shown(printer, job->source), why);
    if (e == OK)
        e = tracks_update(step->db, step->printer, job, why);
    return e == OK && unforeseen(job) ? forecasts_alert(step->db, job->row, why) : e;
}

static enum err write_end(struct hub_step *step, const struct job_event *event,
                          const struct printer *printer, const struct job *job, struct why *why)
{
    enum err e =
        tracks_end(step->db, step->printer, job, &event->part, shown(printer, event->part.at), why);
    if (e != OK)
        return e;
    /* What Home Assistant alone told of has no tray log to charge by. */
    return charging_followed(step->db, job->row) ? charging_book(step->db, job->row, why)
                                                 : figures_book(step->db, job->row, NULL, why);
}

static enum err write_known(struct hub_step *step, const struct job *job, struct why *why)
{
    enum err e = tracks_update(step->db, step->printer, job, why);
    return e ? e : forecasts_alert(step->db, job->row, why);
}

static enum err write_resume(struct hub_step *step, const struct job *job, struct why *why)
{
    enum err e = alerts_fed(step->db, job->row, why);
    return e ? e : write_known(step, job, why);
}

static enum err write_event(struct hub_step *step, const struct job_event *event,
                            const struct printer *printer, const struct job *job, struct why *why)
{
    switch (event->kind) {
    case JOB_EVENT_FEED:
        return write_feed(step, event, printer, job, why);
    case JOB_EVENT_EMPTY:
        return tracks_emptied(step->db, job->row, why);
    case JOB_EVENT_END:
        return write_end(step, event, printer, job, why);
    case JOB_EVENT_RESUME:
        return write_resume(step, job, why);
    case JOB_EVENT_KNOWN:
        return write_known(step, job, why);
    default:
        return tracks_update(step->db, step->printer, job, why);
    }
}

static bool is_news(enum job_event_kind kind)
{
    return kind == JOB_EVENT_START || kind == JOB_EVENT_KNOWN || kind == JOB_EVENT_END;
}

enum err hub_write_job(struct hub_step *step, int64_t row, const struct job_events *events,
                       const struct printer *printer, struct job *job, struct why *why)
{
    enum err e = OK;
    if (row && events->count && !job->told)
        e = tracks_heard(step->db, row, why);
    if (e == OK && row && job_active(job) && printer_ran_out(printer))
        e = tracks_ran_out(step->db, row, printer->error.since, why);
    for (int i = 0; e == OK && i < events->count; i++) {
        struct job then = events->list[i].job;
        step->job_changed |= is_news(events->list[i].kind);
        if (events->list[i].kind == JOB_EVENT_START) {
            e = tracks_start(step->db, step->printer, &then, then.told ? "homeassistant" : "mqtt",
                             &row, why);
            continue;
        }
        then.row = row;
        e = write_event(step, &events->list[i], printer, &then, why);
    }
    job->row = row;
    return e;
}
