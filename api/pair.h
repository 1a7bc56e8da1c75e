/*
 * What a device that pairs is told: where this daemon is reached over TLS, the pin of its key, and
 * the link that holds both with the code. The link's fragment never travels to a server:
 *
 *   https://HOST:PORT/pair#v=1&u=<url>&u=<url>&fp=<base64url SHA-256 of the SPKI>&c=<code>
 *
 * Owner: what is returned is the caller's. Thread: any. Lock: none.
 */
#ifndef API_PAIR_H
#define API_PAIR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct api;
struct buf;

enum {
    PAIR_URLS = 6, /* so that the QR code stays easy to read */
    PAIR_FINGERPRINT_SIZE = 44,
};

/* Where something listens: an address as in a URL, "0.0.0.0" and "[::]" for all of them. */
struct pair_endpoint {
    const char *host;
    int port;
};

/* True for all addresses, and for one that other machines reach. */
bool pair_is_lan(const char *host);

/* The URLs under which others reach ${list}: for all addresses those of the LAN and NAME.local.
 * Loopback is named only where there is nothing else. NULL: no memory. */
json_t *pair_urls(const struct pair_endpoint *list, size_t count);

/* Of tls_pin's hex, or "" for no hex. */
void pair_fingerprint(const char *pin, char ret_fingerprint[PAIR_FINGERPRINT_SIZE]);

/* The link; ${urls} holds one at least. */
void pair_link(const json_t *urls, const char *fingerprint, const char *code, struct buf *out);

/* {urls, fingerprint} of a running server; ERR_CONFLICT no_https where it has no TLS listener. */
enum err pair_server(const struct api *api, json_t **ret, struct why *why);

/* The one URL under which phones reach a running server: the configured one, else its first HTTPS
 * listener on the LAN, else its first one. False: there is none that fits. */
bool pair_base_url(const struct api *api, char *ret_url, size_t size);

#endif
