#include "bridge/notify/tokens.h"

#include <openssl/crypto.h>
#include <string.h>

#include "base/text.h"

const char *tokens_find(const struct tokens *tokens, const char *audience, int64_t now,
                        int64_t most)
{
    for (size_t i = 0; i < TOKENS_KEPT; i++) {
        int64_t age = now - tokens->kept[i].made_at;
        if (tokens->kept[i].made_at && strcmp(tokens->kept[i].audience, audience) == 0)
            return age >= 0 && age <= most && *tokens->kept[i].text ? tokens->kept[i].text : NULL;
    }
    return NULL;
}

char *tokens_place(struct tokens *tokens, const char *audience, int64_t now)
{
    size_t at = 0;
    for (size_t i = 0; i < TOKENS_KEPT; i++) {
        if (tokens->kept[i].made_at && strcmp(tokens->kept[i].audience, audience) == 0) {
            at = i;
            break;
        }
        if (tokens->kept[i].made_at < tokens->kept[at].made_at)
            at = i;
    }
    text_copy(tokens->kept[at].audience, TOKENS_AUDIENCE_SIZE, audience);
    tokens->kept[at].made_at = now;
    tokens->kept[at].text[0] = '\0'; /* until it is filled: signing may fail */
    return tokens->kept[at].text;
}

bool tokens_renew(struct tokens *tokens, const char *audience, int64_t now, int64_t least)
{
    int64_t since = now - tokens->renewed_at;
    if (tokens->renewed_at && since >= 0 && since < least)
        return false;
    tokens->renewed_at = now;
    tokens_place(tokens, audience, now);
    return true;
}

void tokens_clear(struct tokens *tokens)
{
    OPENSSL_cleanse(tokens, sizeof *tokens);
}
