/*
 * Tokens and encrypted messages for the oracle of tests/notify:
 *   print_push vapid AUDIENCE SUBJECT EXPIRES_MS   a new key, and a token by it, as JSON
 *   print_push apns KEY_ID TEAM_ID NOW_MS < PEM    a token
 *   print_push encrypt P256DH AUTH < MESSAGE       the body of a request
 */
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/notify/ece.h"
#include "bridge/notify/jwt.h"

enum { INPUT_MAX = 16384 };

static enum err vapid(char **arguments, struct why *why)
{
    struct jwt_key *key = NULL;
    int64_t expires = 0;
    char pem[JWT_PEM_SIZE], public[JWT_PUBLIC_SIZE], token[JWT_TOKEN_SIZE];
    enum err e = text_to_int(arguments[2], &expires) ? jwt_key_new(&key, why) : ERR_INVALID;
    if (e == OK)
        e = jwt_key_pem(key, pem, why);
    if (e == OK)
        e = jwt_key_public(key, public, why);
    if (e == OK)
        e = jwt_vapid(key, arguments[0], arguments[1], expires, token, why);
    jwt_key_close(key);
    if (e != OK)
        return e;
    json_auto_t *told = json_pack("{s:s, s:s, s:s}", "pem", pem, "public", public, "token", token);
    OPENSSL_cleanse(pem, sizeof pem);
    return told && json_dumpf(told, stdout, JSON_COMPACT) == 0 ? OK : ERR_IO;
}

static enum err apns(char **arguments, struct why *why)
{
    struct jwt_key *key = NULL;
    int64_t now = 0;
    char token[JWT_TOKEN_SIZE], pem[INPUT_MAX] = "";
    size_t len = fread(pem, 1, sizeof pem - 1, stdin);
    enum err e =
        len && text_to_int(arguments[2], &now) ? jwt_key_read(pem, &key, why) : ERR_INVALID;
    OPENSSL_cleanse(pem, sizeof pem);
    if (e == OK)
        e = jwt_apns(key, arguments[0], arguments[1], now, token, why);
    jwt_key_close(key);
    if (e == OK && fputs(token, stdout) < 0)
        e = ERR_IO;
    return e;
}

static enum err encrypt(char **arguments, struct why *why)
{
    struct ece_subscription to;
    char plain[INPUT_MAX];
    uint8_t body[ECE_BODY_MAX];
    size_t body_len = 0, len = fread(plain, 1, sizeof plain, stdin);
    enum err e = ece_subscription_read(arguments[0], arguments[1], &to, why);
    if (e == OK)
        e = ece_encrypt(&to, plain, len, body, &body_len, why);
    if (e == OK && fwrite(body, 1, body_len, stdout) != body_len)
        e = ERR_IO;
    return e;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int arguments;
        enum err (*run)(char **arguments, struct why *why);
    } commands[] = {{"vapid", 3, vapid}, {"apns", 3, apns}, {"encrypt", 2, encrypt}};
    struct why why = {.text = "wrong arguments"};
    enum err e = ERR_INVALID;
    for (size_t i = 0; i < LEN(commands); i++)
        if (argc == commands[i].arguments + 2 && strcmp(argv[1], commands[i].name) == 0)
            e = commands[i].run(argv + 2, &why);
    if (e != OK)
        fprintf(stderr, "print_push: %s\n", why.text);
    return e != OK;
}
