/*
 * Any server of the user's: the notice as JSON, signed as the webhooks that come in are
 * (api/webhook.h): X-Signature-256 is HMAC-SHA256 of "timestamp.body" under the secret, with
 * X-Timestamp in seconds. X-Delivery-Id is the same at each attempt.
 */
#include "bridge/notify/channel.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bridge/notify/post.h"
#include "store/args.h"

enum { DIGEST = 32 };

static bool ready(const struct channel_settings *settings)
{
    return settings->webhook.url;
}

static bool sign(struct post *post, const char *secret, int64_t seconds)
{
    uint8_t digest[DIGEST];
    char hex[2 * DIGEST + 1];
    unsigned len = sizeof digest;
    auto_buf text = {0};
    buf_format(&text, "%lld.", (long long)seconds);
    buf_add(&text, post->body.data, post->body.len);
    if (text.failed || !HMAC(EVP_sha256(), secret, (int)strlen(secret), (const uint8_t *)text.data,
                             text.len, digest, &len))
        return false;
    text_hex(hex, digest, len);
    buf_format(&post->headers, "X-Timestamp: %lld\nX-Signature-256: sha256=%s\n",
               (long long)seconds, hex);
    return true;
}

static enum err write_post(const struct channel_job *job, struct post *ret_post, struct why *why)
{
    const char *secret = job->settings->webhook.secret;
    ret_post->ca_file = job->settings->ca_file;
    buf_text(&ret_post->url, job->settings->webhook.url);
    json_t *body = args_copy(job->notice);
    json_object_set_new(body, "url", json_string(job->settings->base_url));
    channel_json(ret_post, body);
    channel_header(ret_post, "X-Delivery-Id", channel_text(job, "delivery_id"));
    if (!ret_post->body.failed && secret && !sign(ret_post, secret, job->now / 1000))
        return why_fail(why, ERR_NOMEM, NULL, NULL, "the message cannot be signed");
    return OK;
}

const struct channel webhook_channel = {"webhook", ready, write_post, NULL};
