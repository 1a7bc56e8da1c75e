#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/rest_printer_link.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "bridge/printer/secret.h"
#include "store/list.h"
#include "store/printers.h"

enum { NIL = FIELD_NULLABLE, RO = FIELD_READONLY, SECRET = FIELD_SECRET, HOST_MAX = 253 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field create_fields[] = {
    {NULL, "printer_id", K_TEXT, 0, 0, 1, LIMIT_PRINTER_ID, 0, NULL,
     "letters, digits, dot, dash, underscore; the serial where absent"},
    {NULL, "aliases", K_LIST, 0, 0, 0, LIMIT_ALIASES, 0, NULL, "other names of it", &field_texts},
    {NULL, "name", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "for people"},
    {NULL, "source", K_TEXT, 0, 0, 0, 0, 0, printers_sources,
     "who tells about it; mqtt where absent"},
    {NULL, "serial", K_TEXT, 0, 0, 1, 31, NIL, NULL, "serial number"},
    {NULL, "host", K_TEXT, 0, 0, 1, HOST_MAX, NIL, NULL, "address or name in the network"},
    {NULL, "port", K_INT, 0, 0, 1, 65535, NIL, NULL, "of its MQTT service; 8883 where absent"},
    {NULL, "ftps_port", K_INT, 0, 0, 1, 65535, NIL, NULL, "of its files; 990 where absent"},
    {NULL, "fetch_sliced_file", K_BOOL, 0, 0, 0, 0, NIL, NULL,
     "fetch the sliced files of its prints; null: as the setting says"},
    {NULL, "fetch_plain_data", K_BOOL, 0, 0, 0, 0, NIL, NULL,
     "fetch them in the clear where encryption fails; null: as the setting says"},
    {NULL, "access_code", K_TEXT, 0, 0, 1, 63, NIL | SECRET, NULL, "from the printer's screen"},
    {NULL, "model", K_TEXT, 0, 0, 0, 40, NIL, NULL, "such as P1S"},
    {NULL, "enabled", K_BOOL, 0, 0, 0, 0, 0, NULL, "false: leave it alone"},
    {NULL, "pin_sha256", K_TEXT, 0, 0, 64, 95, 0, NULL,
     "of its key, when no certificate authority vouches for it: from the refusal"},
};
const struct body_table rest_printers_create_body = {create_fields, LEN(create_fields)};

static const struct field update_fields[] = {
    {NULL, "aliases", K_LIST, 0, 0, 0, LIMIT_ALIASES, 0, NULL, "other names of it", &field_texts},
    {NULL, "name", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "for people"},
    {NULL, "source", K_TEXT, 0, 0, 0, 0, 0, printers_sources, "who tells about it"},
    {NULL, "serial", K_TEXT, 0, 0, 1, 31, NIL, NULL, "serial number"},
    {NULL, "host", K_TEXT, 0, 0, 1, HOST_MAX, NIL, NULL, "address or name in the network"},
    {NULL, "port", K_INT, 0, 0, 1, 65535, NIL, NULL, "of its MQTT service"},
    {NULL, "ftps_port", K_INT, 0, 0, 1, 65535, NIL, NULL, "of its files; 990 where absent"},
    {NULL, "fetch_sliced_file", K_BOOL, 0, 0, 0, 0, NIL, NULL,
     "fetch the sliced files of its prints; null: as the setting says"},
    {NULL, "fetch_plain_data", K_BOOL, 0, 0, 0, 0, NIL, NULL,
     "fetch them in the clear where encryption fails; null: as the setting says"},
    {NULL, "access_code", K_TEXT, 0, 0, 1, 63, NIL | SECRET, NULL, "from the printer's screen"},
    {NULL, "model", K_TEXT, 0, 0, 0, 40, NIL, NULL, "such as P1S"},
    {NULL, "enabled", K_BOOL, 0, 0, 0, 0, 0, NULL, "false: leave it alone"},
    {NULL, "printer_id", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "pin_sha256", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read; see repin"},
    {NULL, "has_access_code", K_BOOL, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "created_at", K_TIME, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "updated_at", K_TIME, 0, 0, 0, 0, RO, NULL, "as it was read"},
};
const struct body_table rest_printers_update_body = {update_fields, LEN(update_fields)};

static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
};
const struct body_table rest_printers_list_query = {list_fields, LEN(list_fields)};

static const char id_characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

enum err rest_printers_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, printers_list, why);
}

enum err rest_printers_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, printers_get, why);
}

static enum err check_id(struct request *request, const char *field, const char *id,
                         struct why *why)
{
    if (id && *id && strlen(id) <= LIMIT_PRINTER_ID && strspn(id, id_characters) == strlen(id))
        return OK;
    return body_fault(request->errors, why, field, "invalid_id",
                      "must be 1 to 64 letters, digits, dots, dashes or underscores");
}

static enum err check_names(struct request *request, struct why *why)
{
    const json_t *args = request->args;
    const json_t *aliases = json_object_get(args, "aliases");
    const char *serial = json_string_value(json_object_get(args, "serial"));
    enum err e = OK;
    for (size_t i = 0; i < json_array_size(aliases) && e == OK; i++)
        e = check_id(request, "aliases", json_string_value(json_array_get(aliases, i)), why);
    if (serial && strspn(serial, id_characters) != strlen(serial) && e == OK)
        e = body_fault(request->errors, why, "serial", "invalid_serial",
                       "must be letters and digits");
    return e;
}

static bool given(const struct request *request, const char *name)
{
    return *request_text(request, name) != '\0';
}

/* Without them a link of its own is impossible. */
static enum err check_reach(struct request *request, struct why *why)
{
    static const char *const needed[] = {"serial", "host", "access_code"};
    bool mqtt = strcmp(request_text(request, "source"), "homeassistant") != 0;
    enum err result = OK;
    for (size_t i = 0; i < LEN(needed) && mqtt; i++)
        if (!given(request, needed[i]))
            result = body_fault(request->errors, why, needed[i], "required", "is required");
    if (!mqtt && !given(request, "printer_id") && !given(request, "serial"))
        result = body_fault(request->errors, why, "printer_id", "required", "is required");
    return result;
}

/* The code is sealed for its serial before it comes near the database. */
static enum err seal(struct request *request, const char *serial, struct why *why)
{
    char sealed[SECRET_SEALED_SIZE];
    const struct secret *secret = request->api->context.secret;
    const char *code = request_text(request, "access_code");
    if (!*code)
        return OK;
    if (!secret)
        return why_fail(why, ERR_CONFLICT, "no_secret_key", "access_code",
                        "this daemon has no key to keep access codes with");
    enum err e = secret_seal(secret, serial, code, sealed, why);
    if (e == OK && json_object_set_new(request->args, "access_code", json_string(sealed)) != 0)
        e = ERR_NOMEM;
    return e;
}

enum err rest_printers_create(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_names(request, why);
    if (e == OK && given(request, "printer_id"))
        e = check_id(request, "printer_id", request_text(request, "printer_id"), why);
    if (e == OK)
        e = check_reach(request, why);
    if (e == OK)
        e = rest_printer_link_admit(request, reply, why);
    if (e == OK)
        e = seal(request, request_text(request, "serial"), why);
    return e == OK ? request_answer_write(request, reply, printers_create, request->args, 201,
                                          "/api/printers", why)
                   : e;
}

/* A code that stays must open under the new serial: it has to be given again. */
static enum err check_serial(struct request *request, struct why *why)
{
    const json_t *next = json_object_get(request->args, "serial");
    bool same = !next || json_equal(next, json_object_get(request->current, "serial"));
    bool sealed = json_is_true(json_object_get(request->current, "has_access_code"));
    if (same || !sealed || json_object_get(request->args, "access_code"))
        return OK;
    return body_fault(request->errors, why, "access_code", "required",
                      "is needed again with another serial");
}

enum err rest_printers_update(struct request *request, struct reply *reply, struct why *why)
{
    const char *serial = given(request, "serial")
                             ? request_text(request, "serial")
                             : json_string_value(json_object_get(request->current, "serial"));
    enum err e = check_names(request, why);
    if (e == OK)
        e = check_serial(request, why);
    if (e == OK)
        e = seal(request, serial ? serial : "", why);
    return e == OK ? request_reply_write(request, reply, printers_update, 200, why) : e;
}

enum err rest_printers_delete(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, printers_delete, 200, why);
}
