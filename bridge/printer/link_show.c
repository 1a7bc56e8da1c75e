#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "bridge/printer/link.h"

void link_show(struct link *link)
{
    text_hex(link->status.seen_sha256, link->peer.spki, sizeof link->peer.spki);
    if (!link->peer.seen)
        link->status.seen_sha256[0] = 0;
    pthread_mutex_lock(link->env->lock);
    link->shown = link->status;
    pthread_mutex_unlock(link->env->lock);
}

void link_show_reason(struct link *link, enum link_reason reason, const char *detail)
{
    struct link_env *env = link->env;
    bool changed = link->status.reason != reason;
    link->status.reason = reason;
    text_copy(link->status.detail, sizeof link->status.detail, detail);
    if (changed)
        link->status.since = clock_now();
    link_show(link);
    if (changed && env->events.state && !env->stopping)
        env->events.state(env->events.ctx, link->target.printer, reason, link->status.detail);
}

void link_show_phase(struct link *link, enum link_phase phase, int64_t due)
{
    link->phase = phase;
    link->due = due;
    link->status.connected = phase == PHASE_UP;
    link->status.retry_at = phase == PHASE_WAITING ? clock_now() + (due - link->env->now) : 0;
    if (due < link->env->due)
        link->env->due = due;
    link_show(link);
}
