#include "service/listeners.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/auto.h"
#include "service/config.h"

static bool has_ipv6(void)
{
    struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    auto_fd fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const void *address = &here;
    return fd >= 0 && bind(fd, address, sizeof here) == 0;
}

static bool wanted(const struct config_value *value)
{
    bool optional = value->origin == CONFIG_FROM_DEFAULT && value->text[0] == '[';
    return strcmp(value->text, "off") != 0 && !(optional && !has_ipv6());
}

static size_t count_of(const struct config *config, const char *section, const char *key)
{
    size_t at = 0, count = 0;
    while (config_each(config, section, key, &at))
        count++;
    return count;
}

static void add(const struct config *config, const char *section, const char *key,
                struct api_listener like, struct listeners *to)
{
    size_t at = 0;
    for (const struct config_value *value = config_each(config, section, key, &at); value;
         value = config_each(config, section, key, &at)) {
        like.address = value->text;
        if (wanted(value))
            to->list[to->count++] = like;
    }
}

static const char **texts_of(const struct config *config, const char *key)
{
    const char **list = calloc(count_of(config, "server", key) + 1, sizeof *list);
    size_t at = 0, count = 0;
    for (const struct config_value *value = config_each(config, "server", key, &at); list && value;
         value = config_each(config, "server", key, &at))
        list[count++] = value->text;
    return list;
}

enum err listeners_fill(const struct config *config, struct listeners *ret_listeners,
                        struct why *why)
{
    size_t most = count_of(config, "server", "listen") +
                  count_of(config, "server", "https_listen") +
                  count_of(config, "webhook", "listen");
    *ret_listeners = (struct listeners){
        .list = calloc(most + 1, sizeof *ret_listeners->list),
        .hosts = texts_of(config, "allowed_hosts"),
        .origins = texts_of(config, "cors_origin"),
    };
    if (!ret_listeners->list || !ret_listeners->hosts || !ret_listeners->origins) {
        listeners_clear(ret_listeners);
        return why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
    }
    add(config, "server", "listen", (struct api_listener){0}, ret_listeners);
    add(config, "server", "https_listen", (struct api_listener){.tls = true}, ret_listeners);
    ret_listeners->served = ret_listeners->count;
    add(config, "webhook", "listen", (struct api_listener){.webhooks_only = true}, ret_listeners);
    return OK;
}

void listeners_clear(struct listeners *listeners)
{
    free(listeners->list);
    free(listeners->hosts);
    free(listeners->origins);
    *listeners = (struct listeners){0};
}
