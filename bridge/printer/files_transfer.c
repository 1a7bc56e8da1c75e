#include "bridge/printer/files_transfer.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "bridge/curl.h"

enum { CONNECT_MS = 10 * 1000, RESPONSE_S = 20, STALL_S = 30, LINGER_MS = 3000, HOST_SIZE = 300 };

/* Bytes a second. The slowest printers give 50,000; below this one holds up the others for hours.
 */
static const long slowest = 2048;

struct files_transfer {
    const struct curl *lib;
    CURL *curl;
    struct curl_slist *connect_to;
    struct files_transfer_options options; /* its texts are not kept */
    struct identity_peer peer, failed;
    char serial[IDENTITY_SERIAL_SIZE];
    int fd;            /* -1: only looking */
    int64_t size, got; /* of the present fetch */
    int64_t full_at;   /* when the last byte came; 0: not yet */
    bool too_big, disk_failed, aborted;
    bool plain; /* the data channel is, from now on */
    char detail[CURL_ERROR_SIZE];
};

/* ---- callbacks of libcurl ---- */

static CURLcode prove(CURL *curl, void *ctx, void *arg)
{
    struct files_transfer *t = arg;
    (void)curl;
    return identity_apply(t->options.identity, ctx, &t->peer, NULL) ? CURLE_SSL_CERTPROBLEM
                                                                    : CURLE_OK;
}

static size_t take_bytes(char *bytes, size_t one, size_t count, void *arg)
{
    struct files_transfer *t = arg;
    size_t len = one * count, done = 0;
    if (t->fd < 0)
        return len; /* pseudo headers of a look */
    t->got += (int64_t)len;
    t->too_big = t->got > t->options.most_bytes;
    while (!t->too_big && done < len) {
        ssize_t wrote = write(t->fd, bytes + done, len - done);
        if (wrote <= 0) {
            t->disk_failed = true;
            return 0;
        }
        done += (size_t)wrote;
    }
    if (t->got == t->size)
        t->full_at = clock_mono();
    return t->too_big ? 0 : len;
}

static int go_on(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
    struct files_transfer *t = arg;
    int linger = t->options.linger_ms ? t->options.linger_ms : LINGER_MS;
    (void)total;
    (void)now;
    (void)up_total;
    (void)up;
    if (t->options.progress && !t->options.progress(t->options.ctx, t->got, t->size))
        t->aborted = true;
    return t->aborted || (t->full_at && clock_mono() - t->full_at > linger);
}

/* ---- one command ---- */

static CURLU *url_of(const struct files_transfer *t, const char *path)
{
    char port[16];
    CURLU *url = t->lib->url();
    snprintf(port, sizeof port, "%d", t->options.port);
    if (url && !t->lib->url_set(url, CURLUPART_SCHEME, "ftps", 0) &&
        !t->lib->url_set(url, CURLUPART_HOST, t->serial, 0) &&
        !t->lib->url_set(url, CURLUPART_PORT, port, 0) &&
        !t->lib->url_set(url, CURLUPART_PATH, path, CURLU_URLENCODE))
        return url;
    t->lib->url_cleanup(url);
    return NULL;
}

static CURLcode perform(struct files_transfer *t, const char *path, bool look)
{
    CURLU *url = url_of(t, path);
    if (!url)
        return CURLE_URL_MALFORMAT;
    identity_reset(&t->peer);
    t->failed = t->peer;
    t->detail[0] = 0;
    t->got = t->full_at = 0;
    t->too_big = t->disk_failed = t->aborted = false;
    t->lib->easy_setopt(t->curl, CURLOPT_CURLU, url);
    t->lib->easy_setopt(t->curl, CURLOPT_NOBODY, (long)look);
    CURLcode rc = t->lib->easy_perform(t->curl);
    if (t->peer.seen && !t->peer.accepted)
        t->failed = t->peer;
    t->lib->easy_setopt(t->curl, CURLOPT_CURLU, NULL);
    t->lib->url_cleanup(url);
    return rc;
}

static enum files_outcome outcome(const struct files_transfer *t, CURLcode rc)
{
    if (t->failed.seen)
        return FILES_UNTRUSTED;
    if (t->too_big || rc == CURLE_FILESIZE_EXCEEDED)
        return FILES_TOO_BIG;
    if (t->disk_failed || rc == CURLE_OUT_OF_MEMORY || rc == CURLE_URL_MALFORMAT)
        return FILES_LOCAL;
    if (t->aborted)
        return FILES_ABORTED;
    if (rc == CURLE_LOGIN_DENIED)
        return FILES_LOGIN;
    if (rc == CURLE_REMOTE_FILE_NOT_FOUND || rc == CURLE_REMOTE_ACCESS_DENIED ||
        rc == CURLE_FTP_COULDNT_RETR_FILE)
        return FILES_MISSING;
    return rc ? FILES_UNREACHABLE : FILES_OK;
}

enum files_outcome files_transfer_size(struct files_transfer *transfer, const char *path,
                                       int64_t *ret_size)
{
    curl_off_t size = -1;
    transfer->fd = -1;
    transfer->size = -1;
    enum files_outcome result = outcome(transfer, perform(transfer, path, true));
    if (result)
        return result;
    transfer->lib->easy_getinfo(transfer->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    if (size < 0)
        return FILES_SHORT; /* without a size nothing could ever be called complete */
    if (size > transfer->options.most_bytes)
        return FILES_TOO_BIG;
    *ret_size = size;
    return FILES_OK;
}

/* What libcurl calls a failure may have brought every byte: 226 missing, TCP closed early. */
static bool all_came(const struct files_transfer *t, CURLcode rc)
{
    bool harmless = rc == CURLE_OK || rc == CURLE_PARTIAL_FILE || rc == CURLE_OPERATION_TIMEDOUT ||
                    rc == CURLE_RECV_ERROR || rc == CURLE_FTP_WEIRD_SERVER_REPLY ||
                    (rc == CURLE_ABORTED_BY_CALLBACK && !t->aborted);
    return harmless && t->got == t->size;
}

static enum files_outcome fetch_once(struct files_transfer *t, const char *path, int64_t size,
                                     int fd)
{
    int64_t after = -1;
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return FILES_LOCAL;
    t->fd = fd;
    t->size = size;
    CURLcode rc = perform(t, path, false);
    int64_t got = t->got;
    enum files_outcome result = outcome(t, rc);
    if (!all_came(t, rc))
        return result == FILES_OK || rc == CURLE_PARTIAL_FILE ? FILES_SHORT : result;
    result = files_transfer_size(t, path, &after);
    return result == FILES_OK && after != got ? FILES_SHORT : result;
}

/* From now on PROT C, on a connection of its own; the control channel stays encrypted. */
static bool turn_plain(struct files_transfer *t)
{
    t->plain = !t->lib->easy_setopt(t->curl, CURLOPT_USE_SSL, (long)CURLUSESSL_CONTROL) &&
               !t->lib->easy_setopt(t->curl, CURLOPT_FRESH_CONNECT, 1L);
    return t->plain;
}

enum files_outcome files_transfer_fetch(struct files_transfer *transfer, const char *path,
                                        int64_t size, int fd)
{
    enum files_outcome result = fetch_once(transfer, path, size, fd);
    bool lost = result == FILES_UNREACHABLE || result == FILES_SHORT;
    if (!lost || !transfer->options.plain_data || transfer->plain || !turn_plain(transfer))
        return result;
    return fetch_once(transfer, path, size, fd);
}

/* ---- life ---- */

static bool connect_to(struct files_transfer *t, const char *host)
{
    char line[HOST_SIZE];
    bool v6 = strchr(host, ':');
    int len = snprintf(line, sizeof line, "::%s%s%s:%d", v6 ? "[" : "", host, v6 ? "]" : "",
                       t->options.port);
    if (len < 0 || (size_t)len >= sizeof line)
        return false;
    t->connect_to = t->lib->slist_append(NULL, line);
    return t->connect_to;
}

static bool secure(const struct files_transfer *t)
{
    CURL *curl = t->curl;
    __typeof__(t->lib->easy_setopt) set = t->lib->easy_setopt;
    /* the data channel must resume the control channel's session, which TLS 1.3 tells too late */
    long version = CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2;
    return !set(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) &&
           !set(curl, CURLOPT_SSLVERSION, version) && !set(curl, CURLOPT_SSL_VERIFYPEER, 1L) &&
           !set(curl, CURLOPT_SSL_VERIFYHOST, 0L) && /* the CN is the serial */
           !set(curl, CURLOPT_CAINFO, NULL) && !set(curl, CURLOPT_CAPATH, NULL) &&
           !set(curl, CURLOPT_SSL_CTX_FUNCTION, prove) && !set(curl, CURLOPT_SSL_CTX_DATA, t);
}

static bool set_up(struct files_transfer *t, const char *code)
{
    CURL *curl = t->curl;
    __typeof__(t->lib->easy_setopt) set = t->lib->easy_setopt;
    const struct files_transfer_options *o = &t->options;
    long response = o->response_s ? o->response_s : RESPONSE_S;
    long stall = o->stall_s ? o->stall_s : STALL_S;
    const struct curl_guard guard = {
        .protocols = "ftps",
        .connect_ms = o->connect_ms ? o->connect_ms : CONNECT_MS,
        .take = take_bytes,
        .take_ctx = t,
        .go_on = go_on,
        .go_on_ctx = t,
        .detail = t->detail,
    };
    return curl_hold(t->lib, curl, &guard) && secure(t) &&
           !set(curl, CURLOPT_CONNECT_TO, t->connect_to) && !set(curl, CURLOPT_USERNAME, "bblp") &&
           !set(curl, CURLOPT_PASSWORD, code) && !set(curl, CURLOPT_FTP_USE_EPSV, 0L) &&
           !set(curl, CURLOPT_FTP_SKIP_PASV_IP, 1L) &&
           !set(curl, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_NOCWD) &&
           !set(curl, CURLOPT_FTP_RESPONSE_TIMEOUT, response) &&
           !set(curl, CURLOPT_LOW_SPEED_LIMIT, slowest) &&
           !set(curl, CURLOPT_LOW_SPEED_TIME, stall) &&
           !set(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)o->most_bytes);
}

static void set_peer(struct files_transfer *t, const char *pin)
{
    size_t len = 0;
    text_copy(t->peer.serial, sizeof t->peer.serial, t->serial);
    t->peer.pinned = *pin && text_unhex(t->peer.pin, sizeof t->peer.pin, pin, &len);
}

enum err files_transfer_open(const struct files_transfer_options *options,
                             struct files_transfer **ret_transfer, struct why *why)
{
    const struct curl *lib;
    enum err e = curl_load(&lib, why);
    if (e != OK)
        return e;
    struct files_transfer *t = calloc(1, sizeof *t);
    if (t) {
        t->options = *options;
        t->fd = -1;
        t->lib = lib;
        t->curl = lib->easy_init();
        text_copy(t->serial, sizeof t->serial, options->serial);
        set_peer(t, options->pin_sha256);
    }
    if (!t || !t->curl || !connect_to(t, options->host) || !set_up(t, options->access_code)) {
        files_transfer_close(t);
        return why_fail(why, ERR_NOMEM, "fetch_start", "", "the transfer cannot be prepared");
    }
    *ret_transfer = t;
    return OK;
}

void files_transfer_close(struct files_transfer *transfer)
{
    if (!transfer)
        return;
    if (transfer->lib) {
        transfer->lib->easy_cleanup(transfer->curl);
        transfer->lib->slist_free_all(transfer->connect_to);
    }
    free(transfer);
}

enum link_reason files_transfer_reason(const struct files_transfer *transfer)
{
    return transfer->failed.reason;
}

const char *files_transfer_detail(const struct files_transfer *transfer)
{
    return transfer->failed.seen ? transfer->failed.detail : transfer->detail;
}
