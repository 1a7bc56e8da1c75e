#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "bridge/printer/link.h"

enum { SEQUENCE_MAX = 19999 }; /* from 20000 on the vendor's slicer counts */

/* Serial prefixes of P1P, P1S, A1 mini, A1, A2L: BambuStudio resources/printers. */
static const char *const slow_serials[] = {"01S", "01P", "030", "039", "26A19"};

bool link_up_slow(const struct link *link)
{
    for (size_t i = 0; i < LEN(slow_serials); i++)
        if (text_starts(link->target.serial, slow_serials[i]))
            return true;
    return false;
}

/* ---- requests ---- */

static void request(struct link *link, enum link_request what)
{
    link->sequence = link->sequence % SEQUENCE_MAX + 1;
    link_session_request(link->session, what, link->sequence);
}

static void wake_by(struct link *link, int64_t due)
{
    if (due < link->env->due)
        link->env->due = due;
}

void link_up_want_version(struct link *link)
{
    link->version_wanted = link->phase == PHASE_UP;
    wake_by(link, link->env->now);
}

void link_up_want_full(struct link *link, int gap_ms)
{
    int64_t least = link->env->options.pushall_gap_ms;
    int64_t due = link->pushall_at ? link->pushall_at + (gap_ms > least ? gap_ms : least) : 0;
    if (link->phase != PHASE_UP)
        return; /* the next connection asks for everything anyway */
    if (due < link->full_due)
        link->full_due = due;
    wake_by(link, link->full_due);
}

static void send_wanted(struct link *link)
{
    if (link->version_wanted) {
        link->version_wanted = false;
        request(link, REQUEST_VERSION);
    }
    if (link->full_due <= link->env->now) {
        link->full_due = INT64_MAX;
        link->pushall_at = link->env->now;
        link->status.pushalls++;
        request(link, REQUEST_PUSHALL);
    }
}

/* ---- speaking and silence ---- */

static void rearm(struct link *link)
{
    const struct links_options *o = &link->env->options;
    link->due =
        link->asked_at ? link->asked_at + o->silent_grace_ms : link->heard_at + o->silent_ms;
    wake_by(link, link->due);
}

void link_up_begin(struct link *link)
{
    struct link_env *env = link->env;
    link->up_at = link->heard_at = env->now;
    link->asked_at = 0;
    link->status.connects++;
    link_show_phase(link, PHASE_UP, INT64_MAX);
    rearm(link);
    link_up_want_version(link);
    link_up_want_full(link, 0);
    if (link->on_suggested && env->events.moved)
        env->events.moved(env->events.ctx, link->target.printer, link->suggested);
}

void link_up_heard(void *ctx, const void *bytes, size_t len)
{
    struct link *link = ctx;
    struct link_env *env = link->env;
    link->heard_at = env->now;
    link->asked_at = 0;
    link->spoke = true;
    link->doubted = false;
    link->status.messages++;
    link->status.bytes += len;
    link->status.last_message_at = clock_now();
    if (env->stopping || link->phase == PHASE_LEAVING)
        return;
    env->reports++;
    env->events.report(env->events.ctx, link->target.printer, bytes, len);
}

void link_up_settle(struct link *link)
{
    enum link_reason reason = link->status.reason;
    bool fine = reason == LINK_CONNECTED || reason == LINK_COMMANDS_REFUSED;
    if (link->phase != PHASE_UP)
        return;
    /* Subscribing alone proves neither the serial nor that a silent printer speaks again. */
    if (!fine && !link->doubted)
        link_show_reason(link, LINK_CONNECTED, "");
    else
        link_show(link);
}

/* Silent for long: ask once, in both ways that are known to wake a printer. */
static void ask(struct link *link)
{
    link->asked_at = link->env->now;
    request(link, REQUEST_START);
    link_up_want_full(link, 0);
    if (link->spoke)
        return;
    link->doubted = true;
    link_show_reason(link, LINK_WRONG_SERIAL,
                     "it lets us in, but nothing ever came: is the serial right?");
}

static void give_up(struct link *link)
{
    link->doubted = true;
    if (link->spoke)
        link_end_fail(link, LINK_CONNECTED_SILENT, "it lets us in, but no longer sends anything");
    else
        link_end_fail(link, LINK_WRONG_SERIAL,
                      "it lets us in, but nothing ever came: is the serial right?");
}

void link_up_time(struct link *link)
{
    const struct links_options *o = &link->env->options;
    int64_t now = link->env->now;
    if (link->asked_at && now >= link->asked_at + o->silent_grace_ms) {
        give_up(link);
        return;
    }
    if (!link->asked_at && now >= link->heard_at + o->silent_ms)
        ask(link);
    send_wanted(link);
    rearm(link);
    wake_by(link, link->full_due);
}
