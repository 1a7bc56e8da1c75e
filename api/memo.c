#include "api/memo.h"

#include <stdlib.h>
#include <string.h>

#include "api/reply.h"
#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"

void memo_init(struct memo *memo)
{
    memset(memo, 0, sizeof *memo);
    pthread_mutex_init(&memo->lock, NULL);
}

void memo_clear(struct memo *memo)
{
    for (size_t i = 0; i < LEN(memo->keys); i++)
        json_decref(memo->keys[i].principal);
    for (size_t i = 0; i < LEN(memo->answers); i++)
        free(memo->answers[i].body);
    pthread_mutex_destroy(&memo->lock);
}

struct memo_moment memo_moment(struct memo *memo, uint64_t version)
{
    return (struct memo_moment){version, atomic_load(&memo->keys_changed), clock_mono()};
}

void memo_keys_changed(struct memo *memo)
{
    atomic_fetch_add(&memo->keys_changed, 1);
}

/* Whoever read it before the change has an older number, whenever he keeps it. */
static bool key_holds(const struct memo_moment *then, const struct memo_moment *now)
{
    return then->keys == now->keys && now->mono - then->mono < MEMO_MS;
}

static bool holds(const struct memo_moment *then, const struct memo_moment *now)
{
    return then->version == now->version && now->version % 2 == 0 &&
           now->mono - then->mono < MEMO_MS;
}

static struct memo_key *place_of_key(struct memo *memo, const uint8_t hash[SHA256_SIZE])
{
    return &memo->keys[hash[0] % MEMO_KEYS];
}

static bool valid(const json_t *principal, int64_t now)
{
    const json_t *expiry = json_object_get(principal, "expires_at");
    return !json_is_integer(expiry) || json_integer_value(expiry) > now;
}

json_t *memo_principal(struct memo *memo, const struct memo_moment *at, const char *key,
                       int64_t now)
{
    uint8_t hash[SHA256_SIZE];
    json_t *found = NULL;
    sha256(key, strlen(key), hash);
    pthread_mutex_lock(&memo->lock);
    const struct memo_key *entry = place_of_key(memo, hash);
    if (entry->principal && key_holds(&entry->at, at) && !memcmp(entry->hash, hash, sizeof hash) &&
        valid(entry->principal, now))
        found = json_incref(entry->principal);
    pthread_mutex_unlock(&memo->lock);
    return found;
}

void memo_keep_principal(struct memo *memo, const struct memo_moment *at, const char *key,
                         json_t *principal)
{
    uint8_t hash[SHA256_SIZE];
    sha256(key, strlen(key), hash);
    pthread_mutex_lock(&memo->lock);
    struct memo_key *entry = place_of_key(memo, hash);
    json_t *former = entry->principal;
    entry->at = *at;
    entry->principal = json_incref(principal);
    memcpy(entry->hash, hash, sizeof hash);
    pthread_mutex_unlock(&memo->lock);
    json_decref(former);
}

static struct memo_answer *place_of(struct memo *memo, const char *path)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * 16777619U;
    return &memo->answers[hash % MEMO_ANSWERS];
}

bool memo_find(struct memo *memo, const struct memo_moment *at, const char *path,
               struct reply *reply)
{
    pthread_mutex_lock(&memo->lock);
    const struct memo_answer *entry = place_of(memo, path);
    bool found = entry->body && holds(&entry->at, at) && !strcmp(entry->path, path);
    if (found) {
        buf_add(&reply->body, entry->body, entry->len);
        reply_etag(reply, entry->etag);
    }
    pthread_mutex_unlock(&memo->lock);
    return found;
}

void memo_keep(struct memo *memo, const struct memo_moment *at, const char *path,
               const struct reply *reply)
{
    size_t len = reply->body.len;
    if (at->version % 2 || !reply->has_etag || !len || len > MEMO_BYTES || reply->body.failed ||
        strlen(path) >= MEMO_PATH)
        return;
    char *body = malloc(len);
    if (!body)
        return;
    memcpy(body, reply->body.data, len);
    pthread_mutex_lock(&memo->lock);
    struct memo_answer *entry = place_of(memo, path);
    char *former = entry->body;
    *entry = (struct memo_answer){.at = *at, .body = body, .len = len, .etag = reply->etag};
    text_copy(entry->path, sizeof entry->path, path);
    pthread_mutex_unlock(&memo->lock);
    free(former);
}
