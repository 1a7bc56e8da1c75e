#include "bridge/notify/post.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"

/* A stop leaves a message that goes on so long to be answered: else it would be sent twice. */
enum { STOP_MS = 2000 };
enum { CONNECT_MS = 5000, REQUEST_MS = 15000, WAIT_MOST_S = 24 * 3600 };

struct post_line {
    const atomic_bool *stop;
    const struct curl *lib; /* NULL: not loaded yet */
    CURL *curl;
    int64_t cut_at; /* monotonic; 0: not stopping */
};

enum err post_open(const atomic_bool *stop, struct post_line **ret_line, struct why *why)
{
    struct post_line *line = calloc(1, sizeof *line);
    if (!line)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    line->stop = stop;
    *ret_line = line;
    return OK;
}

void post_close(struct post_line *line)
{
    if (line && line->curl)
        line->lib->easy_cleanup(line->curl);
    free(line);
}

void post_clear(struct post *post)
{
    if (post->headers.data)
        OPENSSL_cleanse(post->headers.data, post->headers.len);
    buf_clear(&post->url);
    buf_clear(&post->body);
    buf_clear(&post->headers);
}

void post_answer_clear(struct post_answer *answer)
{
    buf_clear(&answer->body);
}

/* ---- what libcurl calls ---- */

static size_t take_bytes(char *bytes, size_t one, size_t count, void *arg)
{
    struct post_answer *answer = arg;
    size_t len = one * count;
    if (answer->body.len + len <= POST_ANSWER_MOST) /* the rest of a long one is not needed */
        buf_add(&answer->body, bytes, len);
    return len;
}

struct mail {
    const struct buf *body;
    size_t at;
};

static size_t give_bytes(char *to, size_t one, size_t count, void *arg)
{
    struct mail *mail = arg;
    size_t len = one * count, left = mail->body->len - mail->at;
    len = len < left ? len : left;
    memcpy(to, mail->body->data + mail->at, len);
    mail->at += len;
    return len;
}

static int go_on(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
    struct post_line *line = arg;
    (void)total, (void)now, (void)up_total, (void)up;
    if (!atomic_load(line->stop))
        return 0;
    if (!line->cut_at)
        line->cut_at = clock_mono() + STOP_MS;
    return clock_mono() >= line->cut_at;
}

/* ---- setting up ---- */

static enum err prepare(struct post_line *line, struct why *why)
{
    enum err e = line->lib ? OK : curl_load(&line->lib, why);
    if (e != OK)
        return e;
    if (!line->curl)
        line->curl = line->lib->easy_init();
    if (!line->curl)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "libcurl cannot be set up");
    return OK;
}

static bool set_common(struct post_line *line, const struct post *post, struct post_answer *answer)
{
    const struct curl_guard guard = {
        .protocols = "http,https,smtp,smtps",
        .ca_file = post->ca_file,
        .connect_ms = CONNECT_MS,
        .most_ms = REQUEST_MS,
        .take = take_bytes,
        .take_ctx = answer,
        .go_on = go_on,
        .go_on_ctx = line,
        .detail = answer->detail,
    };
    return curl_hold(line->lib, line->curl, &guard) &&
           !line->lib->easy_setopt(line->curl, CURLOPT_URL, post->url.data);
}

static bool set_http(const struct post_line *line, const struct post *post,
                     const struct curl_slist *headers)
{
    __typeof__(line->lib->easy_setopt) set = line->lib->easy_setopt;
    return !set(line->curl, CURLOPT_POSTFIELDS, post->body.data ? post->body.data : "") &&
           !set(line->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len) &&
           !set(line->curl, CURLOPT_HTTPHEADER, headers) &&
           !set(line->curl, CURLOPT_HTTP_VERSION,
                post->http2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
}

/* STARTTLS where the server has it; a login is refused without it. */
static bool set_mail(const struct post_line *line, const struct post *post,
                     const struct curl_slist *to, struct mail *mail)
{
    __typeof__(line->lib->easy_setopt) set = line->lib->easy_setopt;
    long tls = post->user ? CURLUSESSL_ALL : CURLUSESSL_TRY;
    return !set(line->curl, CURLOPT_MAIL_FROM, post->from) &&
           !set(line->curl, CURLOPT_MAIL_RCPT, to) && !set(line->curl, CURLOPT_UPLOAD, 1L) &&
           !set(line->curl, CURLOPT_READFUNCTION, give_bytes) &&
           !set(line->curl, CURLOPT_READDATA, mail) && !set(line->curl, CURLOPT_USE_SSL, tls) &&
           (!post->user || (!set(line->curl, CURLOPT_USERNAME, post->user) &&
                            !set(line->curl, CURLOPT_PASSWORD, post->password)));
}

static bool append(const struct post_line *line, struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = line->lib->slist_append(*list, text);
    if (longer)
        *list = longer;
    return longer;
}

static bool list_headers(const struct post_line *line, const struct buf *headers,
                         struct curl_slist **list)
{
    char *text auto_free = strdup(headers->data ? headers->data : "");
    char *rest = NULL;
    bool good = text;
    for (char *one = text ? strtok_r(text, "\n", &rest) : NULL; good && one;
         one = strtok_r(NULL, "\n", &rest))
        good = append(line, list, one);
    if (text)
        OPENSSL_cleanse(text, headers->len);
    return good;
}

static bool list_all(const struct post_line *line, const struct post *post,
                     struct curl_slist **list)
{
    if (!post->to)
        return list_headers(line, &post->headers, list);
    bool good = true;
    for (const char *const *to = post->to; good && *to; to++)
        good = append(line, list, *to);
    return good;
}

static void perform(const struct post_line *line, struct post_answer *answer)
{
    curl_off_t wait = 0;
    CURLcode rc = line->lib->easy_perform(line->curl);
    line->lib->easy_getinfo(line->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    line->lib->easy_getinfo(line->curl, CURLINFO_RETRY_AFTER, &wait);
    answer->retry_after_s = (int)(wait < WAIT_MOST_S ? wait : WAIT_MOST_S);
    answer->reached = rc == CURLE_OK || answer->status >= 400; /* a refusal of SMTP is an error */
    if (rc != CURLE_OK && !*answer->detail)
        snprintf(answer->detail, sizeof answer->detail, "%s", line->lib->easy_strerror(rc));
}

enum err post_send(struct post_line *line, struct post *post, struct post_answer *ret_answer,
                   struct why *why)
{
    struct curl_slist *list = NULL;
    struct mail mail = {.body = &post->body};
    enum err e = prepare(line, why);
    if (e != OK)
        return e;
    ret_answer->detail[0] = '\0';
    bool good = !post->url.failed && !post->body.failed && !post->headers.failed &&
                list_all(line, post, &list) && set_common(line, post, ret_answer) &&
                (post->to ? set_mail(line, post, list, &mail) : set_http(line, post, list));
    if (good)
        perform(line, ret_answer);
    line->lib->easy_reset(line->curl); /* of this message nothing stays but the connection */
    if (list)
        line->lib->slist_free_all(list);
    return good ? OK : why_fail(why, ERR_NOMEM, NULL, NULL, "the message cannot be made");
}
