#include <string.h>

#include "api/reply.h"
#include "api/request.h"
#include "api/rest.h"
#include "base/text.h"
#include "store/filaments.h"
#include "store/list.h"
#include "store/materials.h"
#include "store/settings.h"
#include "store/thresholds.h"
#include "store/vendors.h"

static enum err created(struct request *request, struct reply *reply, request_row *create,
                        struct why *why)
{
    enum err e = request_reply_write(request, reply, create, 201, why);
    if (e != OK)
        return e;
    const char *key = request->route->subject->key;
    buf_format(&reply->head, "Location: %s/%s\r\n", request->route->path,
               json_string_value(json_object_get(reply->json, key)));
    return OK;
}

/* --- vendors --- */

enum err rest_vendors_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, vendors_list, why);
}

enum err rest_vendors_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, vendors_get, why);
}

enum err rest_vendors_create(struct request *request, struct reply *reply, struct why *why)
{
    return created(request, reply, vendors_create, why);
}

enum err rest_vendors_update(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, vendors_update, 200, why);
}

enum err rest_vendors_delete(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, vendors_delete, 200, why);
}

/* --- filaments --- */

static enum err check_url(struct request *request, const char *field, struct why *why)
{
    const char *url = request_text(request, field);
    if (!*url || text_starts(url, "https://") || text_starts(url, "http://"))
        return OK;
    return body_fault(request->errors, why, field, "invalid_url",
                      "must begin with https:// or http://");
}

enum err rest_filaments_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, filaments_list, why);
}

enum err rest_filaments_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, filaments_get, why);
}

enum err rest_filaments_create(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_url(request, "reorder_url", why);
    return e ? e : created(request, reply, filaments_create, why);
}

enum err rest_filaments_update(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_url(request, "reorder_url", why);
    return e ? e : request_reply_write(request, reply, filaments_update, 200, why);
}

enum err rest_filaments_delete(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, filaments_delete, 200, why);
}

/* --- materials, thresholds, settings --- */

enum err rest_materials_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, materials_list, why);
}

enum err rest_materials_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, materials_get, why);
}

/* A whole item came back, its default beside it: what it shows is no choice of that value. */
static void drop_shown(struct request *request, const char *name, const char *beside)
{
    if (json_object_get(request->body, beside) &&
        body_same(json_object_get(request->current, name), json_object_get(request->body, name)))
        json_object_del(request->args, name);
}

enum err rest_materials_update(struct request *request, struct reply *reply, struct why *why)
{
    drop_shown(request, "density_g_cm3", "default_density_g_cm3");
    drop_shown(request, "dry_days", "default_dry_days");
    return request_reply_write(request, reply, materials_set, 200, why);
}

enum err rest_thresholds_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, thresholds_list, why);
}

enum err rest_thresholds_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, thresholds_get, why);
}

/* A body that names no weight changes nothing. */
enum err rest_thresholds_update(struct request *request, struct reply *reply, struct why *why)
{
    drop_shown(request, "threshold_grams", "default_grams");
    bool given = json_object_get(request->args, "threshold_grams") != NULL;
    return request_reply_write(request, reply, given ? thresholds_set : thresholds_get, 200, why);
}

enum err rest_thresholds_reset(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, thresholds_reset, 200, why);
}

enum err rest_settings_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, settings_list, why);
}

static enum err check_currency(struct request *request, struct why *why)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *code = request_text(request, "currency.code");
    if (!*code || (strlen(code) == 3 && strspn(code, letters) == 3))
        return OK;
    return body_fault(request->errors, why, "currency.code", "invalid_currency",
                      "must be three capital letters, such as EUR");
}

enum err rest_settings_update(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_currency(request, why);
    if (e == OK)
        e = check_url(request, "homeassistant.url", why);
    return e ? e : request_reply_write(request, reply, settings_update, 200, why);
}
