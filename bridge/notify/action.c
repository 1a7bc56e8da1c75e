#include "bridge/notify/action.h"

#include <openssl/crypto.h>
#include <string.h>

#include "base/text.h"
#include "bridge/printer/secret.h"

/* answer, choice, until (big endian), question, the first half of the MAC */
enum { HEAD = 2, TIME = 4, UUID = 16, BODY = HEAD + TIME + UUID, MAC = 16, WHOLE = BODY + MAC };
enum { MOST_CHOICES = 256 };

static const char purpose[] = "answer to a question";

const char *const action_answers[] = {"candidate", "confirm", "dismiss", NULL};

static bool pack_id(uint8_t to[UUID], const char *id)
{
    char hex[2 * UUID + 1];
    size_t len = 0, count;
    for (; *id && len < sizeof hex - 1; id++)
        if (*id != '-')
            hex[len++] = *id;
    hex[len] = '\0';
    return !*id && text_unhex(to, UUID, hex, &count) && count == UUID;
}

static void unpack_id(char to[ID_SIZE], const uint8_t from[UUID])
{
    char hex[2 * UUID + 1];
    text_hex(hex, from, UUID);
    snprintf(to, ID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

enum err action_make(const struct secret *secret, const struct action *action,
                     char ret_token[ACTION_SIZE], struct why *why)
{
    uint8_t bytes[WHOLE] = {(uint8_t)action->answer, (uint8_t)action->choice}, mac[SECRET_MAC_SIZE];
    for (int i = 0; i < TIME; i++)
        bytes[HEAD + i] = (uint8_t)(action->until >> 8 * (TIME - 1 - i));
    if (action->choice < 0 || action->choice >= MOST_CHOICES ||
        !pack_id(bytes + HEAD + TIME, action->question))
        return why_fail(why, ERR_INVALID, "invalid_action", NULL, "no answer has this form");
    if (!secret_mac(secret, purpose, bytes, BODY, mac))
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory to sign a token");
    memcpy(bytes + BODY, mac, MAC);
    text_base64url(ret_token, bytes, WHOLE);
    return OK;
}

enum err action_read(const struct secret *secret, const char *token, int64_t now_ms,
                     struct action *ret_action, struct why *why)
{
    uint8_t bytes[WHOLE], mac[SECRET_MAC_SIZE];
    size_t len;
    if (strlen(token) >= ACTION_SIZE || !text_unbase64(bytes, sizeof bytes, token, &len) ||
        len != WHOLE || !secret_mac(secret, purpose, bytes, BODY, mac) ||
        CRYPTO_memcmp(bytes + BODY, mac, MAC) != 0 || bytes[0] > ACTION_DISMISS)
        return why_fail(why, ERR_DENIED, "invalid_token", "token", "this token was not made here");
    *ret_action = (struct action){.answer = bytes[0], .choice = bytes[1]};
    for (int i = 0; i < TIME; i++)
        ret_action->until = ret_action->until << 8 | bytes[HEAD + i];
    unpack_id(ret_action->question, bytes + HEAD + TIME);
    if (ret_action->until * 1000 < now_ms)
        return why_fail(why, ERR_DENIED, "expired_token", "token",
                        "this button is too old; answer in the app");
    return OK;
}
