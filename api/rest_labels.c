#include <stdio.h>
#include <string.h>

#include "api/label.h"
#include "api/qr.h"
#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/spools.h"

enum { CODE_SIZE = 512, NUMBER_DIGITS = 9 };

static const char svg[] = "image/svg+xml";

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field label_fields[] = {
    {NULL, "size", K_TEXT, 0, 0, 0, 0, 0, label_sizes, "millimetres; default 62x29"},
};
const struct body_table rest_labels_label_query = {label_fields, LEN(label_fields)};

static const struct field sheet_fields[] = {
    {NULL, "spool_ids", K_LIST, 0, 0, 1, LIMIT_LABELS, FIELD_REQUIRED, NULL,
     "rolls by id or number, in the order of their labels", &field_texts},
    {NULL, "sheet", K_TEXT, 0, 0, 0, 0, 0, label_sheets, "a sheet of labels ..."},
    {NULL, "size", K_TEXT, 0, 0, 0, 0, 0, label_sizes, "... or one label a page, of this size"},
    {NULL, "start_at", K_INT, 0, 0, 1, 100, 0, NULL,
     "first place to use of a sheet that was begun; default 1"},
};
const struct body_table rest_labels_sheet_body = {sheet_fields, LEN(sheet_fields)};

static const struct field page_fields[] = {
    {NULL, "page", K_INT, 0, 0, 1, LIMIT_LABELS, 0, NULL, "which page to draw; default 1"},
};
const struct body_table rest_labels_page_query = {page_fields, LEN(page_fields)};

/* --- what codes say --- */

/* In capitals where they mean the same: that makes the code smaller. A path of the user's own keeps
 * its case. */
static enum err code_of(const struct request *request, const json_t *spool, char code[CODE_SIZE],
                        struct why *why)
{
    const char *base = request->api->context.external_url;
    long long number = json_integer_value(json_object_get(spool, "spool_number"));
    size_t len = base ? strlen(base) : 0;
    while (len && base[len - 1] == '/')
        len--;
    const char *host = base ? strstr(base, "://") : NULL;
    size_t plain = host ? (size_t)(host - base) + 3 + strcspn(host + 3, "/") : 0;
    int made = base ? snprintf(code, CODE_SIZE, "%.*s/S/%lld", (int)len, base, number)
                    : snprintf(code, CODE_SIZE, "FILTRK:S-%lld", number);
    if (made >= CODE_SIZE)
        return why_fail(why, ERR_TOO_BIG, "external_url", NULL, "server.external_url is too long");
    for (size_t i = 0; i < plain && i < len; i++)
        if (code[i] >= 'a' && code[i] <= 'z')
            code[i] = (char)(code[i] - 'a' + 'A');
    return OK;
}

static enum err read_spool(struct request *request, const json_t *spool_id, json_t **ret_spool,
                           char code[CODE_SIZE], struct why *why)
{
    json_auto_t *args = json_pack("{s:O}", "spool_id", spool_id);
    enum err e = args ? spools_get(request->db, args, ret_spool, why)
                      : why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return e == OK ? code_of(request, *ret_spool, code, why) : e;
}

/* --- one roll --- */

enum err rest_labels_qr(struct request *request, struct reply *reply, struct why *why)
{
    json_auto_t *spool = NULL;
    char code[CODE_SIZE];
    enum err e = read_spool(request, json_object_get(request->args, "spool_id"), &spool, code, why);
    reply->type = svg;
    return e == OK ? qr_svg(&reply->body, code, why) : e;
}

enum err rest_labels_label(struct request *request, struct reply *reply, struct why *why)
{
    json_auto_t *spool = NULL;
    char code[CODE_SIZE];
    const char *size = request_text(request, "size");
    enum err e = read_spool(request, json_object_get(request->args, "spool_id"), &spool, code, why);
    reply->type = svg;
    return e == OK ? label_one(&reply->body, spool, code, *size ? size : "62x29", why) : e;
}

/* --- many --- */

static enum err plan(const struct request *request, struct label_run *run, size_t *ret_page,
                     struct why *why)
{
    const json_t *start = json_object_get(request->args, "start_at");
    const json_t *page = json_object_get(request->args, "page");
    const char *sheet = request_text(request, "sheet"), *size = request_text(request, "size");
    *run = (struct label_run){
        .sheet = *sheet ? sheet : NULL,
        .size = size,
        .count = json_array_size(json_object_get(request->args, "spool_ids")),
        .start_at = start ? (size_t)json_integer_value(start) : 1,
    };
    *ret_page = page ? (size_t)json_integer_value(page) : 1;
    if (!*sheet == !*size)
        return why_fail(why, ERR_INVALID, "sheet_or_size", "sheet", "give either sheet or size");
    if (*sheet && run->start_at > label_places(sheet))
        return why_fail(why, ERR_INVALID, "out_of_range", "start_at", "this sheet has %zu labels",
                        label_places(sheet));
    if (*ret_page > label_pages(run))
        return why_fail(why, ERR_INVALID, "out_of_range", "page", "there are %zu pages",
                        label_pages(run));
    return OK;
}

static enum err name_entry(struct why *why, enum err e, size_t index)
{
    struct why cause = *why;
    char field[sizeof why->field];
    snprintf(field, sizeof field, "spool_ids[%zu]", index);
    return why_fail(why, e == ERR_NOT_FOUND ? ERR_INVALID : e, cause.code, field, "%s", cause.text);
}

static enum err add_label(struct request *request, struct buf *out, const struct label_run *run,
                          size_t index, struct why *why)
{
    json_auto_t *spool = NULL;
    char code[CODE_SIZE];
    const json_t *id = json_array_get(json_object_get(request->args, "spool_ids"), index);
    enum err e = json_is_string(id) || json_is_integer(id)
                     ? read_spool(request, id, &spool, code, why)
                     : why_fail(why, ERR_INVALID, "wrong_type", NULL, "must be an id or a number");
    return e == OK ? label_page_add(out, run, index, spool, code, why) : name_entry(why, e, index);
}

enum err rest_labels_sheet(struct request *request, struct reply *reply, struct why *why)
{
    struct label_run run;
    size_t page, from, to;
    enum err e = plan(request, &run, &page, why);
    if (e != OK)
        return e;
    label_page_range(&run, page, &from, &to);
    label_page_open(&reply->body, &run);
    for (size_t i = from; i < to && e == OK; i++)
        e = add_label(request, &reply->body, &run, i, why);
    label_page_close(&reply->body);
    reply->type = svg;
    reply_header_int(reply, "X-Total-Pages", (int64_t)label_pages(&run));
    return e;
}

/* --- what a scanned code leads to --- */

/* The same for every number, known or not: whoever finds a roll learns nothing of it. */
enum err rest_labels_page(struct request *request, struct reply *reply, struct why *why)
{
    const char *number = request_text(request, "number");
    size_t len = strlen(number);
    if (!len || len > NUMBER_DIGITS || strspn(number, "0123456789") != len)
        return why_fail(why, ERR_NOT_FOUND, "no_number", NULL, "a roll is named by its number");
    reply->type = "text/html; charset=utf-8";
    reply_header(reply, "Content-Security-Policy",
                 "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    reply_header(reply, "Referrer-Policy", "no-referrer");
    buf_format(&reply->body,
               "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
               "<meta name=\"color-scheme\" content=\"light dark\">"
               "<title>Roll %s</title></head><body><h1>Roll %s</h1>"
               "<p><a href=\"filtrk://s/%s\">Open in the app</a></p></body></html>\n",
               number, number, number);
    return OK;
}

/* Lets iOS open the app of that id for the links in our codes. */
enum err rest_labels_association(struct request *request, struct reply *reply, struct why *why)
{
    const char *app = request->api->context.ios_app_id;
    if (!app)
        return why_fail(why, ERR_NOT_FOUND, "no_app", NULL, "server.ios_app_id is not set");
    return reply_json(reply, 200,
                      json_pack("{s:{s:[{s:[s], s:[{s:s}, {s:s}]}]}}", "applinks", "details",
                                "appIDs", app, "components", "/", "/s/*", "/", "/S/*"));
}

/* Its names are Apple's. */
static const struct field detail_fields[] = {
    {.name = "appIDs", .kind = K_LIST, .doc = "apps", .of = &field_texts},
    {.name = "components", .kind = K_LIST, .doc = "their links", .of = &field_any},
};
static const struct field_shape detail_shape = {NULL, detail_fields, LEN(detail_fields),
                                                "AppLinkDetail"};
static const struct field links_fields[] = {
    {.name = "details", .kind = K_LIST, .doc = "which app opens what", .of = &detail_shape},
};
static const struct field_shape links_shape = {NULL, links_fields, LEN(links_fields), "AppLinks"};
static const struct field association_fields[] = {
    {.name = "applinks", .kind = K_OBJECT, .doc = "universal links", .of = &links_shape},
};
const struct field_shape rest_labels_association_shape = {
    NULL, association_fields, LEN(association_fields), "AppSiteAssociation"};
