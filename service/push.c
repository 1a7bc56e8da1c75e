#include "service/push.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "bridge/notify/jwt.h"
#include "bridge/notify/notify.h"
#include "bridge/notify/vapid.h"
#include "service/config.h"

enum { URL_SIZE = 300 };

struct push {
    struct push_options options;
    struct notify *notify; /* NULL: not started */
    struct jwt_key *webpush, *apns;
    char base_url[URL_SIZE], webpush_public[JWT_PUBLIC_SIZE];
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

static void fill_apns(const struct push *push, struct channel_settings *settings)
{
    const struct config *config = push->options.config;
    settings->apns.key = push->apns;
    settings->apns.key_id = config_text(config, "push.apns", "key_id");
    settings->apns.team_id = config_text(config, "push.apns", "team_id");
    settings->apns.bundle_id = config_text(config, "push.apns", "bundle_id");
    settings->apns.url = config_text(config, "push.apns", "base_url");
    settings->apns.sandbox_url = config_text(config, "push.apns", "sandbox_url");
    settings->apns.ca_file = config_text(config, "push.apns", "ca_file");
}

static struct channel_settings settings_of(const struct push *push)
{
    const struct config *config = push->options.config;
    struct channel_settings settings = {
        .ca_file = config_text(config, "push", "ca_file"),
        .base_url = push->base_url,
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
        .webpush = {.key = push->webpush,
                    .subject = config_text(config, "push.webpush", "subject")},
    };
    fill_mail(config, &settings);
    fill_apns(push, &settings);
    return settings;
}

/* A key, and a contact under which push services take a token of it. */
static enum err open_webpush(struct push *push, struct why *why)
{
    char token[JWT_TOKEN_SIZE];
    const struct config *config = push->options.config;
    const char *subject = config_text(config, "push.webpush", "subject");
    if (!subject)
        return OK;
    enum err e = vapid_open(push->options.state_dir, config_text(config, "push.webpush", "key"),
                            &push->webpush, why);
    if (e == OK)
        e = jwt_vapid(push->webpush, "https://example.org", subject, clock_now(), token, why);
    return e ? e : jwt_key_public(push->webpush, push->webpush_public, why);
}

static enum err open_apns(struct push *push, struct why *why)
{
    const char *pem = config_text(push->options.config, "push.apns", "key");
    return pem ? jwt_key_read(pem, &push->apns, why) : OK;
}

enum err push_open(const struct push_options *options, struct push **ret_push, struct why *why)
{
    static const struct {
        const char *section;
        enum err (*open)(struct push *push, struct why *why);
    } sections[] = {{"push.webpush", open_webpush}, {"push.apns", open_apns}};
    struct why fault;
    struct push *push = calloc(1, sizeof *push);
    if (!push)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    push->options = *options;
    for (size_t i = 0; i < LEN(sections); i++) {
        enum err e = sections[i].open(push, &fault);
        if (e != OK) {
            push_close(push);
            return why_fail(why, e, fault.code, "", "%s: %.200s", sections[i].section, fault.text);
        }
    }
    *ret_push = push;
    return OK;
}

const char *push_webpush_key(const struct push *push)
{
    return push->webpush ? push->webpush_public : NULL;
}

enum err push_start(struct push *push, const char *base_url, struct why *why)
{
    text_copy(push->base_url, sizeof push->base_url, base_url);
    const struct notify_options notify = {
        .hub = push->options.hub,
        .readers = push->options.readers,
        .secret = push->options.secret,
        .settings = settings_of(push),
    };
    return notify_open(&notify, &push->notify, why);
}

void push_stop(struct push *push)
{
    if (!push)
        return;
    notify_close(push->notify);
    push->notify = NULL;
}

void push_close(struct push *push)
{
    if (!push)
        return;
    push_stop(push);
    jwt_key_close(push->webpush);
    jwt_key_close(push->apns);
    free(push);
}
