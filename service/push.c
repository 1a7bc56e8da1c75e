#include "service/push.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/notify/notify.h"
#include "service/config.h"

enum { URL_SIZE = 300 };

struct push {
    struct notify *notify;
    char base_url[URL_SIZE];
};

static void fill_mail(const struct config *config, struct channel_settings *settings)
{
    size_t at = 0, count = 0;
    const struct config_value *value;
    settings->smtp.url = config_text(config, "push.smtp", "url");
    settings->smtp.user = config_text(config, "push.smtp", "user");
    settings->smtp.password = config_text(config, "push.smtp", "password");
    settings->smtp.from = config_text(config, "push.smtp", "from");
    while (count < CHANNEL_RECIPIENTS && (value = config_each(config, "push.smtp", "to", &at)))
        settings->smtp.to[count++] = value->text;
}

static struct channel_settings settings_of(const struct config *config, const char *base_url)
{
    struct channel_settings settings = {
        .ca_file = config_text(config, "push", "ca_file"),
        .base_url = base_url,
        .homeassistant = {.webhook_id = config_text(config, "homeassistant", "webhook_id"),
                          .service = config_text(config, "homeassistant", "notify_service"),
                          .token = config_text(config, "homeassistant", "token"),
                          .ca_file = config_text(config, "homeassistant", "ca_file")},
        .webhook = {.url = config_text(config, "push.webhook", "url"),
                    .secret = config_text(config, "push.webhook", "secret")},
        .ntfy = {.url = config_text(config, "push.ntfy", "url"),
                 .topic = config_text(config, "push.ntfy", "topic"),
                 .token = config_text(config, "push.ntfy", "token")},
        .gotify = {.url = config_text(config, "push.gotify", "url"),
                   .token = config_text(config, "push.gotify", "token")},
        .pushover = {.url = config_text(config, "push.pushover", "url"),
                     .token = config_text(config, "push.pushover", "token"),
                     .user = config_text(config, "push.pushover", "user")},
    };
    fill_mail(config, &settings);
    return settings;
}

enum err push_open(const struct push_options *options, struct push **ret_push, struct why *why)
{
    struct push *push = calloc(1, sizeof *push);
    if (!push)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    text_copy(push->base_url, sizeof push->base_url, options->base_url);
    const struct notify_options notify = {
        .hub = options->hub,
        .database = options->database,
        .secret = options->secret,
        .settings = settings_of(options->config, push->base_url),
    };
    enum err e = notify_open(&notify, &push->notify, why);
    if (e == OK)
        *ret_push = push;
    else
        push_close(push);
    return e;
}

void push_close(struct push *push)
{
    if (!push)
        return;
    notify_close(push->notify);
    free(push);
}
