/*
 * JSON web tokens signed with ES256 (RFC 7519, RFC 7515, RFC 7518 3.4): the two kinds that push
 * services ask for. How long one is used, and when a new one is made, is the caller's affair.
 * Owner: a key is closed by who opened it; a token is as good as a password while it lasts.
 * Thread: any; a key may be shared. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_JWT_H
#define BRIDGE_NOTIFY_JWT_H

#include <stdint.h>

#include "base/err.h"

/* A private key on P-256, checked. */
struct jwt_key;

enum {
    JWT_TOKEN_SIZE = 2048,
    JWT_PUBLIC_SIZE = 88, /* 65 bytes as base64url, and the end */
    JWT_PEM_SIZE = 512,
};

/* The PEM text of a key: PKCS #8, as a .p8 of Apple is, or SEC 1. ERR_INVALID, with the way to mend
 * it, for one that is encrypted, public, damaged, or of another kind or curve. */
enum err jwt_key_read(const char *pem, struct jwt_key **ret_key, struct why *why);
enum err jwt_key_new(struct jwt_key **ret_key, struct why *why);
void jwt_key_close(struct jwt_key *key); /* NULL is fine */

/* PKCS #8, unencrypted: the caller keeps it secret, and wipes ${ret_pem}. */
enum err jwt_key_pem(const struct jwt_key *key, char ret_pem[JWT_PEM_SIZE], struct why *why);

/* The public key as browsers want it (applicationServerKey), and push services as `k` (RFC 8292
 * 3.2): the uncompressed point in base64url. */
enum err jwt_key_public(const struct jwt_key *key, char ret_public[JWT_PUBLIC_SIZE],
                        struct why *why);

/* For APNs: made at ${now}, ms since 1970. Apple wants one for 20 to 60 minutes ("Establishing a
 * token-based connection to APNs"). */
enum err jwt_apns(const struct jwt_key *key, const char *key_id, const char *team_id, int64_t now,
                  char ret_token[JWT_TOKEN_SIZE], struct why *why);

/* For VAPID (RFC 8292 2): ${audience} is the origin of the push service, ${subject} a mailto: or
 * https: address of who runs this, ${expires} in ms since 1970, at most 24 h from now. */
enum err jwt_vapid(const struct jwt_key *key, const char *audience, const char *subject,
                   int64_t expires, char ret_token[JWT_TOKEN_SIZE], struct why *why);

#endif
