#include "api/rest_printer_link.h"

#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/text.h"
#include "bridge/printer/link_probe.h"
#include "bridge/printer/links.h"
#include "store/printers.h"

enum { PROBE_MS = 4000 };

static const struct field repin_fields[] = {
    {NULL, "pin_sha256", K_TEXT, 0, 0, 64, 95, 0, NULL,
     "of the key that is to be trusted from now on"},
};
const struct body_table rest_printers_repin_body = {repin_fields, LEN(repin_fields)};

/* 64 hex digits in lower case; colons between pairs are allowed in the input. */
static bool normal_pin(const char *text, char ret_pin[IDENTITY_SHA256_TEXT])
{
    size_t used = 0;
    for (; *text; text++) {
        if (*text == ':')
            continue;
        if (used + 1 >= IDENTITY_SHA256_TEXT || !strchr("0123456789abcdefABCDEF", *text))
            return false;
        ret_pin[used++] = *text;
    }
    ret_pin[used] = '\0';
    text_lower(ret_pin);
    return used == IDENTITY_SHA256_TEXT - 1;
}

/* ${*ret_given}: a pin was given and is now normalised in args. */
static enum err take_pin(struct request *request, bool *ret_given, char pin[IDENTITY_SHA256_TEXT],
                         struct why *why)
{
    const char *text = request_text(request, "pin_sha256");
    pin[0] = '\0';
    *ret_given = *text != '\0';
    if (!*text)
        return OK;
    if (!normal_pin(text, pin))
        return body_fault(request->errors, why, "pin_sha256", "invalid_pin",
                          "must be a SHA-256: 64 hexadecimal digits");
    return json_object_set_new(request->args, "pin_sha256", json_string(pin)) == 0 ? OK : ERR_NOMEM;
}

static void probe(struct request *request, const json_t *printer, struct link_probe_result *result)
{
    json_int_t port = json_integer_value(json_object_get(printer, "port"));
    const char *host = json_string_value(json_object_get(printer, "host"));
    const char *serial = json_string_value(json_object_get(printer, "serial"));
    link_probe(request->api->identity, host ? host : "", port ? (int)port : LINKS_PORT,
               serial ? serial : "", PROBE_MS, result);
}

static json_t *show(const struct link_probe_result *result)
{
    return json_pack("{s:b, s:b, s:b, s:s, s:s, s:s, s:s}", "reachable", result->reachable,
                     "chain_ok", result->chain_ok, "pinnable", result->pinnable, "reason",
                     link_reason_slug(result->reason), "cn", result->cn, "spki_sha256",
                     result->spki_sha256, "detail", result->detail);
}

/* The refusal that lets the user compare and decide. */
static enum err unknown(struct reply *reply, const struct link_probe_result *result,
                        const char *serial, bool pinned, struct why *why)
{
    json_decref(reply->problem);
    reply->problem = json_pack("{s:o}", "certificate", show(result));
    if (strcmp(result->cn, serial) != 0)
        return why_fail(why, ERR_CONFLICT, "wrong_serial", "serial",
                        "another printer answers there: %s", result->cn);
    if (!result->pinnable)
        return why_fail(why, ERR_CONFLICT, link_reason_slug(result->reason), NULL,
                        "the peer cannot be this printer, whatever its key: %s", result->detail);
    if (pinned)
        return why_fail(why, ERR_CONFLICT, "certificate_changed", "pin_sha256",
                        "the printer shows another key now: %s", result->spki_sha256);
    return why_fail(why, ERR_CONFLICT, "certificate_unknown", "pin_sha256",
                    "no certificate authority that is known here vouches for this printer. Compare "
                    "the SHA-256 of its key and repeat with \"pin_sha256\": \"%s\"",
                    result->spki_sha256);
}

static enum err judge(struct reply *reply, const struct link_probe_result *result,
                      const char *serial, const char *pin, struct why *why)
{
    if (!result->reachable)
        return OK;
    if (*pin)
        return result->pinnable && !strcmp(pin, result->spki_sha256)
                   ? OK
                   : unknown(reply, result, serial, true, why);
    return result->chain_ok && result->reason == LINK_CONNECTED
               ? OK
               : unknown(reply, result, serial, false, why);
}

enum err rest_printer_link_admit(struct request *request, struct reply *reply, struct why *why)
{
    bool pinned;
    char pin[IDENTITY_SHA256_TEXT];
    struct link_probe_result result;
    const json_t *enabled = json_object_get(request->args, "enabled");
    enum err e = take_pin(request, &pinned, pin, why);
    if (e != OK || json_is_false(enabled) || !*request_text(request, "host"))
        return e;
    probe(request, request->args, &result);
    return judge(reply, &result, request_text(request, "serial"), pin, why);
}

static const char *advice(enum link_reason reason, bool pinned, bool same)
{
    if (pinned && !same)
        return "the key differs from the one that was pinned; if the printer was serviced, re-pin";
    switch (reason) {
    case LINK_CONNECTED:
        return "the printer proved who it is";
    case LINK_NAME_NOT_FOUND:
        return "the name is unknown in this network; use the address shown on the printer";
    case LINK_UNREACHABLE:
        return "nothing answers there; is the printer on, and the address still right?";
    case LINK_TIMEOUT:
        return "no answer in time; is there a firewall or another network between?";
    case LINK_WRONG_SERIAL:
        return "another printer is at this address";
    case LINK_TLS_UNTRUSTED:
        return pinned ? "the pinned key answers" : "compare the SHA-256 and re-pin to trust it";
    default:
        return "see detail";
    }
}

enum err rest_printer_link_test(struct request *request, struct reply *reply, struct why *why)
{
    json_auto_t *row = NULL;
    struct link_probe_result result;
    enum err e = request_read(request, printers_get, request->args, &row, why);
    if (e != OK)
        return e;
    if (!json_is_string(json_object_get(row, "host")))
        return why_fail(why, ERR_CONFLICT, "no_address", "host", "this printer has no address");
    probe(request, row, &result);
    const char *pin = json_string_value(json_object_get(row, "pin_sha256"));
    bool same = pin && !strcmp(pin, result.spki_sha256);
    json_t *shown = show(&result);
    json_object_set_new(shown, "printer_id", json_incref(json_object_get(row, "printer_id")));
    json_object_set_new(shown, "pinned", json_boolean(pin != NULL));
    json_object_set_new(shown, "pin_matches", pin ? json_boolean(same) : json_null());
    json_object_set_new(shown, "ok", json_boolean(pin ? same : result.reason == LINK_CONNECTED));
    json_object_set_new(shown, "advice",
                        json_string(advice(result.reason, pin && result.reachable, same)));
    return reply_json(reply, 200, shown);
}

/* Without a SHA-256 this only shows the one there is, as a refusal. */
enum err rest_printer_link_repin(struct request *request, struct reply *reply, struct why *why)
{
    bool pinned;
    char pin[IDENTITY_SHA256_TEXT];
    struct link_probe_result result;
    json_auto_t *row = NULL;
    enum err e = request_read(request, printers_get, request->args, &row, why);
    if (e == OK)
        e = take_pin(request, &pinned, pin, why);
    if (e != OK)
        return e;
    probe(request, row, &result);
    if (!result.reachable)
        return why_fail(why, ERR_CONFLICT, link_reason_slug(result.reason), NULL,
                        "the printer does not answer: %s", result.detail);
    const char *serial = json_string_value(json_object_get(row, "serial"));
    serial = serial ? serial : "";
    e = pinned ? judge(reply, &result, serial, pin, why)
               : unknown(reply, &result, serial, false, why);
    return e == OK ? request_answer_write(request, reply, printers_update, request->args, 200, NULL,
                                          why)
                   : e;
}
