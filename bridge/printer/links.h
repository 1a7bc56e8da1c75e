/*
 * The links to all printers: one thread with one epoll loop drives one MQTT connection for each
 * printer, keeps it alive, and hands every report over as it came.
 *
 * Towards a printer only three requests exist: pushing.pushall, info.get_version, pushing.start.
 * Protocol facts: OpenBambuAPI mqtt.md; ha-bambulab pybambu; BambuStudio DeviceManager.
 *
 * Owner: whoever opened the links closes them; texts are copied.
 * Thread: functions may be called from any thread, also from within the callbacks, except
 * links_close. Callbacks run on the links thread, without a lock of the links held; `report` runs
 * inside libmosquitto, so it must not wait for another link.
 */
#ifndef BRIDGE_PRINTER_LINKS_H
#define BRIDGE_PRINTER_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bridge/printer/identity.h"
#include "bridge/printer/link_probe.h"
#include "bridge/printer/link_reason.h"

struct links;

enum { LINKS_HOST_SIZE = 256, LINKS_CODE_SIZE = 64, LINKS_PORT = 8883 };

struct link_events {
    void *ctx;
    /* Bytes of one message, untouched: maybe no JSON, maybe no UTF-8. They die on return. */
    void (*report)(void *ctx, int64_t printer, const void *bytes, size_t len);
    /* After a round of the loop that delivered reports: the place to commit them in one group. */
    void (*round_end)(void *ctx);
    /* The reason changed. May be NULL. */
    void (*state)(void *ctx, int64_t printer, enum link_reason reason, const char *detail);
    /* The printer was found, and proved its identity, at another address than the configured one
     * (see links_suggest). May be NULL. */
    void (*moved)(void *ctx, int64_t printer, const char *host);
};

struct link_target {
    int64_t printer; /* row id; names the link in every call */
    bool enabled;
    char serial[IDENTITY_SERIAL_SIZE];
    char host[LINKS_HOST_SIZE]; /* name or address */
    int port;                   /* 0: 8883 */
    char access_code[LINKS_CODE_SIZE];
    char pin_sha256[IDENTITY_SHA256_TEXT]; /* hex of the leaf's SPKI; "": the chain decides */
};

/* Milliseconds; 0 means the default in brackets. Tests shorten them. */
struct links_options {
    const char *certs_dir;
    int connect_ms;      /* [10 s] TCP, TLS, CONNACK, SUBACK together */
    int backoff_min_ms;  /* [1 s] first retry, doubling */
    int backoff_max_ms;  /* [30 s] */
    int slow_min_ms;     /* [2 min] first retry after a wrong code, doubling */
    int slow_max_ms;     /* [10 min] */
    int silent_ms;       /* [60 s] without a message: ask once */
    int silent_grace_ms; /* [30 s] then still nothing: reconnect */
    int pushall_gap_ms;  /* [3 s] between any two pushall to one printer */
    int resync_gap_ms;   /* [60 s] between two pushall asked for by links_request_full */
    int refresh_gap_ms;  /* [5 min] asked for by links_request_refresh, printers that send deltas */
    int early_close_ms;  /* [5 s] a connection that is closed within it counts for client_limit */
    int close_ms;        /* [1 s] longest wait of links_close for clean goodbyes */
    int keepalive_s;     /* [15] seconds, at least 5 */
};

/* ${events} is copied. Raises the limit of open files as far as the system lets us. */
enum err links_open(const struct links_options *options, const struct link_events *events,
                    struct links **ret_links, struct why *why);
/* Says goodbye to every printer and joins the thread. No callback runs after it. NULL is fine. */
void links_close(struct links *links);

/* Add a link or change it: a change reconnects. The same target again changes nothing, but a link
 * that stopped or waits tries at once. */
enum err links_set(struct links *links, const struct link_target *target, struct why *why);
void links_remove(struct links *links, int64_t printer);

/* The state kept of it may miss something: ask for everything, soon (paced by resync_gap_ms). */
void links_request_full(struct links *links, int64_t printer);
/* Someone would like fresh values: paced by refresh_gap_ms where the printer is slow. */
void links_request_refresh(struct links *links, int64_t printer);
/* Ask for the list of modules (again): the answer is sometimes incomplete. */
void links_request_version(struct links *links, int64_t printer);
/* The printer answered that it refuses commands: shown as commands_refused while connected. */
void links_note_refused(struct links *links, int64_t printer);
/* Discovery saw ${serial} at ${host}: tried in turn with the configured host while that one does
 * not answer, and used only after the certificate proved it. */
void links_suggest(struct links *links, const char *serial, const char *host);

struct link_status {
    enum link_reason reason;                /* while reconnecting: why the last connection ended */
    bool connected;                         /* MQTT session is up and subscribed */
    int64_t since;                          /* of the reason; ms since 1970 */
    int64_t retry_at;                       /* next try, ms since 1970; 0: none is waiting */
    int64_t last_message_at;                /* ms since 1970; 0: none yet */
    char address[64];                       /* numeric address last used; "" before the first try */
    char seen_sha256[IDENTITY_SHA256_TEXT]; /* of the last peer's SPKI; "" before the first */
    char detail[IDENTITY_DETAIL_SIZE];
    uint64_t connects, failures, messages, bytes, pushalls;
};

bool links_status(struct links *links, int64_t printer, struct link_status *ret_status);

#endif
