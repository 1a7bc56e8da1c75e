#include "store/pairing.h"

#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/keys.h"

enum { CODE_SIZE = PAIRING_CODE_LEN + 1 };

/* 32 that people do not mistake for each other: no 0, 1, I, O. */
static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

static void make_code(char ret_code[CODE_SIZE])
{
    uint8_t random[PAIRING_CODE_LEN];
    id_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        ret_code[i] = alphabet[random[i] % (sizeof alphabet - 1)];
    ret_code[PAIRING_CODE_LEN] = '\0';
}

/* As it was made, of what a person or a program sent; false: it cannot be one. */
static bool read_code(const char *text, char ret_code[CODE_SIZE])
{
    size_t len = 0;
    for (; *text; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (len == PAIRING_CODE_LEN)
            return false;
        ret_code[len++] = *text;
    }
    ret_code[len] = '\0';
    text_upper(ret_code);
    return len == PAIRING_CODE_LEN;
}

static void forget_dead(struct db *db)
{
    json_auto_t *args = db_args(db, json_pack("{s:i}", "tries", PAIRING_TRIES));
    db_exec(db,
            "DELETE /* scan */ FROM pair_code WHERE expires_at <= :now OR wrong_tries >= :tries",
            args);
}

static json_t *phone_scopes(void)
{
    return json_pack("[s, s, s, s, s]", "read", "spools:write", "slots:write", "jobs:write",
                     "devices");
}

enum err pairing_offer(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    char code[CODE_SIZE], hash[SHA256_HEX_SIZE];
    json_auto_t *row = db_args(db, args_copy(args));
    if (!args_given(args, "scopes"))
        db_put(db, row, "scopes", phone_scopes());
    enum err e =
        db_failed(db) ? db_status(db, why) : keys_check_scopes(json_object_get(row, "scopes"), why);
    if (e != OK)
        return e;
    forget_dead(db);
    if (db_int(db, "SELECT /* scan */ count(*) FROM pair_code", NULL, 0) >= PAIRING_OPEN)
        return why_fail(why, ERR_CONFLICT, "too_many_codes", "",
                        "%d codes wait to be used; each is gone after five minutes", PAIRING_OPEN);
    make_code(code);
    sha256_hex(code, PAIRING_CODE_LEN, hash);
    db_put(db, row, "hash", json_string(hash));
    db_put(db, row, "expires_at", json_integer(db_now(db) + PAIRING_MS));
    static const struct field types[] = {{.name = "scopes", .kind = K_LIST}};
    static const struct field_shape shape = {NULL, types, 1, NULL};
    *ret = db_row(db,
                  "INSERT INTO pair_code (hash, name, scopes, expires_at, created_at) "
                  "VALUES (:hash, :name, :scopes, :expires_at, :now) RETURNING name, scopes, "
                  "strftime('%Y-%m-%dT%H:%M:%SZ', expires_at / 1000, 'unixepoch') AS expires_at",
                  row, &shape);
    if (*ret)
        db_put(db, *ret, "code", json_string(code));
    memset(code, 0, sizeof code);
    return db_status(db, why);
}

/* Every open code is compared with, so that time tells nothing. Returns a row, NULL for none. */
static json_t *match(struct db *db, const char *text)
{
    char code[CODE_SIZE], hash[SHA256_HEX_SIZE] = "";
    static const struct field types[] = {{.name = "scopes", .kind = K_LIST}};
    static const struct field_shape shape = {NULL, types, 1, NULL};
    json_auto_t *open = db_rows(db, "SELECT /* scan */ * FROM pair_code", NULL, &shape);
    json_t *found = NULL;
    if (read_code(text, code))
        sha256_hex(code, PAIRING_CODE_LEN, hash);
    for (size_t i = 0; i < json_array_size(open); i++) {
        json_t *row = json_array_get(open, i);
        char stored[SHA256_HEX_SIZE];
        if (text_copy(stored, sizeof stored, args_text(row, "hash")) &&
            sha256_hex_same(stored, hash))
            found = row;
    }
    return json_incref(found);
}

enum err pairing_redeem(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *code = args_text(args, "code");
    forget_dead(db);
    json_auto_t *row = match(db, code ? code : "");
    if (!row) {
        db_exec(db, "UPDATE /* scan */ pair_code SET wrong_tries = wrong_tries + 1", NULL);
        *ret = json_null();
        return db_status(db, why);
    }
    db_exec(db, "DELETE FROM pair_code WHERE id = :id", row);
    json_auto_t *wanted = json_object();
    args_take(wanted, "name", args, "device_name");
    if (args_given(row, "name"))
        args_take(wanted, "name", row, "name");
    args_take(wanted, "scopes", row, "scopes");
    args_take(wanted, "device_name", args, "device_name");
    args_take(wanted, "platform", args, "platform");
    return keys_create(db, wanted, ret, why);
}

enum err pairing_instance(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    (void)args;
    *ret = db_row(db, "SELECT public_id AS id FROM instance WHERE id = 1", NULL, NULL);
    return *ret ? OK : db_missing(db, why, "no_instance", "", "the database has no identity");
}
