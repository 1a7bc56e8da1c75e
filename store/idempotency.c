#include "store/idempotency.h"

#include <string.h>

#include "base/auto.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"

static const int64_t kept_ms = 7LL * 24 * 3600 * 1000;

static json_t *pack(struct db *db, const struct idempotency_request *request)
{
    return db_args(db, json_pack("{s:I, s:s, s:s, s:s?, s:I}", "principal",
                                 (json_int_t)request->principal, "key", request->key, "route",
                                 request->route, "body_hash", request->body_hash, "oldest",
                                 (json_int_t)(db_now(db) - kept_ms)));
}

enum err idempotency_find(struct db *db, const struct idempotency_request *request,
                          json_t **ret_answer, struct why *why)
{
    static const struct field types[] = {{.name = "headers", .kind = K_OBJECT}};
    static const struct field_shape shape = {"idempotency", types, LEN(types)};
    json_auto_t *args = pack(db, request);
    json_auto_t *row = db_row(db,
                              "SELECT route, body_hash, status, headers, body FROM idempotency "
                              "WHERE principal = :principal AND key = :key "
                              "AND created_at > :oldest",
                              args, &shape);
    *ret_answer = NULL;
    if (!row)
        return db_status(db, why);
    const char *hash = request->body_hash;
    if (strcmp(args_text(row, "route"), request->route) != 0 ||
        (hash && strcmp(args_text(row, "body_hash"), hash) != 0))
        return why_fail(why, ERR_INVALID, "idempotency_key_reused", "Idempotency-Key",
                        "this key was used for another request");
    json_object_del(row, "route");
    json_object_del(row, "body_hash");
    *ret_answer = json_incref(row);
    return OK;
}

enum err idempotency_keep(struct db *db, const struct idempotency_request *request, int status,
                          const json_t *headers, const char *body, struct why *why)
{
    json_auto_t *args = pack(db, request);
    db_put(db, args, "status", json_integer(status));
    db_put(db, args, "body", body ? json_string(body) : json_null());
    if (headers)
        db_put(db, args, "headers", json_deep_copy(headers));
    db_exec(db, "DELETE FROM idempotency WHERE created_at <= :oldest", args);
    db_exec(db,
            "INSERT INTO idempotency (principal, key, route, body_hash, status, headers, body, "
            "created_at) VALUES (:principal, :key, :route, :body_hash, :status, "
            "coalesce(:headers, '{}'), :body, :now)",
            args);
    return db_status(db, why);
}
