/*
 * Certificates made on the spot: one authority, leaves for any serial, all with one key.
 * Owner: the caller; nothing is freed before the process ends. Thread: one.
 */
#ifndef TESTS_LINKS_FARM_CERTS_H
#define TESTS_LINKS_FARM_CERTS_H

#include <openssl/x509.h>

struct farm_authority {
    EVP_PKEY *key;
    X509 *cert;
};

void farm_certs_authority(struct farm_authority *ret_authority);
X509 *farm_certs_leaf(const struct farm_authority *authority, const char *serial);
/* Write the authority's certificate as PEM. */
void farm_certs_save(const struct farm_authority *authority, const char *path);

#endif
