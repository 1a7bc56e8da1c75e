#include "api/tls_cert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/lan.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/text.h"

enum { PATH_SIZE = 512, ADDRESSES = 16 };

EVP_PKEY *tls_cert_new_key(void)
{
    return EVP_EC_gen("P-256");
}

static void add_addresses(struct buf *names)
{
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) != 0)
        return;
    for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
        char text[INET6_ADDRSTRLEN];
        int family = at->ifa_addr ? at->ifa_addr->sa_family : AF_UNSPEC;
        const void *from = NULL;
        if (family == AF_INET)
            from = &((const struct sockaddr_in *)(const void *)at->ifa_addr)->sin_addr;
        if (family == AF_INET6)
            from = &((const struct sockaddr_in6 *)(const void *)at->ifa_addr)->sin6_addr;
        if (from && inet_ntop(family, from, text, sizeof text))
            buf_format(names, ",IP:%s", text);
    }
    freeifaddrs(list);
}

/* A name goes into the certificate only where it cannot break the list that it stands in. */
static bool is_dns_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    return *name && strspn(name, allowed) == strlen(name);
}

static void add_name(struct buf *names, const char *name)
{
    if (is_dns_name(name))
        buf_format(names, ",DNS:%s", name);
}

static void add_names(struct buf *names, const char *const *more)
{
    char host[256] = "";
    buf_text(names, "DNS:localhost,IP:127.0.0.1,IP:::1");
    if (gethostname(host, sizeof host - 1) == 0) {
        add_name(names, host);
        host[strcspn(host, ".")] = '\0';
        auto_buf local = {0};
        buf_format(&local, "%s.local", host);
        if (*host && local.data)
            add_name(names, local.data);
    }
    for (; more && *more; more++)
        add_name(names, *more);
    add_addresses(names);
}

static bool add_extension(X509 *cert, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool good = extension && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

static bool set_serial(X509 *cert)
{
    uint8_t bytes[16];
    id_random(bytes, sizeof bytes);
    bytes[0] &= 0x7F;
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
    BN_free(number);
    return good;
}

/* An hour back, for clients whose clock is behind. */
static bool set_dates(X509 *cert, int64_t now, int days)
{
    time_t from = (time_t)(now / 1000) - 3600;
    return ASN1_TIME_adj(X509_getm_notBefore(cert), from, 0, 0) &&
           ASN1_TIME_adj(X509_getm_notAfter(cert), from, days, 0);
}

static bool fill(X509 *cert, EVP_PKEY *key, const char *names, int64_t now, int days)
{
    X509_NAME *name = X509_get_subject_name(cert);
    const unsigned char common[] = "filamentd";
    return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
           set_dates(cert, now, days) && X509_set_pubkey(cert, key) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0) == 1 &&
           X509_set_issuer_name(cert, name) == 1 &&
           add_extension(cert, NID_subject_alt_name, names) &&
           add_extension(cert, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(cert, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
           add_extension(cert, NID_ext_key_usage, "serverAuth") &&
           X509_sign(cert, key, EVP_sha256()) > 0;
}

X509 *tls_cert_new(EVP_PKEY *key, const char *const *names, int64_t now, int days)
{
    auto_buf list = {0};
    add_names(&list, names);
    X509 *cert = X509_new();
    if (cert && !list.failed && fill(cert, key, list.data, now, days))
        return cert;
    X509_free(cert);
    return NULL;
}

static bool names_host(X509 *leaf, const char *host)
{
    return X509_check_host(leaf, host, 0, 0, NULL) == 1;
}

bool tls_cert_names_us(X509 *leaf, const char *const *names)
{
    char list[ADDRESSES][LAN_TEXT_SIZE], name[LAN_TEXT_SIZE + 16];
    bool good = !lan_local_name(name) || names_host(leaf, name);
    size_t count = lan_addresses(AF_INET, list, ADDRESSES);
    for (size_t i = 0; i < count; i++)
        good = good && X509_check_ip_asc(leaf, list[i], 0) == 1;
    for (; names && *names && good; names++)
        good = !is_dns_name(*names) || names_host(leaf, *names);
    return good;
}

void tls_cert_free(struct tls_cert *cert)
{
    X509_free(cert->leaf);
    EVP_PKEY_free(cert->key);
    sk_X509_pop_free(cert->chain, X509_free);
    *cert = (struct tls_cert){0};
}

static enum err read_chain(const char *path, struct tls_cert *ret, struct why *why)
{
    auto_file *from = fopen(path, "re");
    if (!from)
        return why_fail(why, ERR_NOT_FOUND, "tls_certificate", "tls_certificate",
                        "cannot read the certificate %s: %s; tls_certificate in [server] names it",
                        path, strerror(errno));
    ret->leaf = PEM_read_X509(from, NULL, NULL, NULL);
    if (!ret->leaf)
        return why_fail(why, ERR_CORRUPT, "tls_certificate", "tls_certificate",
                        "%s holds no PEM certificate (-----BEGIN CERTIFICATE-----)", path);
    for (X509 *next; (next = PEM_read_X509(from, NULL, NULL, NULL));) {
        if (!ret->chain)
            ret->chain = sk_X509_new_null();
        if (!ret->chain || !sk_X509_push(ret->chain, next)) {
            X509_free(next);
            return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
        }
    }
    /* The end of the file is an error, too; any other one is a chain that breaks off. */
    bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return whole ? OK
                 : why_fail(why, ERR_CORRUPT, "tls_certificate", "tls_certificate",
                            "a certificate of the chain in %s cannot be read", path);
}

/* A daemon has nobody to ask. */
static int refuse_password(char *text, int size, int writing, void *ret_asked)
{
    (void)text, (void)size, (void)writing;
    *(bool *)ret_asked = true;
    return -1;
}

static enum err read_key(const char *path, EVP_PKEY **ret_key, struct why *why)
{
    bool asked = false;
    auto_file *from = fopen(path, "re");
    if (!from)
        return why_fail(why, ERR_NOT_FOUND, "tls_key", "tls_key",
                        "cannot read the key %s: %s; tls_key in [server] names it", path,
                        strerror(errno));
    *ret_key = PEM_read_PrivateKey(from, NULL, refuse_password, &asked);
    if (*ret_key)
        return OK;
    if (asked)
        return why_fail(why, ERR_CORRUPT, "tls_key", "tls_key",
                        "the key %s is encrypted: decrypt it with openssl pkey -in FILE -out NEW",
                        path);
    return why_fail(why, ERR_CORRUPT, "tls_key", "tls_key",
                    "%s holds no PEM key (-----BEGIN PRIVATE KEY-----)", path);
}

enum err tls_cert_read(const char *cert, const char *key, struct tls_cert *ret_cert,
                       struct why *why)
{
    struct tls_cert read = {0};
    enum err e = read_chain(cert, &read, why);
    if (e == OK)
        e = read_key(key, &read.key, why);
    if (e == OK && X509_check_private_key(read.leaf, read.key) != 1)
        e = why_fail(why, ERR_CORRUPT, "tls_key", "tls_key",
                     "%s is not the key of the first certificate in %s", key, cert);
    if (e == OK)
        *ret_cert = read;
    else
        tls_cert_free(&read);
    return e;
}

static enum err replace(const char *path, BIO *content, mode_t mode, struct why *why)
{
    char next[PATH_SIZE];
    char *bytes = NULL;
    long len = BIO_get_mem_data(content, &bytes);
    if (snprintf(next, sizeof next, "%s.new", path) >= (int)sizeof next)
        return why_fail(why, ERR_TOO_BIG, "path_too_long", "tls.dir", "the path is too long");
    unlink(next);
    auto_fd fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 || len <= 0 || write(fd, bytes, (size_t)len) != len || fsync(fd) != 0 ||
        rename(next, path) != 0)
        return why_fail(why, ERR_IO, "tls_write", "tls.dir", "cannot write %s: %s", path,
                        strerror(errno));
    return OK;
}

enum err tls_cert_write_key(const char *path, EVP_PKEY *key, struct why *why)
{
    BIO *content = BIO_new(BIO_s_mem());
    enum err e = ERR_NOMEM;
    if (content && PEM_write_bio_PKCS8PrivateKey(content, key, NULL, NULL, 0, NULL, NULL) == 1)
        e = replace(path, content, 0600, why);
    BIO_free(content);
    return e;
}

enum err tls_cert_write(const char *path, X509 *cert, struct why *why)
{
    BIO *content = BIO_new(BIO_s_mem());
    enum err e = ERR_NOMEM;
    if (content && PEM_write_bio_X509(content, cert) == 1)
        e = replace(path, content, 0644, why);
    BIO_free(content);
    return e;
}

static int64_t ms_of(const ASN1_TIME *time)
{
    int days = 0, seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    if (epoch)
        ASN1_TIME_diff(&days, &seconds, epoch, time);
    ASN1_TIME_free(epoch);
    return ((int64_t)days * 86400 + seconds) * 1000;
}

int64_t tls_cert_begin(const X509 *leaf)
{
    return ms_of(X509_get0_notBefore(leaf));
}

int64_t tls_cert_end(const X509 *leaf)
{
    return ms_of(X509_get0_notAfter(leaf));
}
