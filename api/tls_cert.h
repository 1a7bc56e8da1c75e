/*
 * A key and a self-signed certificate, made, read and written. Used by api/tls.c alone.
 * Owner: what is returned is the caller's (EVP_PKEY_free, X509_free). Thread: any. Lock: none.
 */
#ifndef API_TLS_CERT_H
#define API_TLS_CERT_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* What a server presents. A zeroed one is empty. */
struct tls_cert {
    X509 *leaf;
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* the intermediates, in the file's order; NULL: none */
};

void tls_cert_free(struct tls_cert *cert); /* its members; an empty one is fine */

EVP_PKEY *tls_cert_new_key(void); /* EC P-256; NULL: the library failed */

/* Self-signed, for localhost, this machine's names and addresses and ${names}; NULL: failed. */
X509 *tls_cert_new(EVP_PKEY *key, const char *const *names, int64_t now, int days);

/* Does it name this machine as it is called now, its LAN addresses of IPv4, and ${names}? (Those of
 * IPv6 change by the day.) */
bool tls_cert_names_us(X509 *leaf, const char *const *names);

/* PEM files: a chain with the leaf first, and its key; may be one file. */
enum err tls_cert_read(const char *cert, const char *key, struct tls_cert *ret_cert,
                       struct why *why);
/* Through a temporary file in the same folder, which is synced and renamed. */
enum err tls_cert_write_key(const char *path, EVP_PKEY *key, struct why *why);
enum err tls_cert_write(const char *path, X509 *leaf, struct why *why);

int64_t tls_cert_begin(const X509 *leaf); /* ms since 1970 */
int64_t tls_cert_end(const X509 *leaf);

#endif
