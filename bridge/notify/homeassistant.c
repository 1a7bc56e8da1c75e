/*
 * Home Assistant: by a webhook of its own, whose automation makes of it what it likes (our package
 * has one), or by a notify service, which reaches a phone without any automation. The webhook
 * answers 200 to everything, so that "sent" means no more than that it was heard.
 * Source: Home Assistant, docs of automation triggers and of the companion app's notifications.
 */
#include "bridge/notify/channel.h"

#include <stdio.h>

#include "base/auto.h"
#include "bridge/notify/post.h"
#include "store/args.h"

/* Ids of actions are shared by all notifications of a phone: the token tells them apart. */
static json_t *actions_of(const struct channel_job *job)
{
    json_t *actions = json_array();
    size_t i;
    const json_t *action;
    json_array_foreach (json_object_get(job->notice, "actions"), i, action) {
        auto_buf id = {0};
        buf_format(&id, "FT_ASSIGN:%s", json_string_value(json_object_get(action, "token")));
        if (!id.failed)
            json_array_append_new(actions, json_pack("{s:s, s:O}", "action", id.data, "title",
                                                     json_object_get(action, "title")));
    }
    return actions;
}

static void set_url(const struct channel_job *job, struct post *post, const char *path,
                    const char *last)
{
    post->ca_file = job->settings->homeassistant.ca_file;
    buf_format(&post->url, "%s%s%s", job->home_url, path, last);
}

static enum err need_url(const struct channel_job *job, struct why *why)
{
    return job->home_url
               ? OK
               : why_fail(why, ERR_INVALID, "no_url", NULL,
                          "homeassistant.url is not set: set it, or unset the way to notify");
}

static bool webhook_ready(const struct channel_settings *settings)
{
    return settings->homeassistant.webhook_id;
}

static enum err webhook_write(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    enum err e = need_url(job, why);
    if (e != OK)
        return e;
    set_url(job, ret_post, "/api/webhook/", job->settings->homeassistant.webhook_id);
    json_t *body = args_copy(job->notice);
    json_object_set_new(body, "actions", actions_of(job));
    json_object_set_new(body, "url", json_string(job->settings->base_url));
    channel_json(ret_post, body);
    return OK;
}

const struct channel homeassistant_webhook = {"homeassistant", webhook_ready, webhook_write, NULL};

static bool service_ready(const struct channel_settings *settings)
{
    return settings->homeassistant.service && settings->homeassistant.token;
}

static enum err service_write(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    enum err e = need_url(job, why);
    if (e != OK)
        return e;
    set_url(job, ret_post, "/api/services/notify/", job->settings->homeassistant.service);
    buf_format(&ret_post->headers, "Authorization: Bearer %s\n",
               job->settings->homeassistant.token);
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:{s:s}, s:o}", "tag", channel_text(job, "tag"), "group",
                  "filamentd", "url", job->settings->base_url, "push", "interruption-level",
                  channel_text(job, "level"), "actions", actions_of(job));
    channel_json(ret_post, json_pack("{s:s, s:s, s:o}", "title", channel_text(job, "title"),
                                     "message", channel_text(job, "message"), "data", data));
    return OK;
}

const struct channel homeassistant_service = {"homeassistant_notify", service_ready, service_write,
                                              NULL};
