#include "bridge/notify/courier.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/log.h"
#include "bridge/hub.h"
#include "bridge/notify/channel.h"
#include "bridge/notify/courier_inside.h"
#include "bridge/notify/post.h"
#include "core/alert.h"
#include "store/args.h"
#include "store/db.h"
#include "store/deliveries.h"
#include "store/devices.h"
#include "store/forecasts.h"
#include "store/readers.h"
#include "store/settings.h"

enum { LOOK_MS = 60000, BUSY_MS = 1000 };

/* ---- one message ---- */

struct outcome {
    int64_t delivery, device; /* row ids; 0: the channel has none */
    int64_t seen;             /* when the device had registered that was sent to */
    enum deliveries_end end;
    enum devices_end device_end;
    bool ill; /* the channel as a whole */
    const char *error;
};

/* An app that registered meanwhile is elsewhere: what was learned is about where it was. */
static void mind_registration(struct outcome *outcome, struct db *db)
{
    if (devices_seen(db, outcome->device) == outcome->seen)
        return;
    if (outcome->device_end == DEVICES_MOVED)
        outcome->device_end = DEVICES_SENT;
    if (outcome->device_end == DEVICES_GONE) {
        outcome->device_end = DEVICES_ILL;
        outcome->end = DELIVERIES_AGAIN;
    }
}

static enum err run_note(void *ctx, struct db *db, struct why *why)
{
    struct outcome *outcome = ctx;
    if (outcome->device)
        mind_registration(outcome, db);
    enum err e =
        deliveries_note(db, outcome->delivery, outcome->end, outcome->ill, outcome->error, why);
    if (e == OK && outcome->device && outcome->end != DELIVERIES_DROPPED)
        e = devices_note(db, outcome->device, outcome->device_end, outcome->error, why);
    return e;
}

static enum err note(const struct courier *courier, struct outcome *outcome)
{
    struct why why;
    enum err e = hub_write(courier->options.hub, clock_now(), run_note, outcome, &why);
    if (e != OK && !atomic_load(&courier->stop))
        log_line(LOG_ERROR, "notify", "channel=%s problem=\"%s\"", courier->options.channel->name,
                 why.text);
    return e;
}

void courier_tell(struct courier *courier, bool ill, const char *reason)
{
    const char *name = courier->options.channel->name;
    if (ill && !courier->ill)
        log_line(LOG_WARN, "notify", "channel=%s result=failing problem=\"%s\"", name, reason);
    else if (!ill && courier->ill)
        log_line(LOG_INFO, "notify", "channel=%s result=works_again", name);
    courier->ill = ill;
}

bool courier_look(struct courier *courier)
{
    struct why why;
    return readers_take(courier->options.readers, &courier->db, &why) == OK;
}

void courier_looked(struct courier *courier)
{
    readers_give(courier->options.readers, courier->db);
    courier->db = NULL;
}

/* What is read of the store for one message, and sent after the snapshot has ended. */
struct errand {
    json_t *row, *home_url;
    json_t *device; /* as it has registered last; NULL: the channel has none */
};

static void clear_errand(struct errand *errand)
{
    json_decref(errand->row);
    json_decref(errand->home_url);
    json_decref(errand->device);
}

/* When a roll will end is not known to the store, and may be another time than it was. */
static void freshen(struct courier *courier, json_t *row)
{
    int64_t job = args_int(row, "job_row", 0);
    if (strcmp(args_text(row, "kind"), alert_slug(ALERT_RUNOUT_FORECAST)) != 0)
        return;
    struct activity_live live = courier_live(courier, args_int(row, "printer_row", 0), job);
    if (live.minutes >= 0)
        forecasts_freshen(courier->db, job, live.minutes, row);
}

static void read_errand(struct courier *courier, int64_t device, struct errand *ret_errand)
{
    const char *channel = courier->options.channel->name;
    *ret_errand = (struct errand){0};
    if (!courier_look(courier))
        return;
    if (device)
        ret_errand->device = devices_target(courier->db, channel, device);
    if (!device || ret_errand->device)
        ret_errand->row = deliveries_next(courier->db, channel, device);
    if (ret_errand->row) {
        ret_errand->home_url = settings_get(courier->db, "homeassistant.url");
        freshen(courier, ret_errand->row);
    }
    courier_looked(courier);
}

/* What an answer means for the delivery and its device. */
static struct outcome outcome_of(const struct attempt *attempt, int64_t delivery,
                                 const json_t *device)
{
    static const struct {
        enum deliveries_end end;
        enum devices_end device;
    } meanings[] = {
        [CHANNEL_SENT] = {DELIVERIES_SENT, DEVICES_SENT},
        [CHANNEL_LATER] = {DELIVERIES_AGAIN, DEVICES_ILL},
        [CHANNEL_WRONG] = {DELIVERIES_AGAIN, DEVICES_ILL},
        [CHANNEL_FAILED] = {DELIVERIES_FAILED, DEVICES_ILL},
        [CHANNEL_GONE] = {DELIVERIES_FAILED, DEVICES_GONE},
        [CHANNEL_ELSEWHERE] = {DELIVERIES_AGAIN, DEVICES_ILL},
        [CHANNEL_RENEWED] = {DELIVERIES_AGAIN, DEVICES_ILL},
    };
    enum deliveries_end end = meanings[attempt->verdict].end;
    bool of_device = device && !attempt->ill && attempt->verdict != CHANNEL_WRONG;
    return (struct outcome){
        .delivery = delivery,
        .device = args_int(device, "id", 0),
        .seen = args_int(device, "last_seen_at", 0),
        .end = end,
        .device_end = attempt->moved ? DEVICES_MOVED : meanings[attempt->verdict].device,
        .ill = end == DELIVERIES_AGAIN && !of_device,
        .error = end == DELIVERIES_SENT ? NULL : attempt->reason.text,
    };
}

/* What follows from it. False: the lane has to pause. */
static bool settle(struct courier *courier, struct lane *lane, const struct errand *errand,
                   const struct attempt *attempt)
{
    struct outcome outcome = outcome_of(attempt, args_int(errand->row, "id", 0), errand->device);
    if (outcome.ill || outcome.end == DELIVERIES_SENT)
        courier_tell(courier, outcome.ill, attempt->reason.text);
    enum err e = note(courier, &outcome);
    if (courier_blame(courier, errand->device, outcome.ill, attempt))
        return false;
    if (e == OK && outcome.end != DELIVERIES_AGAIN) {
        lane->failures = 0;
        return true;
    }
    lane->sent = outcome.end == DELIVERIES_SENT ? outcome.delivery : 0;
    courier_pause_lane(lane, attempt);
    return false;
}

struct attempt_means courier_means(struct courier *courier)
{
    return (struct attempt_means){.channel = courier->options.channel,
                                  .settings = courier->options.settings,
                                  .secret = courier->options.secret,
                                  .line = courier->line,
                                  .tokens = &courier->tokens};
}

/* One that is read: sent (once, however often that cannot be noted), or ended because it is moot.
 * False: the lane has to pause. */
static bool handle(struct courier *courier, struct lane *lane, const struct errand *errand)
{
    struct attempt attempt = {.verdict = CHANNEL_SENT};
    const char *moot = args_text(errand->row, "moot");
    struct outcome dropped = {
        .delivery = args_int(errand->row, "id", 0), .end = DELIVERIES_DROPPED, .error = moot};
    const struct attempt_means means = courier_means(courier);
    if (lane->failures && lane->sent == dropped.delivery)
        return settle(courier, lane, errand, &attempt);
    if (moot)
        return note(courier, &dropped) == OK;
    attempt_send(&means, errand->row, errand->device, json_string_value(errand->home_url),
                 &attempt);
    bool cut = atomic_load(&courier->stop) && attempt.verdict != CHANNEL_SENT;
    return !cut && settle(courier, lane, errand, &attempt);
}

/* Send the next one of a lane. False: there is none, or it has to pause. */
static bool send_next(struct courier *courier, int64_t device)
{
    struct lane *lane = courier_lane(courier, LANE_ALERTS, device);
    struct errand errand;
    if (lane->failures && clock_mono() < lane->until)
        return false;
    read_errand(courier, device, &errand);
    if (!errand.row)
        lane->failures = 0; /* nothing waits any more: there is nothing to pause for */
    bool closed = courier_closed_until(courier, errand.device) > clock_mono();
    bool more = errand.row && !closed && handle(courier, lane, &errand);
    clear_errand(&errand);
    return more;
}

/* ---- the thread ---- */

static json_t *read_devices(struct courier *courier)
{
    if (!devices_channel(courier->options.channel->name) || !courier_look(courier))
        return NULL;
    json_t *devices = devices_of(courier->db, courier->options.channel->name);
    courier_looked(courier);
    return devices;
}

/* Whoever asks for a trial has mended something, perhaps, and waits for it. */
static void heed_trial(struct courier *courier)
{
    if (!courier_look(courier))
        return;
    int64_t trial = deliveries_trial(courier->db, courier->options.channel->name);
    courier_looked(courier);
    bool fresh = trial && trial != courier->trial;
    courier->trial = trial;
    for (size_t i = 0; fresh && i < COURIER_LANES; i++)
        courier->lanes[i].until = 0;
}

/* One of each lane in turn, until all have none or pause. */
static void send_all(struct courier *courier)
{
    heed_trial(courier);
    json_auto_t *devices = read_devices(courier);
    bool each = devices_channel(courier->options.channel->name), more = true;
    if (devices)
        courier_forget(courier, LANE_ALERTS, devices);
    while (more && !atomic_load(&courier->stop)) {
        size_t i;
        const json_t *device;
        more = each ? false : send_next(courier, 0);
        json_array_foreach (devices, i, device)
            more |= !atomic_load(&courier->stop) && send_next(courier, args_int(device, "id", 0));
    }
}

/* Until something may be due: the end of a pause, or of quiet hours. */
static int wait_ms(struct courier *courier)
{
    int64_t now = clock_now(), mono = clock_mono(), wait = LOOK_MS, due = INT64_MAX;
    bool paused = false;
    for (size_t i = 0; i < COURIER_LANES; i++) {
        struct lane *lane = &courier->lanes[i];
        if (lane->kind == LANE_ACTIVITY)
            continue; /* courier_activities tells when they go on */
        if (lane->kind == LANE_SERVER && lane->until <= mono)
            continue; /* it was tried, or nothing waits for it */
        int64_t left = lane->until > mono ? lane->until - mono : BUSY_MS;
        paused |= lane->failures;
        if (lane->failures && left < wait)
            wait = left;
    }
    if (courier_look(courier)) {
        due = deliveries_due(courier->db, courier->options.channel->name);
        courier_looked(courier);
    }
    if (due > now && due - now < wait)
        wait = due - now;
    else if (due <= now && !paused && wait > BUSY_MS)
        wait = BUSY_MS; /* the store could not be read, or a device was changed meanwhile */
    return wait > 0 ? (int)wait : 0;
}

static void *run(void *arg)
{
    struct courier *courier = arg;
    while (!atomic_load(&courier->stop)) {
        uint64_t seen = hub_generation(courier->options.hub);
        send_all(courier);
        int64_t again = courier_activities(courier);
        int64_t until = clock_mono() + wait_ms(courier);
        until = again < until ? again : until;
        int64_t left = until - clock_mono();
        if (!atomic_load(&courier->stop))
            hub_wait(courier->options.hub, seen, left > 0 ? (int)left : 0);
    }
    return NULL;
}

static void release(struct courier *courier)
{
    post_close(courier->line);
    tokens_clear(&courier->tokens);
    free(courier);
}

enum err courier_open(const struct courier_options *options, struct courier **ret_courier,
                      struct why *why)
{
    struct courier *courier = calloc(1, sizeof *courier);
    if (!courier)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    courier->options = *options;
    enum err e = post_open(&courier->stop, &courier->line, why);
    if (e == OK && pthread_create(&courier->thread, NULL, run, courier) != 0)
        e = why_fail(why, ERR_NOMEM, NULL, NULL, "no thread to send notifications");
    if (e == OK)
        *ret_courier = courier;
    else
        release(courier);
    return e;
}

void courier_close(struct courier *courier)
{
    if (!courier)
        return;
    atomic_store(&courier->stop, true);
    hub_nudge(courier->options.hub);
    pthread_join(courier->thread, NULL);
    release(courier);
}
