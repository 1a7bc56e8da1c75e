/*
 * Web Push: to each browser by the push service that it named, which carries what it cannot read.
 * Source: RFC 8030 (TTL, Urgency, Topic, answers), RFC 8291 (encryption), RFC 8292 (VAPID).
 */
#include "bridge/notify/channel.h"

#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/sha256.h"
#include "base/text.h"
#include "bridge/notify/ece.h"
#include "bridge/notify/payload.h"
#include "bridge/notify/post.h"
#include "bridge/notify/tokens.h"
#include "core/rules.h"
#include "store/args.h"

/* A token lasts 12 of the 24 h that are allowed; the last one of them is left to clocks. */
enum { HOUR_MS = 3600 * 1000, TOKEN_MS = 12 * HOUR_MS, TOKEN_USED_MS = 11 * HOUR_MS };
enum { TOPIC_BYTES = 24, TOPIC_SIZE = 33 }; /* RFC 8030 5.4: at most 32 characters */

static bool ready(const struct channel_settings *settings)
{
    return settings->webpush.key && settings->webpush.subject;
}

/* "https://host:port" of an endpoint. */
static bool origin_of(const char *endpoint, char ret_origin[TOKENS_AUDIENCE_SIZE])
{
    const char *host = strstr(endpoint, "://");
    if (!host)
        return false;
    size_t len = (size_t)(host + 3 - endpoint) + strcspn(host + 3, "/?");
    return text_copy_len(ret_origin, TOKENS_AUDIENCE_SIZE, endpoint, len);
}

static enum err token_for(const struct channel_job *job, const char *endpoint,
                          const char **ret_token, struct why *why)
{
    char origin[TOKENS_AUDIENCE_SIZE];
    if (!origin_of(endpoint, origin))
        return why_fail(why, ERR_INVALID, "endpoint", NULL, "the endpoint's host is too long");
    *ret_token = tokens_find(job->tokens, origin, job->now, TOKEN_USED_MS);
    if (*ret_token)
        return OK;
    char *fresh = tokens_place(job->tokens, origin, job->now);
    *ret_token = fresh;
    return jwt_vapid(job->settings->webpush.key, origin, job->settings->webpush.subject,
                     job->now + TOKEN_MS, fresh, why);
}

static json_t *actions_of(const struct channel_job *job)
{
    json_t *list = json_array();
    size_t i;
    const json_t *action;
    json_array_foreach (json_object_get(job->notice, "actions"), i, action) {
        json_t *one =
            json_pack("{s:O, s:o, s:O}", "answer", json_object_get(action, "answer"), "title",
                      payload_text(args_text(action, "title"), PAYLOAD_CHOICE_MOST), "token",
                      json_object_get(action, "token"));
        args_take(one, "spool_id", action, "spool_id");
        json_array_append_new(list, one);
    }
    return list;
}

static void write_plain(const struct channel_job *job, struct buf *ret_plain)
{
    json_t *payload = payload_make(job);
    json_object_set_new(payload, "title",
                        payload_text(channel_text(job, "title"), PAYLOAD_TITLE_MOST));
    json_object_set_new(payload, "message",
                        payload_text(channel_text(job, "message"), PAYLOAD_BODY_MOST));
    json_object_set_new(payload, "level", json_string(channel_text(job, "level")));
    json_object_set_new(payload, "tag", json_string(channel_text(job, "tag")));
    args_take(payload, "open_questions", job->notice, "open_questions");
    json_object_set_new(payload, "actions", actions_of(job));
    payload_write(payload, ECE_PLAIN_MAX, ret_plain);
}

static enum err write_body(const struct channel_job *job, const json_t *address, struct buf *ret,
                           struct why *why)
{
    auto_buf plain = {0};
    uint8_t body[ECE_BODY_MAX];
    size_t len = 0;
    struct ece_subscription to;
    write_plain(job, &plain);
    if (plain.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    enum err e =
        ece_subscription_read(args_text(address, "p256dh"), args_text(address, "auth"), &to, why);
    if (e == OK)
        e = ece_encrypt(&to, plain.data, plain.len, body, &len, why);
    if (e == OK)
        buf_add(ret, body, len);
    return e;
}

static const char *urgency(const struct channel_job *job)
{
    static const char *const names[CHANNEL_LEVELS] = {"low", "normal", "high"};
    return names[channel_level(job)];
}

/* A newer one with the same topic takes the place of one that still waits for the browser. */
static void write_topic(const struct channel_job *job, struct post *post)
{
    uint8_t hash[SHA256_SIZE];
    char topic[TOPIC_SIZE];
    const char *tag = channel_text(job, "tag");
    sha256(tag, strlen(tag), hash);
    text_base64url(topic, hash, TOPIC_BYTES);
    channel_header(post, "Topic", topic);
}

static enum err write_post(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    char public[JWT_PUBLIC_SIZE];
    const char *token = NULL;
    const json_t *address = json_object_get(job->device, "address");
    const char *endpoint = args_text(address, "endpoint");
    enum err e = token_for(job, endpoint, &token, why);
    if (e == OK)
        e = jwt_key_public(job->settings->webpush.key, public, why);
    if (e == OK)
        e = write_body(job, address, &ret_post->body, why);
    if (e != OK)
        return e;
    ret_post->ca_file = job->settings->ca_file;
    buf_text(&ret_post->url, endpoint);
    buf_format(&ret_post->headers, "Authorization: vapid t=%s, k=%s\nTTL: %d\n", token, public,
               (int)RULE_ACTION_S);
    channel_header(ret_post, "Urgency", urgency(job));
    channel_header(ret_post, "Content-Encoding", "aes128gcm");
    channel_header(ret_post, "Content-Type", "application/octet-stream");
    write_topic(job, ret_post);
    return OK;
}

/* 404 and 410: the subscription is over (RFC 8030 7.3). 401 and 403: it is another key's. */
static enum channel_verdict judge(const struct channel_job *job, const struct post_answer *answer,
                                  struct why *ret_reason)
{
    (void)job;
    long status = answer->status;
    if (status >= 200 && status < 300)
        return CHANNEL_SENT;
    if (status == 404 || status == 410) {
        why_fail(ret_reason, ERR_NOT_FOUND, "gone", NULL, "its push service knows it no longer");
        return CHANNEL_GONE;
    }
    /* Without its words: a client names the endpoint, and must not read the house's other servers
     * through us. */
    why_fail(ret_reason, ERR_IO, "refused", NULL, "its push service answers %ld", status);
    if (status == 408 || status == 425 || status == 429 || status >= 500)
        return CHANNEL_LATER;
    return status == 401 || status == 403 ? CHANNEL_WRONG : CHANNEL_FAILED;
}

/* Each browser's maker has one: a digest of its origin. */
static int64_t server(const json_t *address)
{
    char origin[TOKENS_AUDIENCE_SIZE] = "";
    uint8_t hash[SHA256_SIZE];
    int64_t number;
    const char *endpoint = args_text(address, "endpoint");
    if (endpoint)
        origin_of(endpoint, origin);
    sha256(origin, strlen(origin), hash);
    memcpy(&number, hash, sizeof number);
    return number;
}

const struct channel webpush_channel = {"webpush", ready, write_post, judge, server};
