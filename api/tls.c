#include "api/tls.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/tls_cert.h"
#include "base/auto.h"
#include "base/text.h"

enum { PATH_SIZE = 480, DAY_MS = 86400000, CHECK_MS = 60 * 60 * 1000 };

struct tls {
    pthread_mutex_t lock; /* over cert and key: workers take them while a renewal swaps them */
    X509 *cert;
    EVP_PKEY *key;
    char cert_path[PATH_SIZE], key_path[PATH_SIZE];
    const char *const *names;
    bool own; /* the user's files */
    int64_t checked_at;
    struct timespec file_time; /* of the user's certificate when it was read */
};

static struct timespec time_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_mtim : (struct timespec){0};
}

static void swap(struct tls *tls, X509 *cert, EVP_PKEY *key)
{
    pthread_mutex_lock(&tls->lock);
    X509_free(tls->cert);
    EVP_PKEY_free(tls->key);
    tls->cert = cert;
    tls->key = key;
    pthread_mutex_unlock(&tls->lock);
}

static enum err load(struct tls *tls, struct why *why)
{
    X509 *cert;
    EVP_PKEY *key;
    struct timespec file_time = time_of(tls->cert_path);
    enum err e = tls_cert_read(tls->cert_path, tls->key_path, &cert, &key, why);
    if (e != OK)
        return e;
    tls->file_time = file_time;
    swap(tls, cert, key);
    return OK;
}

/* A new certificate for ${key}, which is taken over. */
static enum err issue(struct tls *tls, EVP_PKEY *key, int64_t now, struct why *why)
{
    X509 *cert = key ? tls_cert_new(key, tls->names, now, TLS_DAYS) : NULL;
    enum err e = cert ? tls_cert_write(tls->cert_path, cert, why)
                      : why_fail(why, ERR_IO, "tls_generate", "tls.dir",
                                 "the certificate could not be made");
    if (e == OK) {
        swap(tls, cert, key);
        return OK;
    }
    X509_free(cert);
    EVP_PKEY_free(key);
    return e;
}

static enum err generate(struct tls *tls, int64_t now, struct why *why)
{
    EVP_PKEY *key = tls_cert_new_key();
    enum err e = key ? tls_cert_write_key(tls->key_path, key, why)
                     : why_fail(why, ERR_IO, "tls_generate", "tls.dir", "no key could be made");
    if (e == OK)
        return issue(tls, key, now, why);
    EVP_PKEY_free(key);
    return e;
}

static enum err renew(struct tls *tls, int64_t now, struct why *why)
{
    if (tls_cert_end(tls->cert) - now > (int64_t)TLS_RENEW_DAYS * DAY_MS)
        return OK;
    EVP_PKEY_up_ref(tls->key);
    return issue(tls, tls->key, now, why);
}

static enum err open_generated(struct tls *tls, const char *dir, int64_t now, struct why *why)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return why_fail(why, ERR_IO, "tls_dir", "tls.dir", "cannot make %s: %s", dir,
                        strerror(errno));
    struct stat info;
    if (stat(tls->key_path, &info) != 0)
        return generate(tls, now, why);
    if (info.st_mode & 077)
        return why_fail(why, ERR_DENIED, "tls_key_mode", "tls.dir",
                        "%s must not be readable by others: chmod 600 it", tls->key_path);
    enum err e = load(tls, why);
    return e == OK ? renew(tls, now, why) : e;
}

enum err tls_open(const struct tls_options *options, int64_t now, struct tls **ret_tls,
                  struct why *why)
{
    struct tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    pthread_mutex_init(&tls->lock, NULL);
    tls->names = options->names;
    tls->own = options->cert != NULL;
    tls->checked_at = now;
    const char *dir = options->dir ? options->dir : "";
    snprintf(tls->cert_path, sizeof tls->cert_path, tls->own ? "%s" : "%s/cert.pem",
             tls->own ? options->cert : dir);
    snprintf(tls->key_path, sizeof tls->key_path, tls->own ? "%s" : "%s/key.pem",
             tls->own ? (options->key ? options->key : options->cert) : dir);
    enum err e = tls->own ? load(tls, why) : open_generated(tls, dir, now, why);
    if (e == OK)
        *ret_tls = tls;
    else
        tls_close(tls);
    return e;
}

void tls_close(struct tls *tls)
{
    if (!tls)
        return;
    X509_free(tls->cert);
    EVP_PKEY_free(tls->key);
    pthread_mutex_destroy(&tls->lock);
    free(tls);
}

static int present(SSL *ssl, void *arg)
{
    struct tls *tls = arg;
    pthread_mutex_lock(&tls->lock);
    bool good = SSL_use_certificate(ssl, tls->cert) == 1 && SSL_use_PrivateKey(ssl, tls->key) == 1;
    pthread_mutex_unlock(&tls->lock);
    return good;
}

enum err tls_attach(struct tls *tls, void *ssl_ctx, struct why *why)
{
    SSL_CTX *ctx = ssl_ctx;
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
        return why_fail(why, ERR_IO, "tls_version", NULL, "TLS 1.2 cannot be set");
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
    if (tls->own && SSL_CTX_use_certificate_chain_file(ctx, tls->cert_path) != 1)
        return why_fail(why, ERR_CORRUPT, "tls_certificate", "tls.cert", "%s cannot be used",
                        tls->cert_path);
    SSL_CTX_set_cert_cb(ctx, present, tls);
    return OK;
}

enum err tls_tick(struct tls *tls, int64_t now, struct why *why)
{
    if (now - tls->checked_at < CHECK_MS && now >= tls->checked_at)
        return OK;
    tls->checked_at = now;
    if (!tls->own)
        return renew(tls, now, why);
    struct timespec file_time = time_of(tls->cert_path);
    bool changed =
        file_time.tv_sec != tls->file_time.tv_sec || file_time.tv_nsec != tls->file_time.tv_nsec;
    return changed ? load(tls, why) : OK;
}

void tls_pin(struct tls *tls, char ret_pin[TLS_PIN_SIZE])
{
    unsigned char *der = NULL;
    uint8_t digest[SHA256_DIGEST_LENGTH] = {0};
    pthread_mutex_lock(&tls->lock);
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(tls->cert), &der);
    pthread_mutex_unlock(&tls->lock);
    if (len > 0)
        SHA256(der, (size_t)len, digest);
    OPENSSL_free(der);
    text_hex(ret_pin, digest, sizeof digest);
}
