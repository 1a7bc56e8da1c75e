#include "bridge/printer/link.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"

/* ---- the session's place in epoll ---- */

static void watch(struct link *link)
{
    int fd = link_session_fd(link->session);
    uint32_t interest = link_session_interest(link->session);
    struct epoll_event event = {.events = interest, .data.ptr = link};
    if (fd < 0 || (fd == link->fd && interest == link->interest))
        return;
    epoll_ctl(link->env->epoll, fd == link->fd ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    link->fd = fd;
    link->interest = interest;
}

/* ---- connecting ---- */

static void open_at(struct link *link, const char *address)
{
    struct why why = {0};
    struct link_env *env = link->env;
    text_copy(link->status.address, sizeof link->status.address, address);
    identity_reset(&link->peer);
    link_show_phase(link, PHASE_OPENING, env->now + env->options.connect_ms);
    if (!link->ctx && identity_context(env->identity, &link->peer, &link->ctx, &why)) {
        link_end_fail(link, LINK_UNREACHABLE, why.text);
        return;
    }
    struct link_session_options options = {
        .address = address,
        .port = link->target.port,
        .serial = link->target.serial,
        .client_id = link->client_id,
        .access_code = link->target.access_code,
        .keepalive_s = env->options.keepalive_s,
        .ctx = link->ctx,
        .on_message = link_up_heard,
        .message_ctx = link,
    };
    enum link_session_end end = link_session_open(&options, &link->session, &why);
    if (end)
        link_end_by(link, end, why.text);
    else
        watch(link);
}

static void look_up(struct link *link)
{
    struct link_env *env = link->env;
    link_show_phase(link, PHASE_RESOLVING, env->now + env->options.connect_ms);
    if (link->asking) /* the resolver still works on it */
        return;
    link->asking = true;
    if (resolve_ask(env->resolve, link->target.printer, link->target.host)) {
        link->asking = false;
        link_end_fail(link, LINK_NAME_NOT_FOUND, "the name cannot be looked up");
    }
}

static void begin(struct link *link)
{
    link_end_session(link);
    link->on_suggested = *link->suggested && link->prefer_suggested;
    if (!link->target.enabled) {
        link_show_phase(link, PHASE_IDLE, INT64_MAX);
        link_show_reason(link, LINK_DISABLED, "");
    } else if (link->on_suggested) {
        open_at(link, link->suggested);
    } else if (resolve_numeric(link->target.host)) {
        open_at(link, link->target.host);
    } else {
        look_up(link);
    }
}

void link_resolved(struct link *link, const struct resolve_answer *answer)
{
    link->asking = false;
    if (link->phase != PHASE_RESOLVING)
        return;
    if (strcmp(answer->host, link->target.host) != 0)
        look_up(link); /* the target changed meanwhile */
    else if (answer->count)
        open_at(link, answer->addresses[link->tries++ % (unsigned)answer->count]);
    else
        link_end_fail(link, LINK_NAME_NOT_FOUND, answer->detail);
}

/* ---- leaving ---- */

void link_left(struct link *link)
{
    link_end_session(link);
    if (link->removing)
        link->gone = true;
    else
        begin(link);
}

static void say_goodbye(struct link *link)
{
    struct link_env *env = link->env;
    if (link->phase == PHASE_LEAVING)
        return;
    if (!link->session || link_session_goodbye(link->session) != SESSION_ALIVE) {
        link_left(link);
        return;
    }
    link_show_phase(link, PHASE_LEAVING, env->now + env->options.close_ms);
    watch(link);
}

void link_leave(struct link *link)
{
    link->removing = true;
    say_goodbye(link);
}

/* ---- wishes ---- */

static void adopt(struct link *link, const struct link_target *target)
{
    size_t len = 0;
    if (strcmp(link->target.host, target->host) != 0)
        link->suggested[0] = 0;
    OPENSSL_cleanse(&link->target, sizeof link->target);
    link->target = *target;
    memset(&link->peer, 0, sizeof link->peer);
    text_copy(link->peer.serial, sizeof link->peer.serial, target->serial);
    link->peer.pinned = *target->pin_sha256 &&
                        text_unhex(link->peer.pin, sizeof link->peer.pin, target->pin_sha256, &len);
    SSL_CTX_free(link->ctx);
    link->ctx = NULL;
    link->failures = link->early = 0;
    link->prefer_suggested = link->spoke = link->doubted = false;
}

static bool same_target(const struct link_target *a, const struct link_target *b)
{
    return a->enabled == b->enabled && a->port == b->port && !strcmp(a->serial, b->serial) &&
           !strcmp(a->host, b->host) && !strcmp(a->access_code, b->access_code) &&
           !strcmp(a->pin_sha256, b->pin_sha256);
}

/* The host was set to the very address that is in use: a move that was told and written down. */
static bool follows_move(struct link *link, const struct link_target *target)
{
    struct link_target here = *target;
    text_copy(here.host, sizeof here.host, link->target.host);
    bool follows = link->phase == PHASE_UP && same_target(&link->target, &here) &&
                   strcmp(target->host, link->status.address) == 0;
    OPENSSL_cleanse(&here, sizeof here);
    if (!follows)
        return false;
    text_copy(link->target.host, sizeof link->target.host, target->host);
    link->suggested[0] = 0;
    link->prefer_suggested = link->on_suggested = false;
    return true;
}

static void retarget(struct link *link, const struct link_target *target)
{
    bool idle = link->phase == PHASE_IDLE || link->phase == PHASE_WAITING;
    bool same = same_target(&link->target, target);
    if ((same && !idle) || follows_move(link, target))
        return;
    if (!same) {
        adopt(link, target);
        link_show_reason(link, LINK_CONNECTING, "");
    }
    say_goodbye(link);
}

static void take_suggestion(struct link *link, const char *address)
{
    if (strcmp(address, link->suggested) == 0 || strcmp(address, link->status.address) == 0 ||
        strcmp(address, link->target.host) == 0)
        return;
    text_copy(link->suggested, sizeof link->suggested, address);
    link->prefer_suggested = link->phase != PHASE_UP;
    if (link->phase == PHASE_WAITING)
        begin(link);
}

static void do_wishes(struct link *link, unsigned wishes)
{
    const struct links_options *o = &link->env->options;
    if (wishes & WISH_FULL)
        link_up_want_full(link, link_up_slow(link) ? o->resync_gap_ms : o->pushall_gap_ms);
    if (wishes & WISH_REFRESH)
        link_up_want_full(link, link_up_slow(link) ? o->refresh_gap_ms : o->pushall_gap_ms);
    if (wishes & WISH_VERSION)
        link_up_want_version(link);
    if ((wishes & WISH_REFUSED) && link->phase == PHASE_UP)
        link_show_reason(link, LINK_COMMANDS_REFUSED, "it takes no commands from the network");
}

void link_take_wishes(struct link *link)
{
    char suggestion[RESOLVE_ADDRESS_SIZE];
    pthread_mutex_lock(link->env->lock);
    unsigned wishes = link->wishes;
    struct link_target target = link->wanted;
    memcpy(suggestion, link->wanted_suggestion, sizeof suggestion);
    link->wishes = 0;
    pthread_mutex_unlock(link->env->lock);
    if (wishes & WISH_REMOVE)
        link_leave(link);
    else if (wishes & WISH_TARGET)
        retarget(link, &target);
    OPENSSL_cleanse(&target, sizeof target);
    if (link->gone)
        return;
    if (wishes & WISH_SUGGEST)
        take_suggestion(link, suggestion);
    do_wishes(link, wishes);
}

/* ---- events and time ---- */

static void went_on(struct link *link, enum link_session_end end)
{
    if (end) {
        link_end_by(link, end, link_session_detail(link->session));
        return;
    }
    if (link->phase == PHASE_OPENING && link_session_subscribed(link->session)) {
        link_up_begin(link);
        link_up_time(link); /* what it asks for leaves with this round */
    }
    link_up_settle(link);
    watch(link);
}

void link_drive(struct link *link, uint32_t events)
{
    if (link->session)
        went_on(link, link_session_drive(link->session, events));
}

void link_tick(struct link *link)
{
    if (link->phase == PHASE_UP)
        went_on(link, link_session_tick(link->session));
}

static void time_out(struct link *link)
{
    if (link_session_connack(link->session) == 0)
        link_end_fail(link, LINK_TIMEOUT, "it did not answer the subscription");
    else if (link_session_secured(link->session))
        link_end_fail(link, LINK_TIMEOUT, "it did not answer after the TLS handshake");
    else
        link_end_fail(link, LINK_TIMEOUT, "no connection within the time");
}

void link_time(struct link *link)
{
    if (link->env->now < link_deadline(link))
        return;
    if (link->phase == PHASE_WAITING)
        begin(link);
    else if (link->phase == PHASE_RESOLVING)
        link_end_fail(link, LINK_NAME_NOT_FOUND, "the name server does not answer");
    else if (link->phase == PHASE_OPENING)
        time_out(link);
    else if (link->phase == PHASE_LEAVING)
        link_left(link);
    else if (link->phase == PHASE_UP)
        link_up_time(link);
    if (link->phase == PHASE_UP)
        watch(link);
}

int64_t link_deadline(const struct link *link)
{
    if (link->phase != PHASE_UP)
        return link->due;
    if (link->version_wanted)
        return 0;
    return link->full_due < link->due ? link->full_due : link->due;
}

/* ---- life ---- */

enum err link_new(struct link_env *env, const struct link_target *target, struct link **ret_link)
{
    uint8_t dice[8];
    char hex[2 * sizeof dice + 1];
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return ERR_NOMEM;
    id_random(dice, sizeof dice);
    text_hex(hex, dice, sizeof dice);
    snprintf(link->client_id, sizeof link->client_id, "filamentd-%s", hex);
    link->env = env;
    link->wanted = *target;
    link->wishes = WISH_TARGET;
    link->fd = -1;
    link->due = link->full_due = INT64_MAX;
    link->status.since = clock_now();
    link->shown = link->status;
    link->target.printer = target->printer;
    *ret_link = link;
    return OK;
}

void link_free(struct link *link)
{
    if (!link)
        return;
    link_end_session(link);
    SSL_CTX_free(link->ctx);
    OPENSSL_cleanse(&link->target, sizeof link->target);
    OPENSSL_cleanse(&link->wanted, sizeof link->wanted);
    free(link);
}
