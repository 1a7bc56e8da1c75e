#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/text.h"
#include "store/activities.h"
#include "store/args.h"

enum { ID_MAX = 64, TOKEN_LEAST = 16 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field register_fields[] = {
    {NULL, "job_id", K_TEXT, 0, 0, 1, ID_MAX, FIELD_REQUIRED, NULL, "print that it shows"},
    {NULL, "token", K_TEXT, 0, 0, 1, 2 * REST_TOKEN_BYTES, FIELD_REQUIRED, NULL,
     "push token of the activity, in hex; never shown again"},
};
const struct body_table rest_activities_register_body = {register_fields, LEN(register_fields)};

bool rest_activities_token(const char *text, char ret_hex[REST_TOKEN_SIZE], struct why *ret_fault)
{
    uint8_t bytes[REST_TOKEN_BYTES];
    size_t len = 0;
    if (!text_unhex(bytes, sizeof bytes, text, &len) || len < TOKEN_LEAST) {
        why_fail(ret_fault, ERR_INVALID, "invalid_token", NULL,
                 "must be the bytes of the token in hex");
        return false;
    }
    text_hex(ret_hex, bytes, len);
    return true;
}

enum err rest_activities_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, activities_list, why);
}

enum err rest_activities_register(struct request *request, struct reply *reply, struct why *why)
{
    char hex[REST_TOKEN_SIZE];
    struct why fault;
    json_t *done = NULL;
    bool made = false;
    if (!rest_activities_token(args_text(request->args, "token"), hex, &fault))
        return body_fault(request->errors, why, "token", fault.code, "%s", fault.text);
    json_object_set_new(request->args, "token", json_string(hex));
    enum err e = activities_register(request->db, request->args, &done, &made, why);
    return e ? e : reply_json(reply, made ? 201 : 200, done);
}

enum err rest_activities_delete(struct request *request, struct reply *reply, struct why *why)
{
    json_t *done = NULL;
    enum err e = activities_delete(request->db, request->args, &done, why);
    return e ? e : reply_json(reply, 200, done);
}
