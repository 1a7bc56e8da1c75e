/* Live Activities, beside the deliveries of a courier, in lanes of their own. */
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/log.h"
#include "bridge/hub.h"
#include "bridge/notify/activity.h"
#include "bridge/notify/channel.h"
#include "bridge/notify/courier_inside.h"
#include "core/job.h"
#include "core/printer.h"
#include "core/rules.h"
#include "store/activities.h"
#include "store/args.h"
#include "store/db.h"
#include "store/deliveries.h"
#include "store/devices.h"
#include "store/forecasts.h"

/* Reports come several times in a second; nobody looks at a lock screen so often. */
enum { LOOK_EACH_MS = 1000 };

/* ---- what is to be shown ---- */

/* Only of the print that is on now; and where the printer itself tells of it, once it has a layer
 * of its own: before that, it may still show the percentage of the one before. */
struct activity_live courier_live(struct courier *courier, int64_t printer_row, int64_t job_row)
{
    struct activity_live live = {-1, -1};
    struct job job;
    struct printer *printer = malloc(sizeof *printer);
    if (printer && hub_job(courier->options.hub, printer_row, &job) &&
        hub_printer(courier->options.hub, printer_row, printer) && job_active(&job) &&
        job.row == job_row && (job.told || job.layer >= 0))
        live = (struct activity_live){printer->live.percent, printer->live.minutes};
    free(printer);
    return live;
}

/* `state` is put into each row; one of which it is not known is left out. */
static void add_state(struct courier *courier, json_t *row, int64_t now)
{
    struct why why;
    json_auto_t *forecast = NULL;
    int64_t job = args_int(row, "job", 0);
    struct activity_live live = courier_live(courier, args_int(row, "printer", 0), job);
    if (forecasts_read(courier->db, job, live.minutes, &forecast, &why) == OK)
        json_object_set_new(row, "state", activity_state(row, &live, forecast, now));
}

static json_t *read_open(struct courier *courier)
{
    size_t i;
    json_t *row;
    if (!courier_look(courier))
        return NULL;
    json_t *rows = activities_open(courier->db, courier->options.channel->name);
    json_array_foreach (rows, i, row)
        add_state(courier, row, clock_now());
    courier_looked(courier);
    return rows;
}

static json_t *read_device(struct courier *courier, int64_t device)
{
    if (!courier_look(courier))
        return NULL;
    json_t *row = devices_target(courier->db, courier->options.channel->name, device);
    courier_looked(courier);
    return row;
}

/* ---- what came of it ---- */

struct told {
    const char *channel;
    const json_t *activity;
    enum channel_verdict verdict;
    bool moved, ill;   /* the device's environment; the channel as a whole */
    const char *error; /* NULL: sent */
};

/* A token that is good for nothing says nothing of the device: alerts have another one. */
static enum err note_device(const struct told *told, struct db *db, struct why *why)
{
    int64_t device = args_int(told->activity, "device", 0);
    if (told->ill || told->verdict == CHANNEL_GONE || told->verdict == CHANNEL_FAILED)
        return OK;
    enum devices_end end = told->moved ? DEVICES_MOVED : DEVICES_SENT;
    return devices_note(db, device, told->error ? DEVICES_ILL : end, told->error, why);
}

static enum err run_note(void *ctx, struct db *db, struct why *why)
{
    const struct told *told = ctx;
    const json_t *activity = told->activity;
    bool active = args_true(activity, "active"), sent = told->verdict == CHANNEL_SENT;
    enum activities_end end = active ? ACTIVITIES_SENT : ACTIVITIES_ENDED;
    enum err e = note_device(told, db, why);
    if (told->verdict == CHANNEL_GONE || told->verdict == CHANNEL_FAILED)
        end = ACTIVITIES_GONE;
    if (e == OK && (sent || end == ACTIVITIES_GONE))
        e = activities_note(db, activity, end, json_object_get(activity, "state"), why);
    deliveries_note_channel(db, told->channel, sent ? DELIVERIES_SENT : DELIVERIES_AGAIN, told->ill,
                            told->error);
    return e;
}

static enum err note(const struct courier *courier, struct told *told)
{
    struct why why;
    enum err e = hub_write(courier->options.hub, clock_now(), run_note, told, &why);
    if (e != OK && !atomic_load(&courier->stop))
        log_line(LOG_ERROR, "notify", "channel=%s problem=\"%s\"", told->channel, why.text);
    return e;
}

static bool starts(const json_t *activity)
{
    return strcmp(args_text(activity, "kind"), "start") == 0;
}

static void settle(struct courier *courier, struct lane *lane, const json_t *activity,
                   const json_t *device, const struct attempt *attempt)
{
    enum channel_verdict verdict = attempt->verdict;
    bool sent = verdict == CHANNEL_SENT;
    bool over = sent || verdict == CHANNEL_GONE || verdict == CHANNEL_FAILED;
    struct told told = {
        .channel = courier->options.channel->name,
        .activity = activity,
        .verdict = verdict,
        .moved = attempt->moved,
        .ill = !over && (attempt->ill || verdict == CHANNEL_WRONG),
        .error = sent ? NULL : attempt->reason.text,
    };
    if (told.ill || sent)
        courier_tell(courier, told.ill, attempt->reason.text);
    enum err e = note(courier, &told);
    if (courier_blame(courier, device, told.ill, attempt))
        return;
    if (e == OK && over) {
        lane->failures = 0;
        return;
    }
    lane->sent = sent && starts(activity) ? args_int(activity, "job", 0) : 0;
    courier_pause_lane(lane, attempt);
}

/* ---- one after the other ---- */

/* When it is due (monotonic ms); INT64_MAX: it shows already what is to be shown. */
static int64_t due_at(const json_t *row, const struct lane *lane, int64_t mono)
{
    enum activity_news news =
        activity_compare(json_object_get(row, "sent"), json_object_get(row, "state"));
    int64_t age = clock_now() - args_int(row, "sent_at", 0);
    int64_t paused = lane->failures ? lane->until : 0;
    if (news == ACTIVITY_OLD)
        return INT64_MAX;
    bool waits = news == ACTIVITY_NEWS && age >= 0 && age < RULE_ACTIVITY_MS;
    int64_t due = waits ? mono + RULE_ACTIVITY_MS - age : mono;
    return paused > due ? paused : due;
}

/* Returns when it may go on (monotonic ms); 0: nothing keeps it. */
static int64_t tell_one(struct courier *courier, struct lane *lane, json_t *row)
{
    struct attempt attempt = {.verdict = CHANNEL_SENT};
    const struct attempt_means means = courier_means(courier);
    json_auto_t *device = read_device(courier, args_int(row, "device", 0));
    bool urgent = activity_compare(json_object_get(row, "sent"), json_object_get(row, "state")) ==
                  ACTIVITY_URGENT;
    int64_t closed = courier_closed_until(courier, device);
    if (!device || closed > clock_mono())
        return closed; /* it is not sent to any more, or not yet */
    json_object_set_new(row, "urgent", json_boolean(urgent));
    bool started = lane->failures && starts(row) && lane->sent == args_int(row, "job", 0);
    if (!started) /* a second start would be a second activity */
        attempt_activity(&means, row, device, &attempt);
    if (!atomic_load(&courier->stop) || attempt.verdict == CHANNEL_SENT)
        settle(courier, lane, row, device, &attempt);
    closed = courier_closed_until(courier, device);
    return lane->failures && lane->until > closed ? lane->until : closed;
}

int64_t courier_activities(struct courier *courier)
{
    int64_t mono = clock_mono(), again = INT64_MAX;
    if (!devices_channel(courier->options.channel->name))
        return again;
    if (mono < courier->activity_at)
        return courier->activity_at;
    courier->activity_at = mono + LOOK_EACH_MS;
    json_auto_t *rows = read_open(courier);
    if (rows)
        courier_forget(courier, LANE_ACTIVITY, rows);
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        if (atomic_load(&courier->stop) || !json_object_get(row, "state"))
            continue;
        struct lane *lane = courier_lane(courier, LANE_ACTIVITY, args_int(row, "id", 0));
        int64_t due = due_at(row, lane, mono);
        if (due <= mono)
            due = tell_one(courier, lane, row);
        if (due > mono)
            again = due < again ? due : again;
    }
    return again;
}
