#include "bridge/notify/notify.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/clock.h"
#include "bridge/hub.h"
#include "bridge/notify/courier.h"
#include "store/deliveries.h"

enum { CHANNELS = 16 };

struct notify {
    struct notify_options options;
    struct courier *couriers[CHANNELS];
    size_t count;
    const char *names[CHANNELS];
};

static enum err run_channels(void *ctx, struct db *db, struct why *why)
{
    const struct notify *notify = ctx;
    return deliveries_channels(db, notify->names, notify->count, why);
}

static enum err open_courier(struct notify *notify, const struct channel *channel, size_t index,
                             struct why *why)
{
    const struct courier_options options = {
        .hub = notify->options.hub,
        .readers = notify->options.readers,
        .secret = notify->options.secret,
        .channel = channel,
        .settings = &notify->options.settings,
    };
    return courier_open(&options, &notify->couriers[index], why);
}

enum err notify_open(const struct notify_options *options, struct notify **ret_notify,
                     struct why *why)
{
    const struct channel *ready[CHANNELS] = {0};
    struct notify *notify = calloc(1, sizeof *notify);
    if (!notify)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    notify->options = *options;
    for (size_t i = 0; channel_all[i] && notify->count < CHANNELS; i++)
        if (channel_all[i]->ready(&notify->options.settings)) {
            ready[notify->count] = channel_all[i];
            notify->names[notify->count++] = channel_all[i]->name;
        }
    enum err e = hub_write(options->hub, clock_now(), run_channels, notify, why);
    for (size_t i = 0; e == OK && i < notify->count; i++)
        e = open_courier(notify, ready[i], i, why);
    if (e == OK)
        *ret_notify = notify;
    else
        notify_close(notify);
    return e;
}

void notify_close(struct notify *notify)
{
    if (!notify)
        return;
    for (size_t i = 0; i < notify->count; i++)
        courier_close(notify->couriers[i]);
    free(notify);
}
