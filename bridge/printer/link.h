/*
 * One printer's link: which phase it is in, what comes next and when, and why it is so. It owns no
 * thread: the loop of links.c feeds it events, answers of the resolver and the time.
 *
 * Owner: struct links. Thread: the links thread, but for the parts named shared, which belong to
 * whoever holds the lock of the links.
 */
#ifndef BRIDGE_PRINTER_LINK_H
#define BRIDGE_PRINTER_LINK_H

#include <pthread.h>

#include "bridge/printer/link_session.h"
#include "bridge/printer/links.h"
#include "bridge/printer/resolve.h"

enum link_phase {
    PHASE_IDLE,      /* disabled, or stopped until it is set anew */
    PHASE_WAITING,   /* for the next try */
    PHASE_RESOLVING, /* for an address */
    PHASE_OPENING,   /* TCP, TLS, CONNACK, SUBACK */
    PHASE_UP,        /* subscribed */
    PHASE_LEAVING,   /* the goodbye is on its way */
};

/* What others want of a link: set under the lock, taken by the loop. */
enum link_wish {
    WISH_TARGET = 1 << 0,
    WISH_REMOVE = 1 << 1,
    WISH_FULL = 1 << 2,
    WISH_REFRESH = 1 << 3,
    WISH_VERSION = 1 << 4,
    WISH_REFUSED = 1 << 5,
    WISH_SUGGEST = 1 << 6,
};

/* What all links share. */
struct link_env {
    pthread_mutex_t *lock;
    struct links_options options; /* defaults filled in */
    struct link_events events;
    const struct identity *identity;
    struct resolve *resolve;
    int epoll;
    int64_t now;      /* monotonic ms of this round */
    int64_t due;      /* no link has anything to do before; a link lowers it */
    unsigned reports; /* delivered in this round */
    bool stopping;
};

struct link {
    /* Shared. */
    struct link_target wanted;
    unsigned wishes;
    char wanted_suggestion[RESOLVE_ADDRESS_SIZE];
    struct link_status shown;

    /* The loop's own. */
    struct link_env *env;
    struct link_target target;
    struct link_status status;
    enum link_phase phase;
    int64_t due; /* end of the phase, or next try; INT64_MAX: nothing waits */
    struct identity_peer peer;
    SSL_CTX *ctx; /* of this target; NULL before its first connect */
    struct link_session *session;
    int fd; /* registered with epoll; -1: none */
    uint32_t interest;
    char client_id[32];
    int sequence;

    struct resolve_answer addresses; /* of the host, when it is a name */
    char suggested[RESOLVE_ADDRESS_SIZE];
    bool prefer_suggested, on_suggested;
    unsigned tries;    /* rotates the addresses */
    unsigned failures; /* since the last connection that lasted */
    unsigned early;    /* connections in a row that were closed right after they were made */

    int64_t up_at, heard_at; /* of this connection */
    int64_t asked_at;        /* silence was noticed and the printer asked; 0: not */
    bool spoke;              /* since the target was set */
    bool doubted;            /* it was silent for too long, and has not spoken since */
    bool asking;             /* the resolver owes an answer */
    int64_t pushall_at;      /* of the last one; 0: never */
    int64_t full_due;        /* a pushall is wanted, not before; INT64_MAX: none */
    bool version_wanted;
    bool removing; /* once the goodbye is over it is gone */
    bool gone;     /* to be freed at the end of the round */
};

/* ---- link.c: life, wishes, connecting ---- */

enum err link_new(struct link_env *env, const struct link_target *target, struct link **ret_link);
void link_free(struct link *link); /* NULL is fine */

/* Take what was wished for under the lock, and do it. */
void link_take_wishes(struct link *link);
void link_drive(struct link *link, uint32_t events);
void link_resolved(struct link *link, const struct resolve_answer *answer);
/* Do what is due now. */
void link_time(struct link *link);
/* About once a second: keepalive. */
void link_tick(struct link *link);
/* Say goodbye; the link is gone when that is over. */
void link_leave(struct link *link);
/* When link_time has something to do. */
int64_t link_deadline(const struct link *link);
/* The session's goodbye is over: be gone, or begin anew. */
void link_left(struct link *link);

/* ---- link_setup.c: what is given from outside ---- */

/* Normalise and check a target in place. */
enum err link_setup_target(struct link_target *target, struct why *why);
struct links_options link_setup_options(const struct links_options *options); /* with defaults */
void link_setup_files(void); /* raise the limit of open files */

/* ---- link_show.c: phase, reason and status, as others see them ---- */

void link_show(struct link *link);
void link_show_reason(struct link *link, enum link_reason reason, const char *detail);
void link_show_phase(struct link *link, enum link_phase phase, int64_t due);

/* ---- link_end.c: failing, and when to try again ---- */

void link_end_session(struct link *link); /* close it, whatever its state */
void link_end_fail(struct link *link, enum link_reason reason, const char *detail);
void link_end_by(struct link *link, enum link_session_end end, const char *detail);

/* ---- link_up.c: a subscribed link: requests and the watch over its silence ---- */

void link_up_begin(struct link *link);
void link_up_heard(void *link, const void *bytes, size_t len);
void link_up_settle(struct link *link); /* the reason, after messages came */
void link_up_time(struct link *link);
void link_up_want_version(struct link *link);
/* A pushall, not before ${gap_ms} after the last one. */
void link_up_want_full(struct link *link, int gap_ms);
bool link_up_slow(const struct link *link); /* sends deltas, and computes a full report slowly */

#endif
