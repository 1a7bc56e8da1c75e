/*
 * A way on which notifications leave: how one is written for it, and what its answers mean. Rows of
 * one table; nothing else knows the channels by name.
 *
 * Owner: constant tables; settings are borrowed and outlive the notifier. Thread: that of the
 * channel's courier.
 */
#ifndef BRIDGE_NOTIFY_CHANNEL_H
#define BRIDGE_NOTIFY_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct jwt_key;
struct post;
struct post_answer;
struct tokens;

enum { CHANNEL_RECIPIENTS = 16 };
enum { CHANNEL_DUMP = JSON_COMPACT | JSON_REAL_PRECISION(15) }; /* 29.99 stays 29.99 */

/* As configured; NULL: unset. */
struct channel_settings {
    const char *ca_file;  /* of all channels without one of their own; NULL: the system's */
    const char *base_url; /* of this daemon, for links and buttons, without a slash at the end */
    struct {
        const char *webhook_id, *service, *token, *ca_file;
    } homeassistant;
    struct {
        const char *url, *secret;
    } webhook;
    struct {
        const char *url, *topic, *token;
    } ntfy;
    struct {
        const char *url, *token;
    } gotify;
    struct {
        const char *url, *token, *user;
    } pushover;
    struct {
        const char *url, *user, *password, *from, *to[CHANNEL_RECIPIENTS + 1];
    } smtp;
    struct {
        const struct jwt_key *key; /* NULL: unset */
        const char *subject;
    } webpush;
    struct {
        const struct jwt_key *key; /* NULL: unset */
        const char *key_id, *team_id, *bundle_id, *url, *sandbox_url, *ca_file;
    } apns;
};

struct channel_job {
    const struct channel_settings *settings;
    const json_t *notice;   /* bridge/notify/notice.h; its actions have a `token` */
    const json_t *activity; /* to be sent instead, see bridge/notify/activity.h; NULL: a notice */
    const json_t *device;   /* row of store/devices.h; NULL: the channel has none */
    const char *home_url;   /* homeassistant.url as it is now; NULL: unset */
    int64_t now;            /* ms */
    struct tokens *tokens;
    bool elsewhere, renewed; /* it is tried again at once: see CHANNEL_ELSEWHERE, CHANNEL_RENEWED */
};

enum channel_verdict {
    CHANNEL_SENT,
    CHANNEL_LATER,     /* the peer is ill or busy: this one, and all behind it, are tried again */
    CHANNEL_WRONG,     /* what is configured is wrong: the same, but somebody must do something */
    CHANNEL_FAILED,    /* this one will never be taken */
    CHANNEL_GONE,      /* nor will another one: the device is there no longer */
    CHANNEL_ELSEWHERE, /* at once, but in the device's other environment */
    CHANNEL_RENEWED,   /* at once, with the new token that this makes needed */
};

/* How much the notice presses; an index of each server's own scale. */
enum channel_level { CHANNEL_PASSIVE, CHANNEL_ACTIVE, CHANNEL_PRESSING, CHANNEL_LEVELS };

struct channel {
    const char *name;
    bool (*ready)(const struct channel_settings *settings);
    enum err (*write)(const struct channel_job *job, struct post *ret_post, struct why *why);
    /* NULL: by the status of HTTP alone. ${ret_reason}: for the log of deliveries. */
    enum channel_verdict (*judge)(const struct channel_job *job, const struct post_answer *answer,
                                  struct why *ret_reason);
    /* A number for the server behind the address of a device; NULL: it is one for all. */
    int64_t (*server)(const json_t *address);
};

extern const struct channel homeassistant_webhook, homeassistant_service, webhook_channel,
    ntfy_channel, gotify_channel, pushover_channel, smtp_channel, webpush_channel, apns_channel;

/* All of them, NULL-terminated. */
extern const struct channel *const channel_all[];

/* What came back, for ${channel}; ${ret_reason}->text is empty when it was sent. */
enum channel_verdict channel_judge(const struct channel *channel, const struct channel_job *job,
                                   const struct post_answer *answer, struct why *ret_reason);

/* Tools for writing: the body from JSON (moved), one header line, a member of the notice. */
void channel_json(struct post *post, json_t *moved_body);
void channel_header(struct post *post, const char *name, const char *value);
const char *channel_text(const struct channel_job *job, const char *key); /* "": null or absent */
enum channel_level channel_level(const struct channel_job *job);
/* "<base_url>/api/actions/<token>" of an action. */
void channel_action_url(const struct channel_job *job, const json_t *action, char *ret_url,
                        size_t size);

#endif
