/*
 * Apple's push service, to each iPhone, iPad or Mac that registered: HTTP/2 over one connection, a
 * provider token (ES256) that is used for 40 minutes.
 * Source: Apple, "Establishing a token-based connection to APNs", "Sending notification requests to
 * APNs" (headers), "Generating a remote notification" (payload), "Handling notification responses
 * from APNs" (reasons).
 */
#include "bridge/notify/channel.h"

#include <string.h>

#include "base/auto.h"
#include "bridge/notify/activity.h"
#include "bridge/notify/notice.h"
#include "bridge/notify/payload.h"
#include "bridge/notify/post.h"
#include "bridge/notify/tokens.h"
#include "core/rules.h"
#include "store/args.h"

enum { MINUTE_MS = 60 * 1000, TOKEN_USED_MS = 40 * MINUTE_MS, TOKEN_LEAST_MS = 20 * MINUTE_MS };
enum { BODY_MAX = 4096, PRIORITY_NOW = 10, PRIORITY_SAVING = 5 };

static const char audience[] = "apns"; /* both environments take the same token */
static const char sandbox[] = "sandbox";
/* Of 1: what is urgent stands before the others in the summary of the day. */
static const double relevance_urgent = 0.8;
/* What the app registers its buttons under. */
static const char category[] = "SLOT_CHANGED";

static bool ready(const struct channel_settings *settings)
{
    return settings->apns.key;
}

/* ---- the request ---- */

static json_t *candidates_of(const struct channel_job *job)
{
    json_t *list = json_array();
    size_t i;
    const json_t *action;
    json_array_foreach (json_object_get(job->notice, "actions"), i, action)
        if (strcmp(args_text(action, "answer"), "candidate") == 0)
            json_array_append_new(
                list,
                json_pack("{s:O, s:o, s:O}", "spool_id", json_object_get(action, "spool_id"),
                          "title", payload_text(args_text(action, "title"), PAYLOAD_CHOICE_MOST),
                          "token", json_object_get(action, "token")));
    return list;
}

/* confirm_token, dismiss_token */
static void add_answers(const struct channel_job *job, json_t *payload)
{
    size_t i;
    const json_t *action;
    json_array_foreach (json_object_get(job->notice, "actions"), i, action) {
        const char *answer = args_text(action, "answer");
        if (strcmp(answer, "confirm") == 0)
            args_take(payload, "confirm_token", action, "token");
        else if (strcmp(answer, "dismiss") == 0)
            args_take(payload, "dismiss_token", action, "token");
    }
    json_object_set_new(payload, "candidates", candidates_of(job));
}

/* Alerts of a printer stand together, and so do those of the store. */
static const char *thread_of(const struct channel_job *job)
{
    const char *printer = channel_text(job, "printer_id");
    return *printer ? printer : "filamentd";
}

static json_t *aps_of(const struct channel_job *job, bool asks)
{
    json_t *aps =
        json_pack("{s:{s:o, s:o}, s:s, s:s}", "alert", "title",
                  payload_text(channel_text(job, "title"), PAYLOAD_TITLE_MOST), "body",
                  payload_text(channel_text(job, "message"), PAYLOAD_BODY_MOST), "thread-id",
                  thread_of(job), "interruption-level", channel_text(job, "level"));
    args_take(aps, "badge", job->notice, "open_questions");
    if (channel_level(job) != CHANNEL_PASSIVE)
        json_object_set_new(aps, "sound", json_string("default"));
    if (channel_level(job) == CHANNEL_PRESSING)
        json_object_set_new(aps, "relevance-score", json_real(relevance_urgent));
    if (asks) {
        json_object_set_new(aps, "category", json_string(category));
        json_object_set_new(aps, "mutable-content", json_integer(1)); /* names on the buttons */
    }
    return aps;
}

static void write_body(const struct channel_job *job, struct buf *ret_body)
{
    bool asks = json_array_size(json_object_get(job->notice, "actions"));
    json_t *payload = payload_make(job);
    json_object_set_new(payload, "aps", aps_of(job, asks));
    if (asks)
        add_answers(job, payload);
    payload_write(payload, BODY_MAX, ret_body);
}

static enum err token_for(const struct channel_job *job, const char **ret_token, struct why *why)
{
    *ret_token = tokens_find(job->tokens, audience, job->now, TOKEN_USED_MS);
    if (*ret_token)
        return OK;
    char *fresh = tokens_place(job->tokens, audience, job->now);
    *ret_token = fresh;
    return jwt_apns(job->settings->apns.key, job->settings->apns.key_id,
                    job->settings->apns.team_id, job->now, fresh, why);
}

static void write_headers(const struct channel_job *job, const char *token, const char *bundle,
                          struct post *post)
{
    const char *tag = channel_text(job, "tag");
    int64_t until = job->now / 1000 + RULE_ACTION_S;
    buf_format(&post->headers, "authorization: bearer %s\n", token);
    channel_header(post, "content-type", "application/json");
    channel_header(post, "apns-topic", bundle);
    channel_header(post, "apns-push-type", "alert");
    channel_header(post, "apns-id", channel_text(job, "delivery_id"));
    buf_format(&post->headers, "apns-priority: %d\napns-expiration: %lld\n",
               channel_level(job) == CHANNEL_PASSIVE ? PRIORITY_SAVING : PRIORITY_NOW,
               (long long)until);
    if (strlen(tag) <= NOTICE_TAG_MOST)
        channel_header(post, "apns-collapse-id", tag);
}

/* Low power unless its state changed: updates with priority 10 have a budget. */
static void write_activity(const struct channel_job *job, const char *token, const char *bundle,
                           struct post *post)
{
    bool urgent = args_true(job->activity, "urgent");
    int64_t until = job->now / 1000 + RULE_ACTIVITY_STALE_S;
    buf_format(&post->headers, "authorization: bearer %s\n", token);
    channel_header(post, "content-type", "application/json");
    buf_format(&post->headers, "apns-topic: %s.push-type.liveactivity\n", bundle);
    channel_header(post, "apns-push-type", "liveactivity");
    buf_format(&post->headers, "apns-priority: %d\napns-expiration: %lld\n",
               urgent ? PRIORITY_NOW : PRIORITY_SAVING, (long long)until);
    payload_write(activity_payload(job->activity, job->now), BODY_MAX, &post->body);
}

/* Apple's two, by environment. */
static int64_t server(const json_t *address)
{
    const char *environment = args_text(address, "environment");
    return environment && strcmp(environment, sandbox) == 0;
}

static enum err write_post(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    const char *token = NULL;
    const json_t *address = json_object_get(job->device, "address");
    const char *bundle = args_text(address, "bundle_id");
    bool in_sandbox = server(address) != 0;
    enum err e = token_for(job, &token, why);
    if (e != OK)
        return e;
    ret_post->http2 = true;
    ret_post->ca_file =
        job->settings->apns.ca_file ? job->settings->apns.ca_file : job->settings->ca_file;
    buf_format(&ret_post->url, "%s/3/device/%s",
               in_sandbox != job->elsewhere ? job->settings->apns.sandbox_url
                                            : job->settings->apns.url,
               args_text(job->activity ? job->activity : address, "token"));
    bundle = bundle ? bundle : job->settings->apns.bundle_id;
    if (job->activity) {
        write_activity(job, token, bundle, ret_post);
        return OK;
    }
    write_headers(job, token, bundle, ret_post);
    write_body(job, &ret_post->body);
    return OK;
}

/* ---- the answer ---- */

static const struct {
    const char *reason;
    enum channel_verdict verdict;
} reasons[] = {
    {"BadDeviceToken", CHANNEL_ELSEWHERE},
    {"ExpiredProviderToken", CHANNEL_RENEWED},
    {"Unregistered", CHANNEL_GONE},
    {"ExpiredToken", CHANNEL_GONE},
    {"DeviceTokenNotForTopic", CHANNEL_GONE}, /* it is another app's */
    {"PayloadTooLarge", CHANNEL_FAILED},
    {"TooManyRequests", CHANNEL_LATER}, /* for this device */
    {"TooManyProviderTokenUpdates", CHANNEL_LATER},
    {"IdleTimeout", CHANNEL_LATER},
    {"InternalServerError", CHANNEL_LATER},
    {"ServiceUnavailable", CHANNEL_LATER},
    {"Shutdown", CHANNEL_LATER},
    /* all others would be the answer to the next one, too: somebody has to look at it */
};

static enum channel_verdict meaning_of(const char *reason, long status)
{
    for (size_t i = 0; reason && i < LEN(reasons); i++)
        if (strcmp(reason, reasons[i].reason) == 0)
            return reasons[i].verdict;
    if (status == 429 || status >= 500)
        return CHANNEL_LATER;
    return status == 410 ? CHANNEL_GONE : status == 413 ? CHANNEL_FAILED : CHANNEL_WRONG;
}

/* A token that is in neither environment is none. */
static enum channel_verdict bad_token(const struct channel_job *job, struct why *ret_reason)
{
    if (!job->elsewhere)
        return CHANNEL_ELSEWHERE;
    why_fail(ret_reason, ERR_NOT_FOUND, "gone", NULL,
             "BadDeviceToken: neither environment knows its token");
    return CHANNEL_GONE;
}

/* Made anew once, and then not before Apple takes another one. */
static enum channel_verdict expired_token(const struct channel_job *job, struct why *ret_reason)
{
    if (!job->renewed && tokens_renew(job->tokens, audience, job->now, TOKEN_LEAST_MS))
        return CHANNEL_RENEWED;
    why_fail(ret_reason, ERR_DENIED, "refused", NULL,
             "ExpiredProviderToken for a new one: is the clock of this machine right?");
    return CHANNEL_WRONG;
}

/* ${timestamp}: the last time (ms) at which Apple found the token gone. An app that registered
 * after that has it again, which Apple hears of later. */
static enum channel_verdict gone(const struct channel_job *job, const json_t *timestamp,
                                 const char *reason, struct why *ret_reason)
{
    int64_t registered = job->activity ? args_int(job->activity, "registered_at", 0)
                                       : args_int(job->device, "last_seen_at", 0);
    if (json_is_integer(timestamp) && registered > json_integer_value(timestamp)) {
        why_fail(ret_reason, ERR_BUSY, "refused", NULL, "%s, but the app registered since then",
                 reason);
        return CHANNEL_LATER;
    }
    why_fail(ret_reason, ERR_NOT_FOUND, "gone", NULL, "%s: Apple knows it no longer", reason);
    return CHANNEL_GONE;
}

static enum channel_verdict judge(const struct channel_job *job, const struct post_answer *answer,
                                  struct why *ret_reason)
{
    if (answer->status == 200)
        return CHANNEL_SENT;
    json_auto_t *body =
        json_loadb(answer->body.data ? answer->body.data : "", answer->body.len, 0, NULL);
    const char *reason = args_text(body, "reason");
    enum channel_verdict verdict = meaning_of(reason, answer->status);
    if (verdict == CHANNEL_ELSEWHERE)
        return bad_token(job, ret_reason);
    if (verdict == CHANNEL_RENEWED)
        return expired_token(job, ret_reason);
    if (verdict == CHANNEL_GONE)
        return gone(job, json_object_get(body, "timestamp"), reason ? reason : "410", ret_reason);
    return verdict;
}

const struct channel apns_channel = {"apns", ready, write_post, judge, server};
