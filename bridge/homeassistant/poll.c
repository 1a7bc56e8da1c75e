#include "bridge/homeassistant/poll.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/homeassistant/entities.h"
#include "bridge/homeassistant/events.h"
#include "bridge/homeassistant/poll_http.h"
#include "bridge/homeassistant/poll_read.h"

enum { PATH_SIZE = 300 };

struct poll {
    struct poll_options options;
    struct poll_http http; /* its url is that of the round that goes on */

    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t woken;
    struct poll_status status;
    char wanted_url[POLL_URL_SIZE]; /* "": off */
    int seconds;
    unsigned round; /* counts configurations: a new one ends a pause */
};

const char *poll_reason_slug(enum poll_reason reason)
{
    static const char *const slugs[] = {
        [POLL_OFF] = "off",
        [POLL_STARTING] = "starting",
        [POLL_OK] = "ok",
        [POLL_UNREACHABLE] = "unreachable",
        [POLL_TLS] = "certificate_not_trusted",
        [POLL_WRONG_TOKEN] = "wrong_token",
        [POLL_FORBIDDEN] = "token_not_allowed",
        [POLL_NOT_FOUND] = "not_found",
        [POLL_BAD_ANSWER] = "bad_answer",
    };
    return slugs[reason];
}

static void note(struct poll *poll, enum poll_reason reason, const char *detail)
{
    char value[LOG_VALUE];
    int64_t now = clock_now();
    pthread_mutex_lock(&poll->lock);
    bool changed = poll->status.reason != reason;
    if (changed)
        poll->status.since = now;
    poll->status.reason = reason;
    if (reason == POLL_OK)
        poll->status.last_ok_at = now;
    snprintf(poll->status.detail, sizeof poll->status.detail, "%s", detail);
    pthread_mutex_unlock(&poll->lock);
    if (changed)
        log_line(reason <= POLL_OK ? LOG_INFO : LOG_WARN, "homeassistant.poll",
                 "reason=%s detail=%s", poll_reason_slug(reason), log_value(detail, value));
}

void poll_status(struct poll *poll, struct poll_status *ret_status)
{
    pthread_mutex_lock(&poll->lock);
    *ret_status = poll->status;
    pthread_mutex_unlock(&poll->lock);
}

/* ---- what it says ---- */

static json_t *read_answer(const struct poll *poll)
{
    return poll->http.answer.len
               ? json_loadb(poll->http.answer.data, poll->http.answer.len, 0, NULL)
               : NULL;
}

static void tell(const struct poll *poll, const json_t *entry)
{
    struct why why;
    char problem[LOG_VALUE];
    json_t *answer = NULL;
    const struct events events = {.hub = poll->options.hub,
                                  .entities = poll->options.entities,
                                  .source = "poll",
                                  .quiet = true};
    const json_t *print = json_object_get(entry, "print_event");
    enum err e = print ? events_print(&events, print, clock_now(), &answer, &why)
                       : events_slot(&events, json_object_get(entry, "ams_update"), clock_now(),
                                     &answer, &why);
    if (e != OK && e != ERR_INVALID && e != ERR_BUSY)
        log_line(LOG_ERROR, "homeassistant.poll", "problem=%s", log_value(why.text, problem));
    json_decref(answer);
}

static enum poll_reason by_template(struct poll *poll)
{
    json_auto_t *body = json_pack("{s:s}", "template", poll_read_template);
    char *text auto_free = json_dumps(body, JSON_COMPACT);
    if (!text)
        return POLL_BAD_ANSWER;
    enum poll_reason reason = poll_http_request(&poll->http, "/api/template", text);
    if (reason != POLL_OK)
        return reason;
    json_auto_t *rows = read_answer(poll);
    if (!json_is_array(rows)) {
        snprintf(poll->http.detail, sizeof poll->http.detail,
                 "the template came back as no JSON array");
        return POLL_BAD_ANSWER;
    }
    json_auto_t *bodies = poll_read_bodies(rows);
    size_t i;
    json_t *entry;
    json_array_foreach (bodies, i, entry)
        if (!atomic_load(&poll->stop))
            tell(poll, entry);
    return POLL_OK;
}

static enum poll_reason one_entity(struct poll *poll, const struct entity *entity)
{
    char path[PATH_SIZE];
    if (snprintf(path, sizeof path, "/api/states/%s", entity->id) >= (int)sizeof path)
        return POLL_NOT_FOUND;
    enum poll_reason reason = poll_http_request(&poll->http, path, NULL);
    if (reason != POLL_OK)
        return reason;
    json_auto_t *state = read_answer(poll);
    json_auto_t *body = poll_read_state(state, entity);
    if (!body) {
        snprintf(poll->http.detail, sizeof poll->http.detail, "%.80s: no state came back",
                 entity->id);
        return POLL_BAD_ANSWER;
    }
    tell(poll, body);
    return POLL_OK;
}

/* One that is not there spares the others. */
static enum poll_reason by_entity(struct poll *poll)
{
    const struct entities *entities = poll->options.entities;
    enum poll_reason worst = POLL_OK;
    for (size_t i = 0; i < entities->count && !atomic_load(&poll->stop); i++) {
        enum poll_reason reason = one_entity(poll, &entities->list[i]);
        if (reason == POLL_NOT_FOUND)
            snprintf(poll->http.detail, sizeof poll->http.detail, "there is no entity %.80s",
                     entities->list[i].id);
        if (reason != POLL_OK)
            worst = reason;
        if (reason != POLL_OK && reason != POLL_NOT_FOUND && reason != POLL_BAD_ANSWER)
            break;
    }
    return worst;
}

static enum poll_reason ask(struct poll *poll)
{
    enum poll_reason reason = by_template(poll);
    bool refused = reason == POLL_WRONG_TOKEN || reason == POLL_FORBIDDEN;
    if (refused && poll->options.entities && poll->options.entities->count)
        reason = by_entity(poll);
    return reason;
}

/* ---- the thread ---- */

/* Wait ${seconds} (0: for ever), or until it is stopped or configured anew. */
static void pause_for(struct poll *poll, int seconds, unsigned round)
{
    int64_t until = seconds ? clock_mono() + seconds * 1000L : INT64_MAX;
    pthread_mutex_lock(&poll->lock);
    int rc = 0;
    while (!atomic_load(&poll->stop) && poll->round == round && rc == 0)
        rc = cond_wait(&poll->woken, &poll->lock, until);
    pthread_mutex_unlock(&poll->lock);
}

/* What is wanted now; 0: it is off. */
static int take_wish(struct poll *poll, unsigned *ret_round)
{
    pthread_mutex_lock(&poll->lock);
    bool on = poll->options.token && *poll->wanted_url;
    text_copy(poll->http.url, sizeof poll->http.url, poll->wanted_url);
    int seconds = on ? poll->seconds : 0;
    *ret_round = poll->round;
    pthread_mutex_unlock(&poll->lock);
    return seconds;
}

/* libcurl is loaded with the first question. */
static enum poll_reason ask_prepared(struct poll *poll)
{
    struct why why;
    if (poll_http_prepare(&poll->http, &why) != OK) {
        snprintf(poll->http.detail, sizeof poll->http.detail, "%.150s", why.text);
        return POLL_UNREACHABLE;
    }
    return ask(poll);
}

static int longer(int pause)
{
    return pause * 2 < POLL_LONGEST_PAUSE_S ? pause * 2 : POLL_LONGEST_PAUSE_S;
}

static void *run(void *arg)
{
    struct poll *poll = arg;
    unsigned round, before = 0;
    int pause = 0;
    while (!atomic_load(&poll->stop)) {
        int seconds = take_wish(poll, &round);
        if (!seconds) {
            note(poll, POLL_OFF, "");
            pause_for(poll, 0, round);
            continue;
        }
        if (round != before)
            note(poll, POLL_STARTING, "");
        enum poll_reason reason = ask_prepared(poll);
        if (atomic_load(&poll->stop))
            break;
        note(poll, reason, reason == POLL_OK ? "" : poll->http.detail);
        bool again = reason != POLL_OK && round == before;
        pause = again ? longer(pause) : seconds;
        before = round;
        pause_for(poll, pause, round);
    }
    return NULL;
}

void poll_configure(struct poll *poll, const char *url, int seconds)
{
    pthread_mutex_lock(&poll->lock);
    const char *wanted = url ? url : "";
    if (strcmp(poll->wanted_url, wanted) != 0 || poll->seconds != seconds) {
        text_copy(poll->wanted_url, sizeof poll->wanted_url, wanted);
        poll->seconds = seconds;
        poll->round++;
        pthread_cond_broadcast(&poll->woken);
    }
    pthread_mutex_unlock(&poll->lock);
}

static void release(struct poll *poll)
{
    poll_http_clear(&poll->http);
    pthread_cond_destroy(&poll->woken);
    pthread_mutex_destroy(&poll->lock);
    free(poll);
}

enum err poll_open(const struct poll_options *options, struct poll **ret_poll, struct why *why)
{
    struct poll *poll = calloc(1, sizeof *poll);
    if (!poll)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    poll->options = *options;
    poll->http.token = options->token;
    poll->http.ca_file = options->ca_file;
    poll->http.stop = &poll->stop;
    poll->status.since = clock_now();
    pthread_mutex_init(&poll->lock, NULL);
    cond_init(&poll->woken);
    if (pthread_create(&poll->thread, NULL, run, poll) != 0) {
        release(poll);
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no thread for the poll");
    }
    *ret_poll = poll;
    return OK;
}

void poll_close(struct poll *poll)
{
    if (!poll)
        return;
    pthread_mutex_lock(&poll->lock);
    atomic_store(&poll->stop, true);
    pthread_cond_broadcast(&poll->woken);
    pthread_mutex_unlock(&poll->lock);
    pthread_join(poll->thread, NULL);
    release(poll);
}
