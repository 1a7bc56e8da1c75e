#include "bridge/notify/courier.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "bridge/hub.h"
#include "bridge/notify/action.h"
#include "bridge/notify/channel.h"
#include "bridge/notify/notice.h"
#include "bridge/notify/post.h"
#include "core/rules.h"
#include "store/args.h"
#include "store/db.h"
#include "store/deliveries.h"
#include "store/devices.h"
#include "store/settings.h"

enum { LOOK_MS = 60000, BUSY_MS = 1000 };

struct lane {
    int64_t device; /* row id; 0: the channel itself */
    int64_t until;  /* monotonic ms */
    int failures;   /* in a row; 0: free */
};

struct courier {
    struct courier_options options;
    pthread_t thread;
    atomic_bool stop;
    struct db *db; /* to read with */
    struct post_line *line;
    struct lane lanes[COURIER_LANES];
    bool ill;      /* the last attempt failed: said once */
    int64_t trial; /* the newest one that ended the pauses */
};

int64_t courier_pause(int failures, bool reached, int told_s, uint32_t chance)
{
    int64_t pause = COURIER_FIRST_PAUSE_MS, most = reached ? COURIER_REFUSED_MS : COURIER_AWAY_MS;
    for (int i = 1; i < failures && pause < most; i++)
        pause *= 2;
    pause = pause < most ? pause : most;
    pause += (int64_t)(chance % 1000) * pause / 4000; /* so that not all come back at once */
    return pause > told_s * 1000L ? pause : told_s * 1000L;
}

/* What came of one attempt. */
struct attempt {
    enum channel_verdict verdict;
    bool reached; /* somebody has answered */
    int wait_s;   /* as he asked for; 0: he did not */
    struct why reason;
};

/* ---- lanes ---- */

/* The lane of a device, or a free one; where all pause, the first one is lost. */
static struct lane *lane_of(struct courier *courier, int64_t device)
{
    struct lane *free_one = &courier->lanes[0];
    for (size_t i = 0; i < COURIER_LANES; i++) {
        struct lane *lane = &courier->lanes[i];
        if (lane->failures && lane->device == device)
            return lane;
        if (!lane->failures)
            free_one = lane;
    }
    *free_one = (struct lane){.device = device};
    return free_one;
}

static void pause_lane(struct lane *lane, const struct attempt *attempt)
{
    uint32_t chance;
    id_random(&chance, sizeof chance);
    lane->failures++;
    lane->until =
        clock_mono() + courier_pause(lane->failures, attempt->reached, attempt->wait_s, chance);
}

/* ---- one message ---- */

static enum err sign_actions(const struct courier *courier, json_t *notice, int64_t now,
                             struct why *why)
{
    const char *question = json_string_value(json_object_get(notice, "question_id"));
    char token[ACTION_SIZE];
    enum err e = OK;
    size_t i;
    json_t *row;
    json_array_foreach (json_object_get(notice, "actions"), i, row) {
        struct action action = {.until = now / 1000 + RULE_ACTION_S,
                                .choice = (int)args_int(row, "choice", 0)};
        const char *answer = json_string_value(json_object_get(row, "answer"));
        while (strcmp(action_answers[action.answer], answer) != 0)
            action.answer++;
        snprintf(action.question, sizeof action.question, "%s", question ? question : "");
        e = e ? e : action_make(courier->options.secret, &action, token, why);
        if (e == OK)
            json_object_set_new(row, "token", json_string(token));
    }
    return e;
}

struct outcome {
    int64_t delivery;
    enum deliveries_end end;
    bool ill;
    const char *error;
};

static enum err run_note(void *ctx, struct db *db, struct why *why)
{
    const struct outcome *outcome = ctx;
    return deliveries_note(db, outcome->delivery, outcome->end, outcome->ill, outcome->error, why);
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

/* Said when it begins and when it is over. */
static void tell(struct courier *courier, bool ill, const char *reason)
{
    const char *name = courier->options.channel->name;
    if (ill && !courier->ill)
        log_line(LOG_WARN, "notify", "channel=%s result=failing problem=\"%s\"", name, reason);
    else if (!ill && courier->ill)
        log_line(LOG_INFO, "notify", "channel=%s result=works_again", name);
    courier->ill = ill;
}

static void try_post(struct courier *courier, const struct channel_job *job,
                     struct attempt *ret_attempt)
{
    struct post post = {0};
    struct post_answer answer = {0};
    const struct channel *channel = courier->options.channel;
    ret_attempt->verdict = CHANNEL_WRONG;
    if (channel->write(job, &post, &ret_attempt->reason) == OK &&
        post_send(courier->line, &post, &answer, &ret_attempt->reason) == OK) {
        ret_attempt->verdict = channel_judge(channel, &answer, &ret_attempt->reason);
        ret_attempt->wait_s = answer.retry_after_s;
        ret_attempt->reached = answer.reached;
    }
    post_answer_clear(&answer);
    post_clear(&post);
}

/* What is read of the store for one message, and sent after the snapshot has ended. */
struct errand {
    json_t *row, *home_url;
};

static void clear_errand(struct errand *errand)
{
    json_decref(errand->row);
    json_decref(errand->home_url);
}

static void read_errand(struct courier *courier, int64_t device, struct errand *ret_errand)
{
    *ret_errand = (struct errand){0};
    if (db_begin(courier->db) != OK)
        return;
    ret_errand->row = deliveries_next(courier->db, courier->options.channel->name, device);
    if (ret_errand->row)
        ret_errand->home_url = settings_get(courier->db, "homeassistant.url");
    db_rollback(courier->db);
}

static void send_row(struct courier *courier, const struct errand *errand, const json_t *device,
                     struct attempt *ret_attempt)
{
    int64_t now = clock_now();
    json_auto_t *notice = notice_make(errand->row);
    *ret_attempt = (struct attempt){.verdict = CHANNEL_FAILED};
    if (!notice) {
        ret_attempt->verdict = CHANNEL_LATER;
        why_fail(&ret_attempt->reason, ERR_NOMEM, NULL, NULL, "out of memory");
    } else if (sign_actions(courier, notice, now, &ret_attempt->reason) == OK) {
        const struct channel_job job = {.settings = courier->options.settings,
                                        .notice = notice,
                                        .device = device,
                                        .home_url = json_string_value(errand->home_url),
                                        .now = now};
        try_post(courier, &job, ret_attempt);
    }
}

/* What follows from it. False: the lane has to pause. */
static bool settle(struct courier *courier, struct lane *lane, int64_t delivery,
                   const struct attempt *attempt)
{
    static const enum deliveries_end ends[] = {[CHANNEL_SENT] = DELIVERIES_SENT,
                                               [CHANNEL_LATER] = DELIVERIES_AGAIN,
                                               [CHANNEL_WRONG] = DELIVERIES_AGAIN,
                                               [CHANNEL_FAILED] = DELIVERIES_FAILED};
    bool sent = attempt->verdict == CHANNEL_SENT;
    struct outcome outcome = {.delivery = delivery,
                              .end = ends[attempt->verdict],
                              .ill = ends[attempt->verdict] == DELIVERIES_AGAIN,
                              .error = sent ? NULL : attempt->reason.text};
    tell(courier, outcome.ill, attempt->reason.text);
    if (note(courier, &outcome) == OK && !outcome.ill) {
        lane->failures = 0;
        return true;
    }
    pause_lane(lane, attempt);
    return false;
}

/* One that is read: sent, or ended because it is moot. False: the lane has to pause. */
static bool handle(struct courier *courier, struct lane *lane, const struct errand *errand,
                   const json_t *device)
{
    struct attempt attempt;
    const char *moot = args_text(errand->row, "moot");
    struct outcome dropped = {
        .delivery = args_int(errand->row, "id", 0), .end = DELIVERIES_DROPPED, .error = moot};
    if (moot)
        return note(courier, &dropped) == OK;
    send_row(courier, errand, device, &attempt);
    bool cut = atomic_load(&courier->stop) && attempt.verdict != CHANNEL_SENT;
    return !cut && settle(courier, lane, dropped.delivery, &attempt);
}

/* Send the next one of a lane. False: there is none, or it has to pause. */
static bool send_next(struct courier *courier, const json_t *device)
{
    int64_t id = args_int(device, "id", 0);
    struct lane *lane = lane_of(courier, id);
    struct errand errand;
    if (lane->failures && clock_mono() < lane->until)
        return false;
    read_errand(courier, id, &errand);
    bool more = errand.row && handle(courier, lane, &errand, device);
    clear_errand(&errand);
    return more;
}

/* ---- the thread ---- */

static json_t *read_devices(struct courier *courier)
{
    if (!devices_channel(courier->options.channel->name) || db_begin(courier->db) != OK)
        return NULL;
    json_t *devices = devices_of(courier->db, courier->options.channel->name);
    db_rollback(courier->db);
    return devices;
}

/* Whoever asks for a trial has mended something, perhaps, and waits for it. */
static void heed_trial(struct courier *courier)
{
    if (db_begin(courier->db) != OK)
        return;
    int64_t trial = deliveries_trial(courier->db, courier->options.channel->name);
    db_rollback(courier->db);
    if (trial <= courier->trial)
        return;
    courier->trial = trial;
    for (size_t i = 0; i < COURIER_LANES; i++)
        courier->lanes[i].until = 0;
}

/* One of each lane in turn, until all have none or pause. */
static void send_all(struct courier *courier)
{
    heed_trial(courier);
    json_auto_t *devices = read_devices(courier);
    bool each = devices_channel(courier->options.channel->name), more = true;
    while (more && !atomic_load(&courier->stop)) {
        size_t i;
        const json_t *device;
        more = each ? false : send_next(courier, NULL);
        json_array_foreach (devices, i, device)
            more |= !atomic_load(&courier->stop) && send_next(courier, device);
    }
}

/* Until something may be due: the end of a pause, or of quiet hours. */
static int wait_ms(struct courier *courier)
{
    int64_t now = clock_now(), mono = clock_mono(), wait = LOOK_MS, due = INT64_MAX;
    bool paused = false;
    for (size_t i = 0; i < COURIER_LANES; i++) {
        const struct lane *lane = &courier->lanes[i];
        paused |= lane->failures;
        if (lane->failures && lane->until - mono < wait)
            wait = lane->until - mono;
    }
    if (db_begin(courier->db) == OK) {
        due = deliveries_due(courier->db, courier->options.channel->name);
        db_rollback(courier->db);
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
        int64_t until = clock_mono() + wait_ms(courier);
        int64_t left = until - clock_mono();
        if (!atomic_load(&courier->stop))
            hub_wait(courier->options.hub, seen, left > 0 ? (int)left : 0);
    }
    return NULL;
}

static void release(struct courier *courier)
{
    db_close(courier->db);
    post_close(courier->line);
    free(courier);
}

enum err courier_open(const struct courier_options *options, struct courier **ret_courier,
                      struct why *why)
{
    struct courier *courier = calloc(1, sizeof *courier);
    if (!courier)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    courier->options = *options;
    enum err e = db_open(options->database, DB_READ, &courier->db, why);
    if (e == OK)
        e = post_open(&courier->stop, &courier->line, why);
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
