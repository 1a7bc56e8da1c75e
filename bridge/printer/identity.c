#include "bridge/printer/identity.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/text.h"

struct identity {
    X509_STORE *store;
    size_t anchors;
};

static pthread_once_t peer_slot_once = PTHREAD_ONCE_INIT;
static int peer_slot = -1; /* where a context keeps its peer, for the callback that sends the SNI */

static void make_peer_slot(void)
{
    peer_slot = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

/* ---- what a leaf says ---- */

static void note_names(struct identity_peer *peer, const X509 *leaf, int *ret_count)
{
    const X509_NAME *subject = X509_get_subject_name(leaf);
    int at = -1;
    while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0) {
        ++*ret_count;
        unsigned char *text = NULL;
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
        int len = ASN1_STRING_to_UTF8(&text, value);
        if (len >= 0 && !memchr(text, 0, (size_t)len))
            text_copy_len(peer->cn, sizeof peer->cn, (const char *)text, (size_t)len);
        OPENSSL_free(text);
    }
}

static bool note_key(struct identity_peer *peer, const X509 *leaf)
{
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);
    if (len <= 0)
        return false;
    SHA256(der, (size_t)len, peer->spki);
    OPENSSL_free(der);
    return true;
}

/* Is ${cert} signed by one of the anchors that bear its issuer's name? True also when we hold none
 * of that name: then it claims nothing. */
static bool claim_holds(X509_STORE_CTX *chain, X509 *cert)
{
    STACK_OF(X509) *named = X509_STORE_CTX_get1_certs(chain, X509_get_issuer_name(cert));
    int count = named ? sk_X509_num(named) : 0;
    bool holds = count == 0;
    for (int i = 0; i < count && !holds; i++)
        holds = X509_verify(cert, X509_get0_pubkey(sk_X509_value(named, i))) == 1;
    sk_X509_pop_free(named, X509_free);
    ERR_clear_error();
    return holds;
}

static bool claims_in_vain(X509_STORE_CTX *chain, X509 *leaf)
{
    STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(chain);
    bool in_vain = !claim_holds(chain, leaf);
    for (int i = 0; !in_vain && i < (sent ? sk_X509_num(sent) : 0); i++)
        in_vain = !claim_holds(chain, sk_X509_value(sent, i));
    return in_vain;
}

/* ---- the verdict ---- */

static void refuse(struct identity_peer *peer, enum link_reason reason, const char *text,
                   const char *value)
{
    peer->reason = reason;
    snprintf(peer->detail, sizeof peer->detail, "%s%s%.100s", text, *value ? ": " : "", value);
}

static void refuse_pin(struct identity_peer *peer)
{
    char now[IDENTITY_SHA256_TEXT];
    text_hex(now, peer->spki, sizeof peer->spki);
    refuse(peer, LINK_CERTIFICATE_CHANGED, "the printer shows another key, SHA-256", now);
}

static void judge(struct identity_peer *peer, int chain_error)
{
    bool named = *peer->cn && strcmp(peer->cn, peer->serial) == 0;
    bool pin_fits = peer->pinned && memcmp(peer->pin, peer->spki, sizeof peer->pin) == 0;
    const char *error = X509_verify_cert_error_string(chain_error);
    if (peer->forged)
        refuse(peer, LINK_TLS_UNTRUSTED, "the certificate claims a known CA that did not sign it",
               error);
    else if (!peer->pinned && !peer->chain_ok)
        refuse(peer, LINK_TLS_UNTRUSTED, "no chain to a known CA", error);
    else if (!named)
        refuse(peer, LINK_WRONG_SERIAL, "the certificate there names",
               *peer->cn ? peer->cn : "nobody");
    else if (peer->pinned && !pin_fits)
        refuse_pin(peer);
    else
        peer->accepted = true;
}

static int verify(X509_STORE_CTX *chain, void *arg)
{
    struct identity_peer *peer = arg;
    X509 *leaf = X509_STORE_CTX_get0_cert(chain);
    int names = 0;
    identity_reset(peer);
    if (!leaf || !note_key(peer, leaf))
        return 0;
    peer->seen = true;
    note_names(peer, leaf, &names);
    if (names != 1)
        peer->cn[0] = 0; /* several names are none */
    peer->chain_ok = X509_verify_cert(chain) == 1;
    int error = X509_STORE_CTX_get_error(chain);
    peer->forged = !peer->chain_ok && claims_in_vain(chain, leaf);
    judge(peer, error);
    bool pass = peer->accepted || peer->look_only;
    /* curl reads the result once more after the handshake */
    X509_STORE_CTX_set_error(chain, pass ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
    return pass;
}

void identity_reset(struct identity_peer *peer)
{
    peer->seen = peer->accepted = peer->chain_ok = peer->forged = false;
    peer->reason = LINK_CONNECTED;
    peer->cn[0] = peer->detail[0] = 0;
    memset(peer->spki, 0, sizeof peer->spki);
}

/* Whoever drives the connection may have set the SNI to an address, or in lower case (curl). */
static void send_serial(const SSL *ssl, int where, int ret)
{
    (void)ret;
    if (!(where & SSL_CB_HANDSHAKE_START))
        return;
    struct identity_peer *peer = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), peer_slot);
    if (peer)
        SSL_ctrl((SSL *)(uintptr_t)ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 (void *)(uintptr_t)peer->serial);
}

enum err identity_apply(const struct identity *identity, SSL_CTX *ctx, struct identity_peer *peer,
                        struct why *why)
{
    pthread_once(&peer_slot_once, make_peer_slot);
    if (peer_slot < 0 || !SSL_CTX_set_ex_data(ctx, peer_slot, peer) ||
        !SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION))
        return why_fail(why, ERR_NOMEM, "tls_context", "", "TLS cannot be prepared");
    identity_reset(peer);
    SSL_CTX_set1_cert_store(ctx, identity->store);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, verify, peer);
    SSL_CTX_set_info_callback(ctx, send_serial);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
    return OK;
}

enum err identity_context(const struct identity *identity, struct identity_peer *peer,
                          SSL_CTX **ret_ctx, struct why *why)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx)
        return why_fail(why, ERR_NOMEM, "tls_context", "", "TLS cannot be prepared");
    enum err e = identity_apply(identity, ctx, peer, why);
    if (e) {
        SSL_CTX_free(ctx);
        return e;
    }
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    *ret_ctx = ctx;
    return OK;
}

/* ---- anchors ---- */

static enum err load_file(struct identity *identity, const char *path, struct why *why)
{
    auto_file *file = fopen(path, "re");
    if (!file)
        return why_fail(why, ERR_IO, "certs_unreadable", "", "%.200s: %s", path, strerror(errno));
    X509 *cert = NULL;
    while ((cert = PEM_read_X509(file, NULL, NULL, NULL))) {
        identity->anchors += X509_STORE_add_cert(identity->store, cert) == 1;
        X509_free(cert);
    }
    unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE)
        return OK; /* the end of the file, or a file that is none of ours */
    return why_fail(why, ERR_INVALID, "certs_broken", "", "%.200s holds a broken certificate",
                    path);
}

static enum err load_entry(struct identity *identity, const char *dir, const char *name,
                           struct why *why)
{
    char path[4096];
    struct stat st;
    int len = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (name[0] == '.' || len < 0 || (size_t)len >= sizeof path || stat(path, &st) != 0 ||
        !S_ISREG(st.st_mode))
        return OK;
    return load_file(identity, path, why);
}

static enum err load_directory(struct identity *identity, const char *path, struct why *why)
{
    DIR *dir = path && *path ? opendir(path) : NULL;
    if (!dir && path && *path && errno != ENOENT)
        return why_fail(why, ERR_IO, "certs_unreadable", "", "%.200s: %s", path, strerror(errno));
    enum err e = OK;
    const struct dirent *entry = NULL;
    while (dir && !e && (entry = readdir(dir)))
        e = load_entry(identity, path, entry->d_name, why);
    if (dir)
        closedir(dir);
    return e;
}

enum err identity_open(const char *certs_dir, struct identity **ret_identity, struct why *why)
{
    struct identity *identity = calloc(1, sizeof *identity);
    if (identity)
        identity->store = X509_STORE_new();
    if (!identity || !identity->store) {
        identity_close(identity);
        return why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    }
    X509_STORE_set_flags(identity->store, X509_V_FLAG_PARTIAL_CHAIN);
    ERR_clear_error();
    enum err e = load_directory(identity, certs_dir, why);
    if (e) {
        identity_close(identity);
        return e;
    }
    *ret_identity = identity;
    return OK;
}

void identity_close(struct identity *identity)
{
    if (!identity)
        return;
    X509_STORE_free(identity->store);
    free(identity);
}

size_t identity_anchors(const struct identity *identity)
{
    return identity->anchors;
}
