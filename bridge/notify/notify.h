/*
 * Notifications: a courier for each channel that is configured.
 *
 * Owner: whoever opened it closes it, before the hub; settings are copied, the texts in them are
 * borrowed and must outlive it. Thread: opened and closed by one; couriers have their own.
 */
#ifndef BRIDGE_NOTIFY_NOTIFY_H
#define BRIDGE_NOTIFY_NOTIFY_H

#include "base/err.h"
#include "bridge/notify/channel.h"

struct hub;
struct notify;
struct readers;
struct secret;

struct notify_options {
    struct hub *hub;
    struct readers *readers;
    const struct secret *secret;
    struct channel_settings settings;
};

/* Tells the store which channels are ready; from then on alerts are queued for them. */
enum err notify_open(const struct notify_options *options, struct notify **ret_notify,
                     struct why *why);
void notify_close(struct notify *notify); /* NULL is fine */

#endif
