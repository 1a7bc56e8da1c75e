#include "service/config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "service/config_rules.h"
#include "service/config_values.h"

enum { SECRET_MOST = 16384 };

static void note(struct config *config, const struct config_value *value, const char *text)
{
    const struct config_key *key = value->key;
    bool named = key->flags & CONFIG_NAMED;
    config_note_problem(config, *value->place ? value->place : NULL, value->line, "%s.%s%s%s: %s",
                        key->section, named ? value->name : key->key, named ? "." : "",
                        named ? key->key : "", text);
}

static char *read_secret(const char *path)
{
    auto_file *file = fopen(path, "re");
    if (!file)
        return NULL;
    auto_buf text = {.limit = SECRET_MOST};
    char chunk[1024];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&text, chunk, got);
    if (ferror(file) || text.failed || (text.data && memchr(text.data, '\0', text.len)))
        return NULL;
    while (text.data && text.len &&
           (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
        text.data[--text.len] = '\0';
    return buf_take(&text, NULL);
}

static void resolve(struct config *config, struct config_value *value, const char *credentials)
{
    const char *name = value->text + strlen("file:");
    bool credential = text_starts(value->text, "cred:");
    auto_buf path = {0}, problem = {0};
    if (credential)
        buf_format(&path, "%s/%s", credentials ? credentials : "", name);
    else
        buf_text(&path, name);
    if (credential && (!credentials || strchr(name, '/'))) {
        note(config, value,
             credentials ? "cred:NAME is a name without slashes"
                         : "cred:NAME works under systemd with LoadCredential= alone");
        return;
    }
    errno = 0;
    char *secret = read_secret(path.data);
    if (!secret) {
        buf_format(&problem, "cannot read %s: %s", path.data,
                   errno ? strerror(errno) : "no text, or longer than 16 KiB");
        note(config, value, problem.data);
        return;
    }
    free(value->text);
    value->text = secret;
    const char *fault = config_rules_fault(value->key, secret);
    if (fault)
        note(config, value, fault);
}

static void resolve_secrets(struct config *config, const char *credentials)
{
    for (size_t i = 0; i < config->value_count; i++) {
        struct config_value *value = &config->values[i];
        bool reference = text_starts(value->text, "file:") || text_starts(value->text, "cred:");
        if (value->key->flags & CONFIG_SECRET && reference)
            resolve(config, value, credentials);
    }
}

/* What is set without what it needs. */
static const struct {
    const char *section, *key, *needs;
} together[] = {
    {"server", "tls_certificate", "tls_key"},
    {"server", "tls_key", "tls_certificate"},
    {"homeassistant", "url", "token"},
    {"homeassistant", "token", "url"},
    {"homeassistant", "notify_service", "token"},
    {"homeassistant.mqtt", "username", "password"},
    {"homeassistant.mqtt", "password", "username"},
    {"webhook", "secret2", "secret"},
    {"push.apns", "key", "key_id"},
    {"push.apns", "key", "team_id"},
    {"push.apns", "key", "bundle_id"},
    {"push.apns", "key_id", "key"},
    {"push.apns", "team_id", "key"},
    {"push.apns", "bundle_id", "key"},
    {"push.webpush", "key", "subject"},
    {"push.ntfy", "token", "topic"},
    {"push.pushover", "token", "user"},
    {"push.pushover", "user", "token"},
    {"push.gotify", "url", "token"},
    {"push.gotify", "token", "url"},
    {"push.webhook", "secret", "url"},
    {"push.smtp", "url", "from"},
    {"push.smtp", "url", "to"},
    {"push.smtp", "from", "url"},
    {"push.smtp", "to", "url"},
    {"push.smtp", "user", "password"},
    {"push.smtp", "password", "user"},
};

static void check_together(struct config *config)
{
    for (size_t i = 0; i < LEN(together); i++) {
        const struct config_value *value =
            config_value(config, together[i].section, together[i].key);
        char text[64];
        if (!value || config_value(config, together[i].section, together[i].needs))
            continue;
        snprintf(text, sizeof text, "needs %s as well", together[i].needs);
        note(config, value, text);
    }
}

static const struct config_value *any_of_printer(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->value_count; i++) {
        const struct config_value *value = &config->values[i];
        if (strcmp(value->key->section, "printer") == 0 && strcmp(value->name, name) == 0)
            return value;
    }
    return NULL;
}

static void check_printers(struct config *config)
{
    static const char *const needed[] = {"serial", "host", "access_code"};
    size_t at = 0;
    for (const char *name = config_each_name(config, "printer", &at); name;
         name = config_each_name(config, "printer", &at)) {
        const struct config_value *value = any_of_printer(config, name);
        for (size_t i = 0; i < LEN(needed); i++)
            if (!config_named(config, "printer", name, needed[i]))
                config_note_problem(config, value->place, value->line,
                                    "[printer.%s] has no %s: add a line %s = ...", name, needed[i],
                                    needed[i]);
    }
}

static void check_serials(struct config *config)
{
    size_t at = 0;
    for (const struct config_value *value = config_each(config, "printer", "serial", &at); value;
         value = config_each(config, "printer", "serial", &at)) {
        size_t before = 0;
        const struct config_value *other = config_each(config, "printer", "serial", &before);
        while (other != value && strcmp(other->text, value->text) != 0)
            other = config_each(config, "printer", "serial", &before);
        if (other != value)
            note(config, value, "another section has the same serial");
    }
}

/* Plain HTTP shows keys to everybody on the LAN. */
static size_t check_listeners(struct config *config, const char *key, bool plain)
{
    size_t at = 0, count = 0;
    for (const struct config_value *value = config_each(config, "server", key, &at); value;
         value = config_each(config, "server", key, &at)) {
        char host[64];
        int port;
        bool off = strcmp(value->text, "off") == 0;
        if (off || !config_rules_listen(value->text, host, sizeof host, &port))
            continue;
        count++;
        if (plain && !config_rules_loopback(host) &&
            !config_bool(config, "server", "allow_plain_lan"))
            note(config, value,
                 "plain HTTP stays on 127.0.0.1 and [::1]; use https_listen, or allow_plain_lan = "
                 "on where a proxy of yours stands in front");
    }
    return count;
}

bool config_check(struct config *config, const char *credentials)
{
    resolve_secrets(config, credentials);
    check_together(config);
    check_printers(config);
    check_serials(config);
    size_t plain = check_listeners(config, "listen", true);
    size_t tls = check_listeners(config, "https_listen", false);
    if (plain + tls == 0)
        config_note_problem(config, NULL, 0,
                            "listen and https_listen are both off: nothing could be reached");
    const struct config_value *hooks = config_value(config, "webhook", "listen");
    if (hooks && strcmp(hooks->text, "off") != 0 && !config_text(config, "webhook", "secret"))
        note(config, hooks, "anybody could call it: set secret in [webhook] too");
    return config->problem_count == 0;
}
