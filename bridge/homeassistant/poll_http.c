#include "bridge/homeassistant/poll_http.h"

#include <stdio.h>

#include "base/auto.h"

enum { CONNECT_MS = 5000, REQUEST_MS = 20000, URL_SIZE = 2 * POLL_URL_SIZE };

static size_t take_bytes(char *bytes, size_t one, size_t count, void *arg)
{
    struct poll_http *http = arg;
    size_t len = one * count;
    if (http->answer.len + len > POLL_MOST_BYTES)
        return 0;
    buf_add(&http->answer, bytes, len);
    return http->answer.failed ? 0 : len;
}

static int go_on(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
    struct poll_http *http = arg;
    (void)total, (void)now, (void)up_total, (void)up;
    return atomic_load(http->stop);
}

static enum poll_reason judge(struct poll_http *http, CURLcode rc, long status)
{
    if (rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_SSL_CACERT_BADFILE)
        return POLL_TLS;
    if (rc != CURLE_OK)
        return rc == CURLE_WRITE_ERROR ? POLL_BAD_ANSWER : POLL_UNREACHABLE;
    snprintf(http->detail, sizeof http->detail, "it answers %ld", status);
    switch (status) {
    case 200:
        return POLL_OK;
    case 401:
        return POLL_WRONG_TOKEN;
    case 403:
        return POLL_FORBIDDEN;
    case 404:
    case 405:
        return POLL_NOT_FOUND;
    default:
        return POLL_BAD_ANSWER;
    }
}

enum poll_reason poll_http_request(struct poll_http *http, const char *path, const char *body)
{
    char url[URL_SIZE];
    long status = 0;
    if (snprintf(url, sizeof url, "%s%s", http->url, path) >= (int)sizeof url)
        return POLL_NOT_FOUND;
    buf_clear(&http->answer);
    http->detail[0] = '\0';
    CURLcode rc = http->lib->easy_setopt(http->curl, CURLOPT_URL, url);
    if (rc == CURLE_OK)
        rc = body ? http->lib->easy_setopt(http->curl, CURLOPT_POSTFIELDS, body)
                  : http->lib->easy_setopt(http->curl, CURLOPT_HTTPGET, 1L);
    if (rc == CURLE_OK)
        rc = http->lib->easy_perform(http->curl);
    http->lib->easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
    enum poll_reason reason = judge(http, rc, status);
    if (rc != CURLE_OK && !*http->detail)
        snprintf(http->detail, sizeof http->detail, "%s", http->lib->easy_strerror(rc));
    return reason;
}

/* ---- the handle ---- */

static bool add_header(struct poll_http *http, const char *line)
{
    struct curl_slist *longer = http->lib->slist_append(http->headers, line);
    if (longer)
        http->headers = longer;
    return longer;
}

static bool set_up(struct poll_http *http)
{
    const struct curl_guard guard = {
        .protocols = "http,https",
        .ca_file = http->ca_file,
        .connect_ms = CONNECT_MS,
        .most_ms = REQUEST_MS,
        .take = take_bytes,
        .take_ctx = http,
        .go_on = go_on,
        .go_on_ctx = http,
        .detail = http->detail,
    };
    return curl_hold(http->lib, http->curl, &guard) &&
           !http->lib->easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->headers);
}

static void put_down(struct poll_http *http)
{
    if (http->curl)
        http->lib->easy_cleanup(http->curl);
    if (http->headers)
        http->lib->slist_free_all(http->headers);
    http->curl = NULL;
    http->headers = NULL;
}

/* All or nothing: the next round tries again. */
enum err poll_http_prepare(struct poll_http *http, struct why *why)
{
    if (http->curl)
        return OK;
    enum err e = curl_load(&http->lib, why);
    if (e != OK)
        return e;
    auto_buf header = {0};
    buf_format(&header, "Authorization: Bearer %s", http->token);
    http->curl = http->lib->easy_init();
    if (http->curl && !header.failed && add_header(http, header.data) &&
        add_header(http, "Content-Type: application/json") && set_up(http))
        return OK;
    put_down(http);
    return why_fail(why, ERR_NOMEM, NULL, NULL, "libcurl cannot be set up");
}

void poll_http_clear(struct poll_http *http)
{
    put_down(http);
    buf_clear(&http->answer);
}
