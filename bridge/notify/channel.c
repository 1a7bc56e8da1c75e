#include "bridge/notify/channel.h"

#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "bridge/notify/post.h"

const struct channel *const channel_all[] = {
    &homeassistant_webhook, &homeassistant_service,
    &webhook_channel,       &ntfy_channel,
    &gotify_channel,        &pushover_channel,
    &smtp_channel,          &webpush_channel,
    &apns_channel,          NULL,
};

enum { SHOWN_MOST = 120 };

/* Printable, and short enough for a row and a log line. */
static void shown(const struct buf *body, char ret_text[SHOWN_MOST])
{
    size_t len = 0;
    for (; len < body->len && len < SHOWN_MOST - 1; len++) {
        unsigned char c = (unsigned char)body->data[len];
        ret_text[len] = (char)(c < ' ' || c > '~' || c == '"' ? ' ' : c);
    }
    ret_text[len] = '\0';
}

static enum channel_verdict by_status(long status)
{
    if (status >= 200 && status < 300)
        return CHANNEL_SENT;
    if (status == 408 || status == 425 || status == 429 || status >= 500)
        return CHANNEL_LATER;
    /* 3xx: the URL is not the one that answers */
    return status < 400 || status == 401 || status == 403 || status == 404 || status == 405
               ? CHANNEL_WRONG
               : CHANNEL_FAILED;
}

enum channel_verdict channel_judge(const struct channel *channel, const struct channel_job *job,
                                   const struct post_answer *answer, struct why *ret_reason)
{
    char text[SHOWN_MOST];
    *ret_reason = (struct why){0};
    if (!answer->reached) {
        why_fail(ret_reason, ERR_IO, "unreachable", NULL, "%.150s", answer->detail);
        return CHANNEL_LATER;
    }
    enum channel_verdict verdict =
        channel->judge ? channel->judge(job, answer, ret_reason) : by_status(answer->status);
    shown(&answer->body, text);
    if (verdict != CHANNEL_SENT && !*ret_reason->text)
        why_fail(ret_reason, ERR_IO, "refused", NULL, "it answers %ld %s", answer->status, text);
    return verdict;
}

void channel_json(struct post *post, json_t *moved_body)
{
    json_auto_t *body = moved_body;
    char *text auto_free = body ? json_dumps(body, CHANNEL_DUMP) : NULL;
    if (!text) {
        post->body.failed = true;
        return;
    }
    buf_text(&post->body, text);
    channel_header(post, "Content-Type", "application/json");
}

void channel_header(struct post *post, const char *name, const char *value)
{
    buf_format(&post->headers, "%s: %s\n", name, value);
}

const char *channel_text(const struct channel_job *job, const char *key)
{
    const char *text = json_string_value(json_object_get(job->notice, key));
    return text ? text : "";
}

enum channel_level channel_level(const struct channel_job *job)
{
    static const char *const names[] = {[CHANNEL_PASSIVE] = "passive", [CHANNEL_ACTIVE] = "active"};
    const char *name = channel_text(job, "level");
    for (size_t i = 0; i < LEN(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum channel_level)i;
    return CHANNEL_PRESSING;
}

void channel_action_url(const struct channel_job *job, const json_t *action, char *ret_url,
                        size_t size)
{
    snprintf(ret_url, size, "%s/api/actions/%s", job->settings->base_url,
             json_string_value(json_object_get(action, "token")));
}
