#include <sys/epoll.h>

#include "base/id.h"
#include "base/text.h"
#include "bridge/printer/link.h"

enum { EARLY_MAX = 3 };

void link_end_session(struct link *link)
{
    if (!link->session)
        return;
    /* libmosquitto may have closed the socket already, and its number may be another link's by
     * now: a closed one has left epoll by itself. */
    if (link->fd >= 0 && link_session_fd(link->session) == link->fd)
        epoll_ctl(link->env->epoll, EPOLL_CTL_DEL, link->fd, NULL);
    link_session_free(link->session);
    link->session = NULL;
    link->fd = -1;
    link->full_due = INT64_MAX;
    link->version_wanted = false;
    link->asked_at = 0;
}

static int64_t with_jitter(int64_t delay)
{
    uint32_t dice = 0;
    id_random(&dice, sizeof dice);
    return delay * 3 / 4 + (int64_t)(dice % (uint32_t)(delay / 2 + 1));
}

static int64_t retry_delay(const struct link *link, enum link_reason reason)
{
    const struct links_options *o = &link->env->options;
    bool slow = reason == LINK_WRONG_ACCESS_CODE;
    int64_t delay = slow ? o->slow_min_ms : o->backoff_min_ms;
    int64_t most = slow ? o->slow_max_ms : o->backoff_max_ms;
    for (unsigned i = 1; i < link->failures && delay < most; i++)
        delay *= 2;
    return with_jitter(delay < most && reason != LINK_CLIENT_LIMIT ? delay : most);
}

static void count_failure(struct link *link, enum link_reason reason)
{
    int64_t lasted = link->phase == PHASE_UP ? link->env->now - link->up_at : 0;
    bool first_refusal = reason == LINK_WRONG_ACCESS_CODE && link->status.reason != reason;
    if (first_refusal || lasted >= link->env->options.early_close_ms)
        link->failures = 0;
    link->failures++;
    link->status.failures++;
}

void link_end_fail(struct link *link, enum link_reason reason, const char *detail)
{
    char text[IDENTITY_DETAIL_SIZE];
    text_copy(text, sizeof text, detail); /* it may live in the session */
    count_failure(link, reason);
    link_end_session(link);
    /* The next try is the other address's turn. */
    link->prefer_suggested = *link->suggested && !link->prefer_suggested;
    if (reason == LINK_CERTIFICATE_CHANGED)
        link_show_phase(link, PHASE_IDLE, INT64_MAX);
    else
        link_show_phase(link, PHASE_WAITING, link->env->now + retry_delay(link, reason));
    link_show_reason(link, reason, text);
}

/* A suggestion is a rumour: where the peer is another one, forget it, and say nothing. */
static void forget_suggestion(struct link *link)
{
    link->suggested[0] = 0;
    link->prefer_suggested = link->on_suggested = false;
    link_end_session(link);
    link_show_phase(link, PHASE_WAITING, link->env->now + link->env->options.backoff_min_ms);
}

static void fail_handshake(struct link *link, const char *detail)
{
    const struct identity_peer *peer = &link->peer;
    bool judged = peer->seen && !peer->accepted;
    if (judged && link->on_suggested)
        forget_suggestion(link);
    else if (judged)
        link_end_fail(link, peer->reason, peer->detail);
    else
        link_end_fail(link, LINK_UNREACHABLE, detail);
}

static void fail_rejected(struct link *link, const char *detail)
{
    int code = link_session_connack(link->session);
    if (code == 4 || code == 5)
        link_end_fail(link, LINK_WRONG_ACCESS_CODE, "the printer refuses the access code");
    else if (code == 2 || code == 3)
        link_end_fail(link, LINK_CLIENT_LIMIT, "the printer takes no more clients");
    else
        link_end_fail(link, LINK_UNREACHABLE, detail);
}

static void fail_closed(struct link *link, const char *detail)
{
    int64_t lasted = link->phase == PHASE_UP ? link->env->now - link->up_at : 0;
    bool early = link_session_secured(link->session) && lasted < link->env->options.early_close_ms;
    link->early = early ? link->early + 1 : 0;
    if (link->early >= EARLY_MAX)
        link_end_fail(link, LINK_CLIENT_LIMIT,
                      "the printer closes each connection right after it was made");
    else
        link_end_fail(link, LINK_UNREACHABLE, detail);
}

void link_end_by(struct link *link, enum link_session_end end, const char *detail)
{
    if (link->phase == PHASE_LEAVING)
        link_left(link);
    else if (end == SESSION_HANDSHAKE)
        fail_handshake(link, detail);
    else if (end == SESSION_REJECTED)
        fail_rejected(link, detail);
    else if (end == SESSION_CLOSED)
        fail_closed(link, detail);
    else if (end == SESSION_UNSUBSCRIBED)
        link_end_fail(link, LINK_WRONG_SERIAL, "the printer has no reports of that serial");
    else
        link_end_fail(link, LINK_UNREACHABLE, detail);
}
