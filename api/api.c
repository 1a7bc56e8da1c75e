#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/pair.h"
#include "api/routes.h"
#include "api/server.h"
#include "api/state.h"
#include "api/tls.h"
#include "base/auto.h"
#include "base/clock.h"
#include "base/log.h"
#include "bridge/hub.h"
#include "bridge/printer/identity.h"
#include "store/feed.h"
#include "store/keys.h"
#include "store/readers.h"

enum { RELIEF_EVERY_MS = 900, DROP_EVERY_MS = 3600 * 1000, DROP_ROWS = 500 };

static enum err open_tls(struct api *api, const struct api_listener *listeners, size_t count,
                         struct why *why)
{
    const struct api_context *context = &api->context;
    struct tls_options options = {
        .dir = context->tls_dir,
        .cert = context->tls_cert,
        .key = context->tls_key,
        .names = context->hosts,
    };
    for (size_t i = 0; i < count; i++)
        if (listeners[i].tls)
            return tls_open(&options, clock_now(), &api->tls, why);
    return OK;
}

static void close_all(struct api *api)
{
    server_stop(api);
    tls_close(api->tls);
    identity_close(api->identity);
    auth_clear(&api->auth);
    auth_clear(&api->pairing);
    ticket_clear(&api->tickets);
    stream_places_clear(&api->places);
    relief_clear(&api->relief);
    repeat_clear(&api->repeats);
    memo_clear(&api->memo);
    free(api);
}

static enum err open_all(struct api *api, const struct api_listener *listeners, size_t count,
                         struct why *why)
{
    enum err e =
        identity_open(api->context.certs_dir ? api->context.certs_dir : "", &api->identity, why);
    if (e == OK)
        e = open_tls(api, listeners, count, why);
    if (e == OK)
        e = server_start(api, listeners, count, why);
    return e;
}

enum err api_start(const struct api_context *context, const struct api_listener *listeners,
                   size_t count, struct api **ret_api, struct why *why)
{
    struct api *api = calloc(1, sizeof *api);
    if (!api)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    json_object_seed(0);
    ticket_init(&api->tickets);
    stream_places_init(&api->places);
    auth_init(&api->auth);
    auth_init(&api->pairing);
    relief_init(&api->relief, SERVER_THREADS);
    repeat_init(&api->repeats);
    memo_init(&api->memo);
    api->context = *context;
    if (gethostname(api->host, sizeof api->host - 1) != 0)
        api->host[0] = '\0';
    api->names = (struct guard_names){api->host, context->hosts, context->origins};
    enum err e = open_all(api, listeners, count, why);
    if (e == OK)
        *ret_api = api;
    else
        close_all(api);
    return e;
}

struct touch {
    const int64_t *keys;
    size_t count;
};

static enum err run_touch(void *ctx, struct db *db, struct why *why)
{
    const struct touch *touch = ctx;
    enum err e = OK;
    for (size_t i = 0; i < touch->count && e == OK; i++)
        e = keys_touch(db, touch->keys[i], why);
    return e;
}

/* The last use of keys is written once an hour for each, and never in the way of a request. */
static void flush_uses(struct api *api, int64_t now)
{
    struct why why = {0};
    int64_t keys[AUTH_TOUCHES];
    struct touch touch = {keys, auth_take_uses(&api->auth, keys)};
    if (touch.count && hub_write(api->context.hub, now, run_touch, &touch, &why) != OK)
        log_line(LOG_WARN, "keys.touch", "detail=\"%s\"", why.text);
}

static void relieve(struct api *api)
{
    int64_t mono = clock_mono();
    if (mono - api->relieved_at < RELIEF_EVERY_MS)
        return;
    api->relieved_at = mono;
    size_t ended = relief_run(&api->relief, mono);
    if (ended)
        log_line(LOG_WARN, "http.relief", "ended=%zu", ended);
}

static enum err run_drop(void *ctx, struct db *db, struct why *why)
{
    return feed_drop(db, DROP_ROWS, ctx, why);
}

/* Old tombstones go a few at a time, so that no writer waits long. */
static void drop_tombstones(struct api *api, int64_t now)
{
    struct why why = {0};
    int64_t count = 0, mono = clock_mono();
    if (api->drop_at > mono)
        return;
    if (hub_write(api->context.hub, now, run_drop, &count, &why) != OK)
        log_line(LOG_WARN, "feed.drop", "detail=\"%s\"", why.text);
    api->drop_at = mono + (count < DROP_ROWS ? DROP_EVERY_MS : 0);
}

void api_tick(struct api *api, int64_t now)
{
    struct why why = {0};
    relieve(api);
    flush_uses(api, now);
    drop_tombstones(api, now);
    if (api->tls && tls_tick(api->tls, now, &why) != OK)
        log_line(LOG_ERROR, "tls.renew", "detail=\"%s\"", why.text);
}

void api_stop(struct api *api)
{
    if (!api)
        return;
    close_all(api);
}

void api_url(const struct api *api, size_t index, char *ret_url, size_t size)
{
    snprintf(ret_url, size, "%s://%s:%d", api->listeners[index].tls ? "https" : "http",
             api->listeners[index].host, api->listeners[index].port);
}

bool api_base_url(const struct api *api, char *ret_url, size_t size)
{
    return pair_base_url(api, ret_url, size);
}

const char *api_name(const struct api *api)
{
    const char *name = api->context.name ? api->context.name : api->host;
    return *name ? name : "filamentd";
}

static void print_route(const struct route *route)
{
    char methods[64];
    route_method_names(route->methods, methods);
    const char *access = route->flags & ROUTE_SECRET ? "secret" : "public";
    if (route->scopes)
        access = auth_scope_name(route->scopes);
    printf("%s\t%s\t%s\t%s\t%s\n", methods, route->path, access, route->operation, route->doc);
}

void api_print_routes(void)
{
    for (size_t i = 0; i < routes_count; i++)
        for (size_t k = 0; k < routes[i]->count; k++)
            print_route(&routes[i]->rows[k]);
}
