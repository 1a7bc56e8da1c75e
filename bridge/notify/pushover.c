/* Pushover. Source: its API documentation, "Pushing messages": HTTP 4xx means that the same
 * request would fail again, of which a wrong token or user is the usual one. */
#include "bridge/notify/channel.h"

#include "bridge/notify/post.h"

static const int priorities[CHANNEL_LEVELS] = {-1, 0, 1};

static bool ready(const struct channel_settings *settings)
{
    return settings->pushover.token && settings->pushover.user;
}

static enum err write_post(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    (void)why;
    ret_post->ca_file = job->settings->ca_file;
    buf_format(&ret_post->url, "%s/1/messages.json", job->settings->pushover.url);
    channel_json(ret_post,
                 json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "token", job->settings->pushover.token,
                           "user", job->settings->pushover.user, "title",
                           channel_text(job, "title"), "message", channel_text(job, "message"),
                           "priority", priorities[channel_level(job)], "url",
                           job->settings->base_url));
    return OK;
}

static enum channel_verdict judge(const struct channel_job *job, const struct post_answer *answer,
                                  struct why *ret_reason)
{
    (void)job;
    bool sick = answer->status == 429 || answer->status >= 500;
    bool good = answer->status >= 200 && answer->status < 300;
    (void)ret_reason;
    return good ? CHANNEL_SENT : sick ? CHANNEL_LATER : CHANNEL_WRONG;
}

const struct channel pushover_channel = {"pushover", ready, write_post, judge};
