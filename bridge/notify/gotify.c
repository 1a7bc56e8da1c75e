/* Gotify. Source: its API documentation, POST /message, and "Message extras". */
#include "bridge/notify/channel.h"

#include <string.h>

#include "bridge/notify/post.h"

enum { QUIET = 2, NORMAL = 5, URGENT = 8 };

static bool ready(const struct channel_settings *settings)
{
    return settings->gotify.url && settings->gotify.token;
}

static int priority(const struct channel_job *job)
{
    const char *level = channel_text(job, "level");
    return strcmp(level, "passive") == 0 ? QUIET : strcmp(level, "active") == 0 ? NORMAL : URGENT;
}

static enum err write_post(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    (void)why;
    ret_post->ca_file = job->settings->ca_file;
    buf_format(&ret_post->url, "%s/message", job->settings->gotify.url);
    buf_format(&ret_post->headers, "X-Gotify-Key: %s\n", job->settings->gotify.token);
    channel_json(ret_post,
                 json_pack("{s:s, s:s, s:i, s:{s:{s:{s:s}}}}", "title", channel_text(job, "title"),
                           "message", channel_text(job, "message"), "priority", priority(job),
                           "extras", "client::notification", "click", "url",
                           job->settings->base_url));
    return OK;
}

const struct channel gotify_channel = {"gotify", ready, write_post, NULL};
