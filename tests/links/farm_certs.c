#include "tests/links/farm_certs.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/auto.h"

static X509 *make(const char *cn, EVP_PKEY *key, const X509_NAME *issuer)
{
    static long number;
    X509 *cert = X509_new();
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), ++number);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600 * 24);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                               (const unsigned char *)cn, -1, -1, 0);
    X509_set_issuer_name(cert, issuer ? issuer : X509_get_subject_name(cert));
    X509_set_pubkey(cert, key);
    return cert;
}

void farm_certs_authority(struct farm_authority *ret_authority)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = make("Farm CA", key, NULL);
    X509_EXTENSION *basic = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE");
    X509_add_ext(cert, basic, -1);
    X509_EXTENSION_free(basic);
    if (!X509_sign(cert, key, EVP_sha256()))
        abort();
    *ret_authority = (struct farm_authority){key, cert};
}

X509 *farm_certs_leaf(const struct farm_authority *authority, const char *serial)
{
    X509 *leaf = make(serial, authority->key, X509_get_subject_name(authority->cert));
    if (!X509_sign(leaf, authority->key, EVP_sha256()))
        abort();
    return leaf;
}

void farm_certs_save(const struct farm_authority *authority, const char *path)
{
    auto_file *file = fopen(path, "we");
    if (!file || !PEM_write_X509(file, authority->cert))
        abort();
}
