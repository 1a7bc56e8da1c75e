#include "service/home.h"

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "bridge/homeassistant/discovery.h"
#include "bridge/homeassistant/poll.h"
#include "bridge/hub.h"
#include "service/config.h"
#include "service/config_rules.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/settings.h"

static void take_secrets(const struct config *config, struct home *home)
{
    static const char *const keys[HOME_SECRETS] = {"secret", "secret2"};
    size_t count = 0;
    for (size_t i = 0; i < HOME_SECRETS; i++) {
        const char *secret = config_text(config, "webhook", keys[i]);
        if (secret)
            home->secrets[count++] = secret;
    }
}

enum err home_fill(const struct config *config, struct home *ret_home, struct why *why)
{
    *ret_home = (struct home){0};
    take_secrets(config, ret_home);
    size_t at = 0;
    enum err e = OK;
    const struct config_value *value;
    while (e == OK && (value = config_each(config, "homeassistant.entities", "*", &at))) {
        struct config_slot slot;
        if (!config_rules_slot(value->text, &slot))
            continue; /* config_check refused it */
        const struct slot_address place = {(int16_t)slot.unit, (int16_t)slot.slot};
        e = entities_add(&ret_home->entities, value->name, slot.printer, place, slot.part, why);
    }
    return e;
}

static enum err open_discovery(struct home *home, const struct config *config, struct hub *hub,
                               struct readers *readers, struct why *why)
{
    static const char section[] = "homeassistant.mqtt";
    const struct discovery_options options = {
        .hub = hub,
        .readers = readers,
        .host = config_text(config, section, "host"),
        .port = (int)config_int(config, section, "port"),
        .tls = config_bool(config, section, "tls"),
        .ca_file = config_text(config, section, "ca_file"),
        .username = config_text(config, section, "username"),
        .password = config_text(config, section, "password"),
        .prefix = config_text(config, section, "discovery_prefix"),
        .base = config_text(config, section, "base_topic"),
    };
    return options.host ? discovery_open(&options, &home->discovery, why) : OK;
}

enum err home_open(struct home *home, const struct config *config, struct hub *hub,
                   struct readers *readers, struct why *why)
{
    const struct poll_options options = {
        .hub = hub,
        .entities = &home->entities,
        .token = config_text(config, "homeassistant", "token"),
        .ca_file = config_text(config, "homeassistant", "ca_file"),
    };
    enum err e = poll_open(&options, &home->poll, why);
    if (e != OK)
        return e;
    home_refresh(home, hub);
    return open_discovery(home, config, hub, readers, why);
}

static enum err run_look(void *ctx, struct db *db, struct why *why)
{
    struct home *home = ctx;
    int64_t newest = changes_newest_of(db, "setting");
    if (newest == home->seen)
        return db_status(db, why);
    json_auto_t *url = settings_get(db, "homeassistant.url");
    json_auto_t *seconds = settings_get(db, "homeassistant.poll_seconds");
    if (db_failed(db))
        return db_status(db, why);
    home->seen = newest;
    poll_configure(home->poll, json_string_value(url), (int)json_integer_value(seconds));
    return OK;
}

void home_refresh(struct home *home, struct hub *hub)
{
    struct why why;
    char problem[LOG_VALUE];
    if (hub_write(hub, clock_now(), run_look, home, &why) != OK)
        log_line(LOG_WARN, "homeassistant", "problem=%s", log_value(why.text, problem));
}

void home_clear(struct home *home)
{
    discovery_close(home->discovery);
    poll_close(home->poll);
    home->discovery = NULL;
    home->poll = NULL;
    entities_clear(&home->entities);
}
