/*
 * The certificate that clients of the REST surface see: the user's own, or one made here on first
 * start (EC P-256, 825 days, the longest that Apple accepts), renewed with the same key, so that a
 * pin of the key survives.
 *
 * Owner: whoever opened it closes it, after the server has stopped.
 * Thread: tls_attach's callback runs on workers, tls_tick on the main thread. Lock: its own.
 */
#ifndef API_TLS_H
#define API_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct tls;

enum {
    TLS_DAYS = 825,
    TLS_RENEW_DAYS = 60, /* before the end */
    TLS_PIN_SIZE = 65,   /* hex of a SHA-256 and its end */
};

struct tls_options {
    const char *dir;          /* of key.pem and cert.pem, made when missing; mode 0700, key 0600 */
    const char *cert, *key;   /* PEM files of the user's own instead; NULL: none */
    const char *const *names; /* further DNS names, NULL-terminated; may be NULL */
};

enum err tls_open(const struct tls_options *options, int64_t now, struct tls **ret_tls,
                  struct why *why);
void tls_close(struct tls *tls); /* NULL is fine */

/* Make ${ssl_ctx} (a server's SSL_CTX) present the certificate, TLS 1.2 or newer. */
enum err tls_attach(struct tls *tls, void *ssl_ctx, struct why *why);

/* Renew what is close to its end (generated) or was replaced on disk (the user's own). */
enum err tls_tick(struct tls *tls, int64_t now, struct why *why);

/* Was the certificate given by the user and signed by somebody else? Then clients can be told to
 * insist on it; with one that they had to trust by hand, that would lock them out at its end. */
bool tls_vouched(struct tls *tls);

/* SHA-256 of the certificate's SubjectPublicKeyInfo, lower-case hex. */
void tls_pin(struct tls *tls, char ret_pin[TLS_PIN_SIZE]);
/* The same of the first certificate in a PEM file. */
enum err tls_pin_file(const char *path, char *ret_pin, struct why *why);

#endif
