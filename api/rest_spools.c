#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/text.h"
#include "store/list.h"
#include "store/spools.h"

enum err rest_spools_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, spools_list, why);
}

enum err rest_spools_get(struct request *request, struct reply *reply, struct why *why)
{
    int64_t seq = 0;
    enum err e = spools_text(request->db, request->args, &reply->body, &seq, why);
    if (e == OK)
        reply_etag(reply, seq);
    return e;
}

/* "#RRGGBBAA" is a colour and its opacity. */
static void split_alpha(json_t *args)
{
    const char *color = json_string_value(json_object_get(args, "color_hex"));
    uint64_t alpha = 255;
    if (!color)
        return;
    if (strlen(color) == 9) {
        text_to_hex64(color + 7, &alpha);
        json_object_set_new(args, "color_hex", json_stringn(color, 7));
    }
    if (!json_object_get(args, "color_alpha"))
        json_object_set_new(args, "color_alpha", json_integer((json_int_t)alpha));
}

static enum err check_colors(struct request *request, struct why *why)
{
    static const struct field color = {.name = "color_hexes", .kind = K_COLOR};
    const struct body_table table = {&color, 1};
    json_t *list = json_object_get(request->args, color.name);
    enum err e = OK;
    for (size_t i = 0; i < json_array_size(list) && e == OK; i++) {
        json_auto_t *one = json_pack("{s:O}", color.name, json_array_get(list, i));
        json_auto_t *taken = json_object();
        e = body_check(&table, BODY_CREATE, one, NULL, taken, request->errors, why);
        if (e == OK)
            json_array_set(list, i, json_object_get(taken, color.name));
    }
    return e;
}

static enum err check_tags(struct request *request, struct why *why)
{
    const json_t *list = json_object_get(request->args, "tag_uids");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *tag = json_string_value(json_array_get(list, i));
        if (!tag || !*tag || strlen(tag) > 32 ||
            strspn(tag, "0123456789abcdefABCDEF") != strlen(tag))
            return body_fault(request->errors, why, "tag_uids", "wrong_type",
                              "must hold hexadecimal texts");
    }
    return OK;
}

/* What will hold after the write: the new value, else the present one. */
static const json_t *after(const struct request *request, const char *name)
{
    const json_t *value = json_object_get(request->args, name);
    return value ? value : json_object_get(request->current, name);
}

static enum err check_order(struct request *request, const char *low, const char *high,
                            struct why *why)
{
    const json_t *from = after(request, low), *to = after(request, high);
    if (!json_is_number(from) || !json_is_number(to) ||
        json_number_value(from) <= json_number_value(to))
        return OK;
    return body_fault(request->errors, why, low, "min_above_max", "must not be above %s", high);
}

static enum err prepare(struct request *request, struct why *why)
{
    split_alpha(request->args);
    enum err colors = check_colors(request, why);
    enum err tags = check_tags(request, why);
    enum err nozzle = check_order(request, "nozzle_temp_min_c", "nozzle_temp_max_c", why);
    enum err bed = check_order(request, "bed_temp_min_c", "bed_temp_max_c", why);
    return colors != OK ? colors : tags != OK ? tags : nozzle != OK ? nozzle : bed;
}

enum err rest_spools_create(struct request *request, struct reply *reply, struct why *why)
{
    const char *id = request_text(request, "spool_id");
    enum err e = prepare(request, why);
    if (e == OK && *id && !id_valid(id))
        e = body_fault(request->errors, why, "spool_id", "invalid_id", "must be a UUID");
    if (e == OK)
        e = request_reply_write(request, reply, spools_create, 201, why);
    if (e != OK)
        return e;
    buf_format(&reply->head, "Location: /api/spools/%s\r\n",
               json_string_value(json_object_get(reply->json, "spool_id")));
    return OK;
}

enum err rest_spools_update(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = prepare(request, why);
    return e == OK ? request_reply_write(request, reply, spools_update, 200, why) : e;
}

enum err rest_spools_delete(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, spools_delete, 200, why);
}

enum err rest_spools_adjust(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, spools_adjust, 200, why);
}

enum err rest_spools_archive(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, spools_archive, 200, why);
}

enum err rest_spools_restore(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, spools_restore, 200, why);
}

enum err rest_spools_history(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, spools_history, why);
}
