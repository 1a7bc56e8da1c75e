#include "service/daemon.h"

#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/fetch.h"
#include "bridge/hub.h"
#include "bridge/printer/secret.h"
#include "service/cmd_key.h"
#include "service/commands.h"
#include "service/config.h"
#include "service/declared.h"
#include "service/defaults.h"
#include "service/home.h"
#include "service/listeners.h"
#include "service/listening.h"
#include "service/load.h"
#include "service/lock.h"
#include "service/push.h"
#include "service/reach.h"
#include "service/upkeep.h"
#include "service/watch.h"
#include "store/db.h"
#include "store/keys.h"
#include "store/migrate.h"
#include "store/readers.h"

enum { TICK_MS = 1000, SHORTEST_MS = 20, LOOK_MS = 900, TRIM_MS = 20000, URL_SIZE = 300 };

struct daemon {
    struct command_context *context;
    int lock;
    struct secret *secret;
    struct hub *hub;
    struct readers *readers; /* for the API, couriers and discovery */
    struct reach *reach;
    struct watch *watch;
    int64_t looked_at;  /* last reach_refresh, monotonic */
    int64_t trimmed_at; /* last return of free memory to the system, monotonic */
    struct upkeep upkeep;
    struct listeners listeners;
    struct home home;
    char tls_dir[COMMANDS_PATH + 8];
    struct api *api;
    struct push *push;
};

static enum log_level level_of(const struct config *config)
{
    static const struct {
        const char *name;
        enum log_level level;
    } levels[] = {
        {"error", LOG_ERROR}, {"warn", LOG_WARN}, {"info", LOG_INFO}, {"debug", LOG_DEBUG}};
    const char *name = config_text(config, "server", "log_level");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(levels[i].name, name) == 0)
            return levels[i].level;
    return LOG_INFO;
}

static enum err open_store(struct daemon *daemon, struct why *why)
{
    struct command_context *context = daemon->context;
    const struct hub_options options = {.ask_full = reach_ask_full,
                                        .note_refused = reach_note_refused,
                                        .job_changed = reach_job_changed,
                                        .ctx = &daemon->reach};
    struct db *writer = NULL;
    enum err e = load_state_dir(context, why);
    if (e == OK)
        e = lock_take(context->state_dir, &daemon->lock, why);
    if (e == OK)
        e = secret_open(context->state_dir, &daemon->secret, why);
    if (e == OK)
        e = migrate_open(context->database, &writer, why);
    if (e == OK)
        e = hub_open(writer, &options, &daemon->hub, why);
    if (e != OK && !daemon->hub)
        db_close(writer);
    return e ? e : readers_open(context->database, &daemon->readers, why);
}

static enum err run_defaults(void *ctx, struct db *db, struct why *why)
{
    const struct config *config = ctx;
    return defaults_configure(db, config, why);
}

static enum err apply_config(struct daemon *daemon, struct config *config, struct why *why)
{
    log_setup(level_of(config));
    enum err e = hub_write(daemon->hub, clock_now(), run_defaults, config, why);
    if (e == OK)
        e = declared_apply(daemon->hub, config, daemon->secret, daemon->context->state_dir, why);
    return e;
}

static enum err open_reach(struct daemon *daemon, struct why *why)
{
    const struct config *config = daemon->context->config;
    struct reach_options options = {
        .hub = daemon->hub,
        .secret = daemon->secret,
        .certs_dir = config_text(config, "printers", "certs_dir"),
        .state_dir = daemon->context->state_dir,
        .discovery = config_bool(config, "printers", "discovery"),
    };
    enum err e = reach_open(&options, &daemon->reach, why);
    if (e == OK)
        reach_refresh(daemon->reach);
    int64_t away_s = config_int(config, "printers", "unreachable_after");
    return e ? e : watch_open(daemon->hub, away_s * 1000, &daemon->watch, why);
}

static enum err open_push(struct daemon *daemon, struct why *why)
{
    const struct push_options options = {
        .config = daemon->context->config,
        .hub = daemon->hub,
        .secret = daemon->secret,
        .readers = daemon->readers,
        .state_dir = daemon->context->state_dir,
    };
    return push_open(&options, &daemon->push, why);
}

static enum err start_push(struct daemon *daemon, struct why *why)
{
    char url[URL_SIZE];
    api_base_url(daemon->api, url, sizeof url);
    return push_start(daemon->push, url, why);
}

static enum err open_api(struct daemon *daemon, struct why *why)
{
    const struct config *config = daemon->context->config;
    enum err e = listeners_fill(config, &daemon->listeners, why);
    if (e == OK)
        e = home_fill(config, &daemon->home, why);
    if (e == OK)
        e = home_open(&daemon->home, config, daemon->hub, daemon->readers, why);
    if (e != OK)
        return e;
    snprintf(daemon->tls_dir, sizeof daemon->tls_dir, "%s/tls", daemon->context->state_dir);
    struct api_context context = {
        .hub = daemon->hub,
        .links = reach_links(daemon->reach),
        .discover = reach_discover(daemon->reach),
        .fetch = reach_fetch(daemon->reach),
        .state_dir = daemon->context->state_dir,
        .secret = daemon->secret,
        .readers = daemon->readers,
        .database = daemon->context->database,
        .tls_dir = daemon->tls_dir,
        .external_url = config_text(config, "server", "external_url"),
        .ios_app_id = config_text(config, "server", "ios_app_id"),
        .tls_cert = config_text(config, "server", "tls_certificate"),
        .tls_key = config_text(config, "server", "tls_key"),
        .name = config_text(config, "server", "name"),
        .hosts = daemon->listeners.hosts,
        .origins = daemon->listeners.origins,
        .webpush_key = push_webpush_key(daemon->push),
        .webhook_secrets = daemon->home.secrets,
        .poll = daemon->home.poll,
        .entities = &daemon->home.entities,
        .certs_dir = config_text(config, "printers", "certs_dir"),
        .require_if_match = config_bool(config, "server", "require_if_match"),
    };
    e = api_start(&context, daemon->listeners.list, daemon->listeners.count, &daemon->api, why);
    for (size_t i = daemon->listeners.served; e == OK && i < daemon->listeners.count; i++) {
        char url[192];
        api_url(daemon->api, i, url, sizeof url);
        log_line(LOG_INFO, "webhooks", "url=%s", url);
    }
    return e;
}

/* For commands that run beside this daemon. */
static enum err tell_where(const struct daemon *daemon, struct why *why)
{
    auto_buf urls = {0};
    char url[192];
    for (size_t i = 0; daemon_url(daemon, i, url, sizeof url); i++)
        buf_format(&urls, "%s\n", url);
    if (urls.failed)
        return why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
    return listening_write(daemon->context->state_dir, urls.data, why);
}

enum err daemon_open(struct command_context *context, struct daemon **ret_daemon, struct why *why)
{
    struct daemon *daemon = calloc(1, sizeof *daemon);
    if (!daemon)
        return why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
    daemon->context = context;
    daemon->lock = -1;
    enum err e = open_store(daemon, why);
    if (e == OK)
        e = apply_config(daemon, context->config, why);
    if (e == OK)
        e = open_reach(daemon, why);
    if (e == OK)
        e = open_push(daemon, why);
    if (e == OK)
        e = open_api(daemon, why);
    if (e == OK)
        e = start_push(daemon, why);
    if (e == OK)
        e = tell_where(daemon, why);
    if (e != OK) {
        daemon_close(daemon);
        return e;
    }
    *ret_daemon = daemon;
    return OK;
}

void daemon_close(struct daemon *daemon)
{
    if (!daemon)
        return;
    if (daemon->api)
        listening_remove(daemon->context->state_dir);
    push_stop(daemon->push);
    if (daemon->hub)
        hub_refuse(daemon->hub);
    api_stop(daemon->api);
    push_close(daemon->push);
    watch_close(daemon->watch);
    reach_close(daemon->reach);
    home_clear(&daemon->home);
    readers_close(daemon->readers);
    hub_close(daemon->hub);
    secret_close(daemon->secret);
    listeners_clear(&daemon->listeners);
    lock_release(daemon->lock);
    free(daemon);
}

void daemon_tick(struct daemon *daemon, int64_t now)
{
    int64_t mono = clock_mono();
    hub_tick(daemon->hub, now);
    if (mono - daemon->looked_at >= LOOK_MS) {
        reach_refresh(daemon->reach);
        watch_tick(daemon->watch, daemon->reach, now);
        home_refresh(&daemon->home, daemon->hub);
        daemon->looked_at = mono;
    }
    readers_tick(daemon->readers, mono);
    fetch_tick(reach_fetch(daemon->reach), now);
    api_tick(daemon->api, now);
    upkeep_tick(&daemon->upkeep, daemon->hub, daemon->context->database, mono, now);
    if (mono - daemon->trimmed_at >= TRIM_MS) {
        malloc_trim(0); /* what a long list or a start took */
        daemon->trimmed_at = mono;
    }
}

int daemon_pause(struct daemon *daemon, int64_t now)
{
    int64_t due = hub_deadline(daemon->hub);
    if (due >= now + TICK_MS)
        return TICK_MS;
    return due <= now + SHORTEST_MS ? SHORTEST_MS : (int)(due - now);
}

/* What a running daemon cannot take up. */
static void warn_of_restart(const struct config *before, const struct config *after)
{
    enum { TAKEN_UP = CONFIG_API | CONFIG_NAMED | CONFIG_RELOAD };
    for (const struct config_key *row = config_keys; row->section; row++)
        if (!(row->flags & TAKEN_UP) && !config_same(before, after, row->section, row->key))
            log_line(LOG_WARN, "reload", "key=%s.%s problem=\"takes effect after a restart\"",
                     row->section, row->key);
}

void daemon_reload(struct daemon *daemon)
{
    struct command_context again = *daemon->context;
    struct why why;
    again.config = NULL;
    enum err e = load_sources(&again, &why);
    size_t count = e == OK ? config_problem_count(again.config) : 0;
    for (size_t i = 0; i < count; i++)
        log_line(LOG_ERROR, "reload", "problem=\"%s\"", config_problem(again.config, i));
    if (e == OK && count == 0) {
        warn_of_restart(daemon->context->config, again.config);
        e = apply_config(daemon, again.config, &why);
    }
    if (e != OK)
        log_line(LOG_ERROR, "reload", "problem=\"%s\"", why.text);
    else if (count == 0)
        log_line(LOG_INFO, "reload", "result=done");
    config_free(again.config);
}

static enum err run_first_key(void *ctx, struct db *db, struct why *why)
{
    json_auto_t *args = json_pack("{s:s, s:[s]}", "name", "first", "scopes", "admin");
    return keys_count(db) ? OK : keys_create(db, args, ctx, why);
}

enum err daemon_first_key(struct daemon *daemon, char **ret_key, struct why *why)
{
    json_auto_t *row = NULL;
    enum err e = hub_write(daemon->hub, clock_now(), run_first_key, &row, why);
    *ret_key = row ? strdup(json_string_value(json_object_get(row, "key"))) : NULL;
    return e || !row || *ret_key ? e : why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
}

bool daemon_url(const struct daemon *daemon, size_t index, char *ret_url, size_t size)
{
    if (index >= daemon->listeners.served)
        return false;
    api_url(daemon->api, index, ret_url, size);
    return true;
}

void daemon_status(const struct daemon *daemon, char *ret_text, size_t size)
{
    size_t connected, links = reach_count(daemon->reach, &connected);
    snprintf(ret_text, size, "%zu printer%s, %zu connected", links, links == 1 ? "" : "s",
             connected);
}
