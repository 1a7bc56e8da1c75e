/*
 * One request to Home Assistant over a connection that is kept. The token goes to the configured
 * server only: past every proxy, and after no redirection.
 *
 * Owner: struct poll; token, ca_file and stop are borrowed. Thread: the poll thread.
 */
#ifndef BRIDGE_HOMEASSISTANT_POLL_HTTP_H
#define BRIDGE_HOMEASSISTANT_POLL_HTTP_H

#include <stdatomic.h>

#include "base/buf.h"
#include "bridge/curl.h"
#include "bridge/homeassistant/poll.h"

struct poll_http {
    const char *token, *ca_file; /* as in struct poll_options */
    const atomic_bool *stop;     /* ends a request that goes on */
    char url[POLL_URL_SIZE];     /* that paths are added to */
    struct buf answer;
    char detail[CURL_ERROR_SIZE]; /* what went wrong */

    const struct curl *lib;
    CURL *curl; /* NULL: not prepared */
    struct curl_slist *headers;
};

/* Load libcurl and set it up, the first time; after a failure it is tried again. */
enum err poll_http_prepare(struct poll_http *http, struct why *why);
/* ${body}: JSON of a POST; NULL: GET. What came back is in answer. */
enum poll_reason poll_http_request(struct poll_http *http, const char *path, const char *body);
void poll_http_clear(struct poll_http *http);

#endif
