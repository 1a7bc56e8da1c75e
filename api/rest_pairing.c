#include <string.h>

#include "api/auth.h"
#include "api/pair.h"
#include "api/qr.h"
#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/limits.h"
#include "store/keys.h"
#include "store/pairing.h"

enum { REQ = FIELD_REQUIRED, NIL = FIELD_NULLABLE, SCOPES_MAX = 8, CODE_MAX = 32 };

static const struct field offer_fields[] = {
    {.name = "name",
     .kind = K_TEXT,
     .min = 1,
     .max = LIMIT_NAME,
     .flags = NIL,
     .doc = "name of the key; default: as the device calls itself"},
    {.name = "scopes",
     .kind = K_LIST,
     .min = 1,
     .max = SCOPES_MAX,
     .flags = NIL,
     .words = keys_scopes,
     .doc = "what it may do; default: all but admin, webhook and metrics",
     .of = &field_texts},
};
const struct body_table rest_pairing_offer_body = {offer_fields, LEN(offer_fields)};

static const struct field redeem_fields[] = {
    {.name = "code",
     .kind = K_TEXT,
     .min = 1,
     .max = CODE_MAX,
     .flags = REQ,
     .doc = "c of the link; blanks, dashes and case do not matter"},
    {.name = "device_name",
     .kind = K_TEXT,
     .min = 1,
     .max = LIMIT_NAME,
     .flags = REQ,
     .doc = "what people call the device"},
    {.name = "platform",
     .kind = K_TEXT,
     .min = 1,
     .max = LIMIT_NAME,
     .flags = NIL,
     .doc = "such as iOS 26.1"},
};
const struct body_table rest_pairing_redeem_body = {redeem_fields, LEN(redeem_fields)};

static const struct field code_rows[] = {
    {.name = "code", .kind = K_TEXT, .doc = "Good for one device"},
    {.name = "url", .kind = K_TEXT, .doc = "What the QR code holds"},
    {.name = "qr_svg", .kind = K_TEXT, .doc = "The QR code as an SVG document"},
    {.name = "urls", .kind = K_LIST, .doc = "Where the daemon is reached", .of = &field_texts},
    {.name = "fingerprint", .kind = K_TEXT, .doc = "SHA-256 of its public key, base64url"},
    {.name = "name", .kind = K_TEXT, .flags = NIL, .doc = "Of the key; null: the device's"},
    {.name = "scopes",
     .kind = K_LIST,
     .words = keys_scopes,
     .doc = "Of the key",
     .of = &field_texts},
    {.name = "expires_at", .kind = K_TIME, .doc = "The code is worth nothing from then on"},
};
const struct field_shape rest_pairing_code = {NULL, code_rows, LEN(code_rows), "PairingCode"};

static const struct field server_rows[] = {
    {.name = "id", .kind = K_TEXT, .doc = "Of this installation, for ever"},
    {.name = "name", .kind = K_TEXT, .doc = "What people call it"},
    {.name = "version", .kind = K_TEXT, .doc = "Of the program"},
    {.name = "urls", .kind = K_LIST, .doc = "Where it is reached", .of = &field_texts},
    {.name = "fingerprint", .kind = K_TEXT, .doc = "SHA-256 of its public key, base64url"},
};
static const struct field_shape server_shape = {NULL, server_rows, LEN(server_rows),
                                                "PairedServer"};

static const struct field paired_rows[] = {
    {.name = "key", .kind = K_TEXT, .doc = "The API key, shown this once"},
    {.name = "key_id", .kind = K_TEXT, .doc = "Identifier of the key"},
    {.name = "name", .kind = K_TEXT, .doc = "Of the key"},
    {.name = "scopes",
     .kind = K_LIST,
     .words = keys_scopes,
     .doc = "What it may do",
     .of = &field_texts},
    {.name = "server", .kind = K_OBJECT, .doc = "Whom it was paired with", .of = &server_shape},
};
const struct field_shape rest_pairing_paired = {NULL, paired_rows, LEN(paired_rows), "Paired"};

enum err rest_pairing_offer(struct request *request, struct reply *reply, struct why *why)
{
    json_t *row = NULL;
    json_auto_t *server = NULL;
    auto_buf link = {0}, svg = {0};
    enum err e = pair_server(request->api, &server, why);
    if (e == OK)
        e = request_write(request, pairing_offer, request->args, &row, why);
    if (e != OK)
        return e;
    reply_json(reply, 201, row); /* owns it from here on */
    pair_link(json_object_get(server, "urls"),
              json_string_value(json_object_get(server, "fingerprint")),
              json_string_value(json_object_get(row, "code")), &link);
    e = link.failed ? ERR_NOMEM : qr_svg(&svg, link.data, why);
    if (e != OK)
        return e;
    bool good = !svg.failed && json_object_update(row, server) == 0 &&
                json_object_set_new(row, "url", json_stringn(link.data, link.len)) == 0 &&
                json_object_set_new(row, "qr_svg", json_stringn(svg.data, svg.len)) == 0;
    return good ? OK : why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
}

/* Why it is not good stays unsaid: it would tell a guesser which codes there are. */
static enum err refuse_code_given(struct request *request, struct why *why)
{
    auth_failed_pairing(&request->api->pairing, request->call->address, request->call->now);
    return why_fail(why, ERR_DENIED, "pairing_refused", "code",
                    "the code is wrong, used or too old: ask for a new one");
}

static enum err describe(struct request *request, json_t *server, struct why *why)
{
    const struct api *api = request->api;
    json_auto_t *instance = NULL;
    enum err e = request_read(request, pairing_instance, NULL, &instance, why);
    if (e != OK)
        return e;
    json_object_update(server, instance);
    json_object_set_new(server, "name", json_string(api_name(api)));
    json_object_set_new(server, "version", json_string(FILAMENTD_VERSION));
    return json_object_size(server) == LEN(server_rows)
               ? OK
               : why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
}

enum err rest_pairing_redeem(struct request *request, struct reply *reply, struct why *why)
{
    json_auto_t *server = NULL, *made = NULL;
    int wait = auth_blocked(&request->api->pairing, request->call->address, request->call->now);
    if (wait)
        return reply_too_many(reply, wait, "wrong codes", why);
    enum err e = pair_server(request->api, &server, why);
    if (e == OK)
        e = describe(request, server, why);
    if (e == OK)
        e = request_write(request, pairing_redeem, request->args, &made, why);
    if (e != OK)
        return e;
    if (json_is_null(made))
        return refuse_code_given(request, why);
    buf_format(&reply->head, "Location: /api/api_keys/%s\r\n",
               json_string_value(json_object_get(made, "key_id")));
    return reply_json(reply, 201,
                      json_pack("{s:O, s:O, s:O, s:O, s:O}", "key", json_object_get(made, "key"),
                                "key_id", json_object_get(made, "key_id"), "name",
                                json_object_get(made, "name"), "scopes",
                                json_object_get(made, "scopes"), "server", server));
}

/* For who opens the link without the app: the code in its fragment never reached us. */
enum err rest_pairing_page(struct request *request, struct reply *reply, struct why *why)
{
    static const char page[] =
        "<!DOCTYPE html>\n"
        "<html lang=\"en\">\n"
        "<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<title>Pair with filamentd</title>\n"
        "<h1>Pair with filamentd</h1>\n"
        "<p>This link is meant for the app: scan its QR code from inside the app, or open the link "
        "on the device where the app is installed.</p>\n"
        "<p>The code in the link is good for one device and for five minutes. It is behind the "
        "<code>#</code> and was not sent to the server by opening this page.</p>\n"
        "</html>\n";
    (void)request, (void)why;
    reply->type = "text/html; charset=utf-8";
    reply_header(reply, "Content-Security-Policy",
                 "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    reply_header(reply, "Referrer-Policy", "no-referrer");
    buf_add(&reply->body, page, sizeof page - 1);
    return OK;
}
