#include "api/tls.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/tls_cert.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"

enum { PATH_SIZE = 480, DAY_MS = 86400000, CHECK_MS = 60 * 60 * 1000, OWN_CHECK_MS = 5000 };
enum { WARN_DAYS = 14 };

/* When the user's files were last changed. */
struct stamp {
    struct timespec cert, key;
};

struct tls {
    pthread_mutex_t lock; /* over cert: workers take it while a renewal swaps it */
    struct tls_cert cert;
    char cert_path[PATH_SIZE], key_path[PATH_SIZE];
    const char *const *names;
    bool own; /* the user's files */
    int64_t checked_at, warned_at;
    struct stamp stamp; /* of the files as they were last tried */
};

static struct timespec time_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_mtim : (struct timespec){0};
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static void swap(struct tls *tls, struct tls_cert cert)
{
    pthread_mutex_lock(&tls->lock);
    struct tls_cert old = tls->cert;
    tls->cert = cert;
    pthread_mutex_unlock(&tls->lock);
    tls_cert_free(&old);
}

/* The stamp is taken first: what changes meanwhile is read again. */
static enum err load(struct tls *tls, struct why *why)
{
    struct tls_cert cert;
    tls->stamp = (struct stamp){time_of(tls->cert_path), time_of(tls->key_path)};
    enum err e = tls_cert_read(tls->cert_path, tls->key_path, &cert, why);
    if (e == OK)
        swap(tls, cert);
    return e;
}

/* A new certificate for ${key}, which is taken over. */
static enum err issue(struct tls *tls, EVP_PKEY *key, int64_t now, struct why *why)
{
    struct tls_cert cert = {.key = key};
    cert.leaf = key ? tls_cert_new(key, tls->names, now, TLS_DAYS) : NULL;
    enum err e = cert.leaf ? tls_cert_write(tls->cert_path, cert.leaf, why)
                           : why_fail(why, ERR_IO, "tls_generate", "tls.dir",
                                      "the certificate could not be made");
    if (e == OK)
        swap(tls, cert);
    else
        tls_cert_free(&cert);
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

/* Also where the clock was set back, or the machine got another name or address. */
static enum err renew(struct tls *tls, int64_t now, struct why *why)
{
    X509 *leaf = tls->cert.leaf;
    bool ends = tls_cert_end(leaf) - now <= (int64_t)TLS_RENEW_DAYS * DAY_MS;
    if (!ends && tls_cert_begin(leaf) <= now && tls_cert_names_us(leaf, tls->names))
        return OK;
    EVP_PKEY_up_ref(tls->cert.key);
    return issue(tls, tls->cert.key, now, why);
}

/* The user's own is for the user to renew; once a day is enough to say so. */
static void warn_of_end(struct tls *tls, int64_t now)
{
    int64_t left = tls_cert_end(tls->cert.leaf) - now;
    if (left > (int64_t)WARN_DAYS * DAY_MS || (tls->warned_at && now - tls->warned_at < DAY_MS))
        return;
    tls->warned_at = now;
    log_line(LOG_WARN, "tls.expiry", "file=\"%s\" days=%lld", tls->cert_path,
             (long long)(left / DAY_MS));
}

static enum err open_own(struct tls *tls, int64_t now, struct why *why)
{
    enum err e = load(tls, why);
    if (e == OK)
        warn_of_end(tls, now);
    return e;
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
    enum err e = tls->own ? open_own(tls, now, why) : open_generated(tls, dir, now, why);
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
    tls_cert_free(&tls->cert);
    pthread_mutex_destroy(&tls->lock);
    free(tls);
}

static int present(SSL *ssl, void *arg)
{
    struct tls *tls = arg;
    pthread_mutex_lock(&tls->lock);
    const struct tls_cert *cert = &tls->cert;
    bool good = SSL_use_cert_and_key(ssl, cert->leaf, cert->key, cert->chain, 1) == 1;
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
    SSL_CTX_set_cert_cb(ctx, present, tls);
    return OK;
}

/* A pair that does not fit (one file replaced, the other not yet) is told once; what was loaded
 * before stays in use. */
static enum err follow_files(struct tls *tls, int64_t now, struct why *why)
{
    bool same = same_time(time_of(tls->cert_path), tls->stamp.cert) &&
                same_time(time_of(tls->key_path), tls->stamp.key);
    enum err e = same ? OK : load(tls, why);
    if (!same && e == OK)
        log_line(LOG_INFO, "tls.reload", "file=\"%s\"", tls->cert_path);
    warn_of_end(tls, now);
    return e;
}

enum err tls_tick(struct tls *tls, int64_t now, struct why *why)
{
    int period = tls->own ? OWN_CHECK_MS : CHECK_MS;
    if (now - tls->checked_at < period && now >= tls->checked_at)
        return OK;
    tls->checked_at = now;
    return tls->own ? follow_files(tls, now, why) : renew(tls, now, why);
}

static void pin_of(const X509 *cert, char ret_pin[TLS_PIN_SIZE])
{
    unsigned char *der = NULL;
    uint8_t digest[SHA256_DIGEST_LENGTH] = {0};
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    if (len > 0)
        SHA256(der, (size_t)len, digest);
    OPENSSL_free(der);
    text_hex(ret_pin, digest, sizeof digest);
}

bool tls_vouched(struct tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    bool vouched = tls->own && X509_self_signed(tls->cert.leaf, 0) == 0;
    pthread_mutex_unlock(&tls->lock);
    return vouched;
}

void tls_pin(struct tls *tls, char ret_pin[TLS_PIN_SIZE])
{
    pthread_mutex_lock(&tls->lock);
    pin_of(tls->cert.leaf, ret_pin);
    pthread_mutex_unlock(&tls->lock);
}

enum err tls_pin_file(const char *path, char *ret_pin, struct why *why)
{
    auto_file *from = fopen(path, "re");
    X509 *cert = from ? PEM_read_X509(from, NULL, NULL, NULL) : NULL;
    if (!cert)
        return why_fail(why, ERR_IO, "tls_certificate", "tls_certificate",
                        "cannot read a certificate from %s", path);
    pin_of(cert, ret_pin);
    X509_free(cert);
    return OK;
}
