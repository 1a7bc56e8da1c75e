/*
 * Mail, in plain text. A login is sent over TLS only; Message-Id is made of the delivery, so that a
 * second copy is known as one. Source: RFC 5322, RFC 2047, RFC 3464's classes of status.
 */
#include "bridge/notify/channel.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "bridge/notify/post.h"

enum { DATE_SIZE = 40, URL_SIZE = 512, WORD_BYTES = 45 };

static bool ready(const struct channel_settings *settings)
{
    return settings->smtp.url && settings->smtp.from && settings->smtp.to[0];
}

/* English names, whatever the locale. */
static void date(char ret_text[DATE_SIZE], int64_t ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(ms / 1000);
    struct tm t;
    gmtime_r(&seconds, &t);
    snprintf(ret_text, DATE_SIZE, "%s, %02d %s %d %02d:%02d:%02d +0000", days[t.tm_wday % 7],
             t.tm_mday % 32, months[t.tm_mon % 12], (t.tm_year + 1900) % 10000, t.tm_hour % 24,
             t.tm_min % 60, t.tm_sec % 61);
}

/* RFC 2047, Q: every byte that is no letter or digit; cut between characters of UTF-8. */
static void encoded_word(struct buf *out, const char *text)
{
    size_t used = WORD_BYTES;
    for (const char *c = text; *c; c++) {
        bool middle = ((unsigned char)*c & 0xc0) == 0x80;
        if (used >= WORD_BYTES && !middle) {
            buf_text(out, c == text ? "=?UTF-8?Q?" : "?=\r\n =?UTF-8?Q?");
            used = 0;
        }
        bool plain =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (plain)
            buf_char(out, *c);
        else
            buf_format(out, "=%02X", (unsigned char)*c);
        used += plain ? 1 : 3;
    }
    if (*text)
        buf_text(out, "?=");
}

static void recipients(struct buf *out, const char *const *to)
{
    for (size_t i = 0; to[i]; i++)
        buf_format(out, "%s%s", i ? ",\r\n " : "", to[i]);
}

static void answers(const struct channel_job *job, struct buf *out)
{
    size_t i;
    const json_t *action;
    char url[URL_SIZE];
    json_array_foreach (json_object_get(job->notice, "actions"), i, action) {
        channel_action_url(job, action, url, sizeof url);
        buf_format(out, "%s:\r\n  %s\r\n", json_string_value(json_object_get(action, "title")),
                   url);
    }
}

static enum err write_post(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    (void)why;
    char sent_at[DATE_SIZE];
    struct buf *body = &ret_post->body;
    const char *const *to = job->settings->smtp.to;
    ret_post->ca_file = job->settings->ca_file;
    ret_post->from = job->settings->smtp.from;
    ret_post->user = job->settings->smtp.user;
    ret_post->password = job->settings->smtp.password;
    ret_post->to = to;
    buf_text(&ret_post->url, job->settings->smtp.url);
    date(sent_at, job->now);
    buf_format(body, "Date: %s\r\nFrom: %s\r\nTo: ", sent_at, ret_post->from);
    recipients(body, to);
    buf_format(body,
               "\r\nMessage-Id: <%s@filamentd>\r\nSubject: ", channel_text(job, "delivery_id"));
    encoded_word(body, channel_text(job, "title"));
    buf_format(
        body,
        "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n%s\r\n\r\n",
        channel_text(job, "message"));
    answers(job, body);
    return OK;
}

/* 4yz may go away; of 5yz a wrong login (530, 535) does not concern this mail alone. */
static enum channel_verdict judge(const struct channel_job *job, const struct post_answer *answer,
                                  struct why *ret_reason)
{
    (void)job;
    (void)ret_reason;
    if (answer->status < 400)
        return CHANNEL_SENT;
    bool login = answer->status == 530 || answer->status == 534 || answer->status == 535;
    return answer->status < 500 ? CHANNEL_LATER : login ? CHANNEL_WRONG : CHANNEL_FAILED;
}

const struct channel smtp_channel = {"smtp", ready, write_post, judge};
