/*
 * ntfy: one JSON to the root of its server, with at most three buttons that call us.
 * Source: ntfy's documentation, "Publish as JSON" and "Action buttons".
 */
#include "bridge/notify/channel.h"

#include "bridge/notify/post.h"

enum { BUTTONS = 3, URL_SIZE = 512 };

static const int priorities[CHANNEL_LEVELS] = {2, 3, 5};

static bool ready(const struct channel_settings *settings)
{
    return settings->ntfy.topic;
}

static json_t *buttons(const struct channel_job *job)
{
    json_t *list = json_array();
    size_t i;
    const json_t *action;
    char url[URL_SIZE];
    json_array_foreach (json_object_get(job->notice, "actions"), i, action) {
        if (i >= BUTTONS)
            break;
        channel_action_url(job, action, url, sizeof url);
        json_array_append_new(list, json_pack("{s:s, s:O, s:s, s:s, s:b}", "action", "http",
                                              "label", json_object_get(action, "title"), "url", url,
                                              "method", "POST", "clear", 1));
    }
    return list;
}

static enum err write_post(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    (void)why;
    const char *token = job->settings->ntfy.token;
    ret_post->ca_file = job->settings->ca_file;
    buf_format(&ret_post->url, "%s/", job->settings->ntfy.url);
    if (token)
        buf_format(&ret_post->headers, "Authorization: Bearer %s\n", token);
    channel_json(ret_post,
                 json_pack("{s:s, s:s, s:s, s:i, s:[s], s:s, s:o}", "topic",
                           job->settings->ntfy.topic, "title", channel_text(job, "title"),
                           "message", channel_text(job, "message"), "priority",
                           priorities[channel_level(job)], "tags", channel_text(job, "type"),
                           "click", job->settings->base_url, "actions", buttons(job)));
    return OK;
}

const struct channel ntfy_channel = {"ntfy", ready, write_post, NULL};
