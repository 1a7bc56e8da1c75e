#include "bridge/hub_jobs.h"

#include "bridge/hub_plan.h"
#include "core/job.h"
#include "store/charging.h"
#include "store/tracks.h"

static enum err write_event(struct hub_step *step, const struct job_event *event,
                            const struct job *job, struct why *why)
{
    struct db *db = step->db;
    enum err e;
    switch (event->kind) {
    case JOB_EVENT_FEED:
        e = tracks_feed(db, step->printer, job, &event->part, why);
        return e ? e : tracks_update(db, step->printer, job, why);
    case JOB_EVENT_END:
        e = tracks_end(db, step->printer, job, &event->part, why);
        return e ? e : charging_book(db, job->row, why);
    default:
        return tracks_update(db, step->printer, job, why);
    }
}

static bool is_news(enum job_event_kind kind)
{
    return kind == JOB_EVENT_START || kind == JOB_EVENT_KNOWN || kind == JOB_EVENT_END;
}

enum err hub_write_job(struct hub_step *step, int64_t row, const struct job_events *events,
                       struct job *job, struct why *why)
{
    enum err e = OK;
    for (int i = 0; e == OK && i < events->count; i++) {
        struct job then = events->list[i].job;
        step->job_changed |= is_news(events->list[i].kind);
        if (events->list[i].kind == JOB_EVENT_START) {
            e = tracks_start(step->db, step->printer, &then, "mqtt", &row, why);
            continue;
        }
        then.row = row;
        e = write_event(step, &events->list[i], &then, why);
    }
    job->row = row;
    return e;
}
