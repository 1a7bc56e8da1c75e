/*
 * A key and a self-signed certificate, made, read and written. Used by api/tls.c alone.
 * Owner: what is returned is the caller's (EVP_PKEY_free, X509_free). Thread: any. Lock: none.
 */
#ifndef API_TLS_CERT_H
#define API_TLS_CERT_H

#include <openssl/types.h>
#include <stdint.h>

#include "base/err.h"

EVP_PKEY *tls_cert_new_key(void); /* EC P-256; NULL: the library failed */

/* Self-signed, for localhost, this machine's names and addresses and ${names}; NULL: failed. */
X509 *tls_cert_new(EVP_PKEY *key, const char *const *names, int64_t now, int days);

enum err tls_cert_read(const char *cert, const char *key, X509 **ret_cert, EVP_PKEY **ret_key,
                       struct why *why);
/* Through a temporary file in the same folder, which is synced and renamed. */
enum err tls_cert_write_key(const char *path, EVP_PKEY *key, struct why *why);
enum err tls_cert_write(const char *path, X509 *cert, struct why *why);

int64_t tls_cert_end(const X509 *cert); /* ms since 1970 */

#endif
