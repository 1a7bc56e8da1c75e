#include "tests/simulator/link.h"

#include <mosquitto.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/simulator/out.h"

enum { RETRY_MS = 500, KEEPALIVE_S = 30 };

void link_init(struct links *links, struct sim *sim)
{
    memset(links, 0, sizeof *links);
    links->sim = sim;
    mosquitto_lib_init();
}

void link_close(struct links *links)
{
    for (int i = 0; i < links->count; i++) {
        mosquitto_disconnect(links->list[i].client);
        mosquitto_destroy(links->list[i].client);
    }
    links->count = 0;
    mosquitto_lib_cleanup();
}

static void on_connect(struct mosquitto *client, void *ctx, int rc)
{
    struct link *link = ctx;
    char topic[64];
    if (rc != 0) {
        fprintf(stderr, "%s: the broker refuses: %s\n", link->printer->name,
                mosquitto_connack_string(rc));
        return;
    }
    snprintf(topic, sizeof topic, "device/%s/request", link->printer->serial);
    mosquitto_subscribe(client, NULL, topic, 0);
    link->up = true;
    printf("connected %s\n", link->printer->name);
    fflush(stdout);
}

static void on_disconnect(struct mosquitto *client, void *ctx, int rc)
{
    struct link *link = ctx;
    (void)client;
    (void)rc;
    link->up = false;
    link->retry_at = link->links->sim->wall + RETRY_MS;
}

static void on_message(struct mosquitto *client, void *ctx, const struct mosquitto_message *message)
{
    struct link *link = ctx;
    struct sim *sim = link->links->sim;
    (void)client;
    json_t *request = json_loadb(message->payload, (size_t)message->payloadlen, 0, NULL);
    bool silent = link->printer->faults.off || sim->wall < link->printer->faults.silent_until;
    const char *name = silent ? "unheard" : out_answer(sim, link->printer, request);
    if (link->links->requests) {
        fprintf(link->links->requests, "{\"serial\":\"%s\",\"request\":\"%s\"}\n",
                link->printer->serial, name);
        fflush(link->links->requests);
    }
    json_decref(request);
}

static bool split_address(struct link *link, const char *address)
{
    const char *colon = strrchr(address, ':');
    int64_t port;
    if (!colon || !text_to_int(colon + 1, &port) || port < 1 || port > 65535)
        return false;
    link->port = (int)port;
    return text_copy_len(link->host, sizeof link->host, address, (size_t)(colon - address));
}

static void prepare(struct link *link)
{
    char id[64];
    snprintf(id, sizeof id, "simulated-%s", link->printer->serial);
    link->client = mosquitto_new(id, true, link);
    mosquitto_connect_callback_set(link->client, on_connect);
    mosquitto_disconnect_callback_set(link->client, on_disconnect);
    mosquitto_message_callback_set(link->client, on_message);
}

static void try_connect(struct links *links, struct link *link)
{
    link->retry_at = links->sim->wall + RETRY_MS;
    int rc = mosquitto_connect(link->client, link->host, link->port, KEEPALIVE_S);
    if (rc != MOSQ_ERR_SUCCESS)
        link->up = false;
}

void link_add(struct links *links, struct printer *printer)
{
    const char *address = printer->broker[0] ? printer->broker : links->broker;
    struct link *link = &links->list[links->count];
    *link = (struct link){.links = links, .printer = printer};
    if (!address || !split_address(link, address)) {
        fprintf(stderr, "%s: no broker HOST:PORT\n", printer->name);
        return;
    }
    prepare(link);
    links->count++;
    try_connect(links, link);
}

void link_publish(struct links *links, const struct printer *printer, const char *text, size_t len)
{
    char topic[64];
    snprintf(topic, sizeof topic, "device/%s/report", printer->serial);
    for (int i = 0; i < links->count; i++) {
        const struct link *link = &links->list[i];
        if (link->printer == printer && link->up)
            mosquitto_publish(link->client, NULL, topic, (int)len, text, 0, false);
    }
}

int link_polls(struct links *links, struct pollfd *ret_polls)
{
    for (int i = 0; i < links->count; i++) {
        int events = POLLIN | (mosquitto_want_write(links->list[i].client) ? POLLOUT : 0);
        ret_polls[i] =
            (struct pollfd){.fd = mosquitto_socket(links->list[i].client), .events = (short)events};
    }
    return links->count;
}

void link_serve(struct links *links, const struct pollfd *polls, int count)
{
    for (int i = 0; i < count && i < links->count; i++) {
        struct link *link = &links->list[i];
        if (mosquitto_socket(link->client) < 0) {
            if (links->sim->wall >= link->retry_at)
                try_connect(links, link);
            continue;
        }
        if (polls[i].revents & (POLLIN | POLLHUP | POLLERR))
            mosquitto_loop_read(link->client, 1);
        if (mosquitto_want_write(link->client))
            mosquitto_loop_write(link->client, 1);
        mosquitto_loop_misc(link->client);
    }
}

int64_t link_next(const struct links *links)
{
    int64_t next = links->sim->wall + 1000; /* keepalive */
    for (int i = 0; i < links->count; i++) {
        const struct link *link = &links->list[i];
        if (!link->up && link->retry_at < next)
            next = link->retry_at;
    }
    return next;
}
