#include "bridge/homeassistant/discovery.h"

#include <mosquitto.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/homeassistant/discovery_act.h"
#include "bridge/homeassistant/discovery_make.h"
#include "bridge/homeassistant/discovery_out.h"

enum {
    KEEPALIVE_S = 30,
    ROUND_MS = 250, /* the longest wait for the socket */
    LOOK_MS = 1000, /* between two looks at the store */
    CONNECT_MS = 15000,
    FIRST_RETRY_MS = 1000,
    LAST_RETRY_MS = 60000,
    BIRTH_MS = 3000, /* Home Assistant has just started: everybody answers, so not at once */
    COMMANDS = 32,
};

static const char offline[] = "offline", online[] = "online";

struct discovery {
    struct discovery_options options;
    struct discovery_names names;
    pthread_t thread;
    atomic_bool stop;
    atomic_int state;

    /* The loop's own. */
    struct mosquitto *client;
    bool connected, opening;
    int64_t retry_at, opened_at, looked_at, republish_at; /* monotonic ms */
    int retry_ms;
    struct discovery_out out;
    struct discovery_command commands[COMMANDS]; /* that wait to be carried out */
    size_t command_count;
};

const char *discovery_state_slug(enum discovery_state state)
{
    static const char *const slugs[] = {
        [DISCOVERY_CONNECTING] = "connecting",
        [DISCOVERY_CONNECTED] = "connected",
        [DISCOVERY_UNREACHABLE] = "unreachable",
        [DISCOVERY_REFUSED] = "refused",
    };
    return slugs[state];
}

enum discovery_state discovery_status(struct discovery *discovery)
{
    return (enum discovery_state)atomic_load(&discovery->state);
}

static void set_state(struct discovery *d, enum discovery_state state)
{
    if ((int)state != atomic_exchange(&d->state, (int)state))
        log_line(state == DISCOVERY_CONNECTED ? LOG_INFO : LOG_WARN, "homeassistant.mqtt",
                 "state=%s host=%s port=%d", discovery_state_slug(state), d->options.host,
                 d->options.port);
}

/* ---- publishing ---- */

static void publish_all(struct discovery *d)
{
    char topic[DISCOVERY_TOPIC_SIZE];
    snprintf(topic, sizeof topic, "%s/status", d->names.base);
    discovery_out_send(&d->out, topic, online, true);
    discovery_out_publish(&d->out);
}

/* ---- what comes in; called inside mosquitto_loop_read ---- */

static void subscribe(struct discovery *d)
{
    static const char *const leaves[] = {"set", "confirm", "clear", "threshold", "state"};
    char topic[DISCOVERY_TOPIC_SIZE];
    for (size_t i = 0; i < LEN(leaves); i++) {
        snprintf(topic, sizeof topic, "%s/+/+/%s", d->names.base, leaves[i]);
        mosquitto_subscribe(d->client, NULL, topic, 1);
    }
    snprintf(topic, sizeof topic, "%s/status", d->names.prefix);
    mosquitto_subscribe(d->client, NULL, topic, 1);
    snprintf(topic, sizeof topic, "%s/+/availability", d->names.base);
    mosquitto_subscribe(d->client, NULL, topic, 1);
    snprintf(topic, sizeof topic, "%s/device/+/config", d->names.prefix);
    mosquitto_subscribe(d->client, NULL, topic, 1);
}

static void on_connect(struct mosquitto *client, void *arg, int rc)
{
    struct discovery *d = arg;
    (void)client;
    d->opening = false;
    d->connected = rc == 0;
    if (rc) {
        set_state(d, rc == 4 || rc == 5 ? DISCOVERY_REFUSED : DISCOVERY_UNREACHABLE);
        return;
    }
    set_state(d, DISCOVERY_CONNECTED);
    d->retry_ms = FIRST_RETRY_MS;
    json_object_clear(d->out.published);
    subscribe(d);
    d->republish_at = clock_mono() + ROUND_MS; /* retained announcements of ours come first */
}

static void on_disconnect(struct mosquitto *client, void *arg, int rc)
{
    struct discovery *d = arg;
    (void)client, (void)rc;
    d->connected = d->opening = false;
}

/* What we publish comes back here too, and is no command. */
static void take_command(struct discovery *d, const struct mosquitto_message *message)
{
    struct discovery_command command;
    struct why why;
    if (!discovery_make_command(&d->names, message->topic, &command))
        return;
    const char *payload = message->payloadlen ? message->payload : "";
    enum err e = OK;
    if (d->command_count == COMMANDS)
        e = why_fail(&why, ERR_BUSY, "too_many_commands", NULL,
                     "more than %d commands at once: send it again", COMMANDS);
    else if (!text_copy_len(command.payload, sizeof command.payload, payload,
                            (size_t)message->payloadlen))
        e = why_fail(&why, ERR_TOO_BIG, "command_too_long", NULL, "a command has at most %zu bytes",
                     sizeof command.payload - 1);
    if (e == OK)
        d->commands[d->command_count++] = command;
    else
        discovery_act_refuse(d->out.act, command.printer, &why);
}

/* Up to BIRTH_MS, different for everybody. */
static int64_t spread(void)
{
    uint16_t random;
    id_random(&random, sizeof random);
    return random % BIRTH_MS;
}

/* It has just started and forgotten everything; all that it talks to will answer at once. */
static void greet(struct discovery *d)
{
    json_object_clear(d->out.published);
    d->republish_at = clock_mono() + BIRTH_MS / 2 + spread();
}

static void on_message(struct mosquitto *client, void *arg, const struct mosquitto_message *message)
{
    struct discovery *d = arg;
    char birth[DISCOVERY_TOPIC_SIZE];
    (void)client;
    snprintf(birth, sizeof birth, "%s/status", d->names.prefix);
    bool born = message->payloadlen == (int)strlen(online) &&
                memcmp(message->payload, online, strlen(online)) == 0;
    if (strcmp(message->topic, birth) == 0 && born && !message->retain)
        greet(d);
    else if (message->retain)
        discovery_out_remember(&d->out, message);
    else
        take_command(d, message);
}

/* ---- the loop ---- */

static void connect_broker(struct discovery *d, int64_t mono)
{
    d->opened_at = mono;
    d->retry_at = mono + d->retry_ms;
    d->retry_ms = d->retry_ms * 2 < LAST_RETRY_MS ? d->retry_ms * 2 : LAST_RETRY_MS;
    int rc = mosquitto_connect_async(d->client, d->options.host, d->options.port, KEEPALIVE_S);
    d->opening = rc == MOSQ_ERR_SUCCESS;
    if (!d->opening)
        set_state(d, DISCOVERY_UNREACHABLE);
}

static void lose(struct discovery *d)
{
    if (discovery_status(d) != DISCOVERY_REFUSED)
        set_state(d, DISCOVERY_UNREACHABLE);
    mosquitto_disconnect(d->client);
    d->connected = d->opening = false;
    d->retry_at = clock_mono() + d->retry_ms;
}

/* Until the connection stands, libmosquitto 2.0.11 moves the TLS handshake on in loop_read only. */
static void turn(struct discovery *d)
{
    int fd = mosquitto_socket(d->client);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (d->opening || mosquitto_want_write(d->client))
        wait.events |= POLLOUT;
    int ready = poll(&wait, fd >= 0, ROUND_MS);
    int rc = MOSQ_ERR_SUCCESS;
    if (ready > 0 && ((wait.revents & (POLLIN | POLLERR | POLLHUP)) || d->opening))
        rc = mosquitto_loop_read(d->client, 1);
    if (rc == MOSQ_ERR_SUCCESS && ready > 0 && (wait.revents & POLLOUT))
        rc = mosquitto_loop_write(d->client, 1);
    if (rc == MOSQ_ERR_SUCCESS && fd >= 0)
        rc = mosquitto_loop_misc(d->client);
    bool late = d->opening && clock_mono() - d->opened_at > CONNECT_MS;
    if (fd >= 0 && (rc != MOSQ_ERR_SUCCESS || late))
        lose(d);
}

static void run_commands(struct discovery *d)
{
    for (size_t i = 0; i < d->command_count; i++)
        discovery_act_command(d->out.act, &d->commands[i]);
    if (d->command_count)
        d->looked_at = 0; /* the answer is the state that follows */
    d->command_count = 0;
}

static void look(struct discovery *d, int64_t mono)
{
    if (d->republish_at && mono >= d->republish_at) {
        d->republish_at = 0;
        d->looked_at = mono;
        publish_all(d);
    } else if (!d->republish_at && mono - d->looked_at >= LOOK_MS) {
        d->looked_at = mono;
        if (discovery_act_news(d->out.act))
            discovery_out_publish(&d->out);
    }
}

static void say_goodbye(struct discovery *d)
{
    char topic[DISCOVERY_TOPIC_SIZE];
    if (!d->connected)
        return;
    snprintf(topic, sizeof topic, "%s/status", d->names.base);
    discovery_out_send(&d->out, topic, offline, true);
    for (int i = 0; i < 4 && mosquitto_want_write(d->client); i++)
        mosquitto_loop_write(d->client, 1);
    mosquitto_disconnect(d->client);
    mosquitto_loop_write(d->client, 1);
}

static void *run(void *arg)
{
    struct discovery *d = arg;
    while (!atomic_load(&d->stop)) {
        int64_t mono = clock_mono();
        if (!d->connected && !d->opening && mono >= d->retry_at)
            connect_broker(d, mono);
        turn(d);
        if (!d->connected)
            continue;
        run_commands(d);
        look(d, clock_mono());
    }
    say_goodbye(d);
    return NULL;
}

/* ---- life ---- */

static bool set_up(struct discovery *d)
{
    char topic[DISCOVERY_TOPIC_SIZE];
    const struct discovery_options *options = &d->options;
    static const char system_cas[] = "/etc/ssl/certs";
    mosquitto_lib_init();
    d->client = mosquitto_new(NULL, true, d);
    d->out.client = d->client;
    d->out.names = &d->names;
    d->out.published = json_object();
    if (!d->client || !d->out.published)
        return false;
    snprintf(topic, sizeof topic, "%s/status", d->names.base);
    mosquitto_connect_callback_set(d->client, on_connect);
    mosquitto_disconnect_callback_set(d->client, on_disconnect);
    mosquitto_message_callback_set(d->client, on_message);
    bool good = mosquitto_will_set(d->client, topic, (int)strlen(offline), offline, 1, true) ==
                MOSQ_ERR_SUCCESS;
    if (options->username)
        good &= mosquitto_username_pw_set(d->client, options->username, options->password) ==
                MOSQ_ERR_SUCCESS;
    if (options->tls)
        good &= mosquitto_tls_set(d->client, options->ca_file, options->ca_file ? NULL : system_cas,
                                  NULL, NULL, NULL) == MOSQ_ERR_SUCCESS;
    return good;
}

static void release(struct discovery *d)
{
    if (d->client)
        mosquitto_destroy(d->client);
    json_decref(d->out.published);
    discovery_act_close(d->out.act);
    free(d);
}

enum err discovery_open(const struct discovery_options *options, struct discovery **ret_discovery,
                        struct why *why)
{
    struct discovery *d = calloc(1, sizeof *d);
    if (!d)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    d->options = *options;
    d->names = (struct discovery_names){options->prefix, options->base};
    d->retry_ms = FIRST_RETRY_MS;
    enum err e = discovery_act_open(options->hub, options->readers, &d->out.act, why);
    if (e == OK && !set_up(d))
        e = why_fail(why, ERR_INVALID, "homeassistant_mqtt", "ca_file",
                     "the MQTT client cannot be set up: is ca_file readable?");
    if (e == OK && pthread_create(&d->thread, NULL, run, d) != 0)
        e = why_fail(why, ERR_NOMEM, NULL, NULL, "no thread for MQTT discovery");
    if (e == OK)
        *ret_discovery = d;
    else
        release(d);
    return e;
}

void discovery_close(struct discovery *discovery)
{
    if (!discovery)
        return;
    atomic_store(&discovery->stop, true);
    pthread_join(discovery->thread, NULL);
    release(discovery);
}
