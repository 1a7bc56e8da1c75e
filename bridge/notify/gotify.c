/* Gotify. Source: its API documentation, POST /message, and "Message extras". */
#include "bridge/notify/channel.h"

#include "bridge/notify/post.h"

static const int priorities[CHANNEL_LEVELS] = {2, 5, 8};

static bool ready(const struct channel_settings *settings)
{
    return settings->gotify.url && settings->gotify.token;
}

static enum err write_post(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    (void)why;
    ret_post->ca_file = job->settings->ca_file;
    buf_format(&ret_post->url, "%s/message", job->settings->gotify.url);
    buf_format(&ret_post->headers, "X-Gotify-Key: %s\n", job->settings->gotify.token);
    channel_json(ret_post,
                 json_pack("{s:s, s:s, s:i, s:{s:{s:{s:s}}}}", "title", channel_text(job, "title"),
                           "message", channel_text(job, "message"), "priority",
                           priorities[channel_level(job)], "extras", "client::notification",
                           "click", "url", job->settings->base_url));
    return OK;
}

const struct channel gotify_channel = {"gotify", ready, write_post, NULL};
