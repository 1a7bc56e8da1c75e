#include "bridge/homeassistant/discovery_out.h"

#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/homeassistant/discovery_act.h"
#include "bridge/homeassistant/discovery_make.h"

bool discovery_out_send(struct discovery_out *out, const char *topic, const char *text, bool retain)
{
    return mosquitto_publish(out->client, NULL, topic, (int)strlen(text), text, 1, retain) ==
           MOSQ_ERR_SUCCESS;
}

static char *text_of(const json_t *payload)
{
    if (json_is_string(payload))
        return strdup(json_string_value(payload));
    return json_dumps(payload, JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_SORT_KEYS);
}

/* What Home Assistant showed of a device and we no longer have. */
static void drop_components(struct discovery_out *out, const char *topic, const json_t *next)
{
    const char *before = json_string_value(json_object_get(out->published, topic));
    json_auto_t *known = before ? json_loads(before, 0, NULL) : NULL;
    json_auto_t *removal = known ? discovery_make_removal(known, next) : NULL;
    char *text auto_free = removal ? text_of(removal) : NULL;
    if (text)
        discovery_out_send(out, topic, text, true);
}

static void publish_one(struct discovery_out *out, const char *topic, const json_t *payload)
{
    char *text auto_free = text_of(payload);
    const char *before = json_string_value(json_object_get(out->published, topic));
    if (!text || (before && strcmp(before, text) == 0))
        return;
    if (json_object_get(payload, "cmps"))
        drop_components(out, topic, payload);
    if (discovery_out_send(out, topic, text, true))
        json_object_set_new(out->published, topic, json_string(text));
}

/* A printer or a slot that is gone: its retained messages are emptied. */
static void drop_gone(struct discovery_out *out, const json_t *topics)
{
    json_auto_t *gone = json_array();
    const char *topic;
    json_t *value;
    size_t i;
    json_object_foreach (out->published, topic, value)
        if (!json_object_get(topics, topic))
            json_array_append_new(gone, json_string(topic));
    json_array_foreach (gone, i, value)
        if (discovery_out_send(out, json_string_value(value), "", true))
            json_object_del(out->published, json_string_value(value));
}

static void publish_events(struct discovery_out *out)
{
    json_auto_t *events = discovery_act_events(out->act);
    size_t i;
    json_t *event;
    json_array_foreach (events, i, event) {
        char topic[DISCOVERY_TOPIC_SIZE];
        char *text auto_free = text_of(json_object_get(event, "event"));
        const char *printer = json_string_value(json_object_get(event, "printer_id"));
        if (text && printer &&
            snprintf(topic, sizeof topic, "%s/%s/event", out->names->base, printer) <
                (int)sizeof topic)
            discovery_out_send(out, topic, text, false);
    }
}

void discovery_out_publish(struct discovery_out *out)
{
    json_auto_t *topics = discovery_act_topics(out->act, out->names);
    const char *topic;
    json_t *payload;
    if (!topics)
        return;
    json_object_foreach (topics, topic, payload)
        publish_one(out, topic, payload);
    drop_gone(out, topics);
    publish_events(out);
}

/* An announcement of ours says so itself: another program may use the same prefix. */
static bool announces_us(const struct mosquitto_message *message)
{
    json_auto_t *config = json_loadb(message->payload, (size_t)message->payloadlen, 0, NULL);
    const char *origin = json_string_value(json_object_get(json_object_get(config, "o"), "name"));
    return origin && strcmp(origin, "filamentd") == 0;
}

void discovery_out_remember(struct discovery_out *out, const struct mosquitto_message *message)
{
    char own[DISCOVERY_TOPIC_SIZE], device[DISCOVERY_TOPIC_SIZE];
    snprintf(own, sizeof own, "%s/", out->names->base);
    snprintf(device, sizeof device, "%s/device/filamentd_", out->names->prefix);
    bool ours =
        text_starts(message->topic, own) && (text_ends_nocase(message->topic, "/state") ||
                                             text_ends_nocase(message->topic, "/availability"));
    if (!message->payloadlen || json_object_get(out->published, message->topic))
        return;
    if (ours || (text_starts(message->topic, device) && announces_us(message)))
        json_object_set_new(out->published, message->topic,
                            json_stringn(message->payload, (size_t)message->payloadlen));
}
