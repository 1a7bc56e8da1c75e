/*
 * Home Assistant asked now and then: one POST /api/template over a connection that is kept, or,
 * where the token may not render templates, one GET for each configured entity. What it reads goes
 * the way of webhooks.
 *
 * Owner: whoever opened it closes it; options are borrowed and must outlive it.
 * Thread: a thread of its own; poll_status from any. The token goes to the configured server only,
 * over verified TLS where the URL says https; it is never logged.
 */
#ifndef BRIDGE_HOMEASSISTANT_POLL_H
#define BRIDGE_HOMEASSISTANT_POLL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct entities;
struct hub;
struct poll;

enum {
    POLL_DETAIL_SIZE = 160,
    POLL_URL_SIZE = 300,
    POLL_MOST_BYTES = 4 * 1024 * 1024,
    POLL_LONGEST_PAUSE_S = 600
};

struct poll_options {
    struct hub *hub;
    const struct entities *entities;
    const char *token;   /* long-lived access token; NULL: it is never asked */
    const char *ca_file; /* PEM; NULL: the system's */
};

enum poll_reason {
    POLL_OFF,      /* no URL, no token, or no seconds between two polls */
    POLL_STARTING, /* configured, and not answered yet */
    POLL_OK,
    POLL_UNREACHABLE,
    POLL_TLS,         /* its certificate does not verify */
    POLL_WRONG_TOKEN, /* 401 */
    POLL_FORBIDDEN,   /* 403: the token is no administrator's, and no entity is configured */
    POLL_NOT_FOUND,   /* 404: this is no Home Assistant */
    POLL_BAD_ANSWER,  /* something else, or no JSON */
};

struct poll_status {
    enum poll_reason reason;
    int64_t since;      /* ms: this reason */
    int64_t last_ok_at; /* ms; 0 never */
    char detail[POLL_DETAIL_SIZE];
};

enum err poll_open(const struct poll_options *options, struct poll **ret_poll, struct why *why);
/* ${url}: http(s)://host:port without a slash at the end; NULL: off. ${seconds}: between two polls,
 * doubled after each failure up to ten minutes; 0: off. The same again changes nothing. */
void poll_configure(struct poll *poll, const char *url, int seconds);
void poll_close(struct poll *poll); /* NULL is fine; waits for a request under way to be cut */
void poll_status(struct poll *poll, struct poll_status *ret_status);
const char *poll_reason_slug(enum poll_reason reason);

#endif
