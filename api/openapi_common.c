#include "api/openapi_common.h"

#include <string.h>

#include "api/openapi_schema.h"
#include "api/rest_printer_shape.h"
#include "api/routes.h"
#include "base/auto.h"
#include "core/field.h"
#include "store/transfer.h"

/* --- refusals --- */

bool openapi_common_takes_json(const struct route *route)
{
    return route->body && route->body->count;
}

bool openapi_common_takes_body(const struct route *route)
{
    return openapi_common_takes_json(route) || (route->flags & ROUTE_UPLOAD);
}

bool openapi_common_matches(const struct route *route)
{
    return (route->methods & METHOD_UNSAFE) && route->subject && route->subject->item;
}

static bool always(const struct route *route)
{
    (void)route;
    return true;
}

static bool keyed(const struct route *route)
{
    return route->scopes != 0;
}

/* A secret of its own, or a key. */
static bool known(const struct route *route)
{
    return keyed(route) || (route->flags & ROUTE_SECRET);
}

static bool guarded(const struct route *route)
{
    return known(route) || (route->flags & ROUTE_GUESSED);
}

/* Whose type is looked at: an upload tells by its content what it is. */
static bool typed(const struct route *route)
{
    return openapi_common_takes_json(route) && !(route->flags & ROUTE_UPLOAD);
}

static bool names(const struct route *route)
{
    bool path = strchr(route->path, '{') && !(route->flags & ROUTE_ANY_NAME);
    return path || (route->flags & ROUTE_NAMES);
}

static bool conflicts(const struct route *route)
{
    return route->flags & ROUTE_CONFLICT;
}

static bool dated(const struct route *route)
{
    return route->flags & ROUTE_DATED;
}

const struct openapi_refusal openapi_common_refusals[] = {
    {400, "BadRequest", "The request cannot be read.", always},
    {401, "Unauthorized", "No key, or one that is worth nothing.", known},
    {403, "Forbidden", "The key lacks the scope, or the code is worth nothing.", guarded},
    {404, "NotFound", "There is no such thing.", names},
    {409, "Conflict", "It contradicts what is known; `code` tells why.", conflicts},
    {410, "Gone", "It was good for a time, which is over.", dated},
    {412, "PreconditionFailed", "It was changed since; the ETag is the current one.",
     openapi_common_matches},
    {413, "ContentTooLarge", "The body is too large.", openapi_common_takes_body},
    {415, "UnsupportedMediaType", "The body is of another media type.", typed},
    {422, "UnprocessableContent", "A field is wrong; `errors` names each.", always},
    {429, "TooManyRequests",
     "Too many wrong keys came from this address, or this client has too many streams open.",
     guarded},
};
const size_t openapi_common_refusal_count = LEN(openapi_common_refusals);

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field fault_fields[] = {
    {NULL, "field", K_TEXT, 0, 0, 0, 0, 0, NULL, "Its name, with its place in lists"},
    {NULL, "code", K_TEXT, 0, 0, 0, 0, 0, NULL, "What is wrong, for programs"},
    {NULL, "message", K_TEXT, 0, 0, 0, 0, 0, NULL, "What is wrong, for people"},
    {NULL, "line", K_INT, 0, 0, 0, 0, FIELD_OPTIONAL | FIELD_NULLABLE, NULL, "Of an import's file"},
};
static const struct field_shape fault_shape = {NULL, fault_fields, LEN(fault_fields), "FieldFault"};

static const struct field problem_fields[] = {
    {NULL, "type", K_TEXT, 0, 0, 0, 0, 0, NULL, "about:blank"},
    {NULL, "title", K_TEXT, 0, 0, 0, 0, 0, NULL, "Phrase of the status"},
    {NULL, "status", K_INT, 0, 0, 0, 0, 0, NULL, "Status of the answer"},
    {NULL, "detail", K_TEXT, 0, 0, 0, 0, 0, NULL, "What is wrong, for people"},
    {NULL, "instance", K_TEXT, 0, 0, 0, 0, 0, NULL, "Path of the request"},
    {NULL, "code", K_TEXT, 0, 0, 0, 0, 0, NULL, "What is wrong, for programs; never changes"},
    {NULL, "errors", K_LIST, 0, 0, 0, 0, 0, NULL, "Each field that is wrong", &fault_shape},
    {NULL, "request_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "As in X-Request-Id and in the log"},
    {NULL, "job_id", K_TEXT, 0, 0, 0, 0, FIELD_OPTIONAL, NULL, "printer_busy: the active print"},
    {NULL, "certificate", K_OBJECT, 0, 0, 0, 0, FIELD_OPTIONAL, NULL,
     "What the printer showed, where it is not trusted", &rest_printer_shape_certificate},
    {NULL, "report", K_OBJECT, 0, 0, 0, 0, FIELD_OPTIONAL, NULL, "What an import would have done",
     &transfer_report},
};
static const struct field_shape problem_shape = {NULL, problem_fields, LEN(problem_fields),
                                                 "Problem"};

/* --- headers and parameters --- */

static const struct {
    const char *name, *type, *doc;
} headers[] = {
    {"RequestId", "string", "Names this request in the log and in problems"},
    {"ETag", "string", "Version of what is answered, for If-Match and If-None-Match"},
    {"TotalCount", "integer", "Rows in all, whatever the page holds"},
    {"TotalPages", "integer", "Pages of the drawing in all"},
    {"Link", "string", "RFC 8288: the next page, where there is one"},
    {"Location", "string", "Path of what was made"},
    {"IdempotencyReplayed", "string", "true: it was done before, and this is the answer of then"},
    {"RetryAfter", "integer", "Seconds to wait"},
    {"Authenticate", "string", "RFC 6750: what is wrong with the key"},
};

static const struct {
    const char *name, *header, *doc;
} parameters[] = {
    {"IfNoneMatch", "If-None-Match", "ETags that the client has: 304 where one of them is current"},
    {"LastEventId", "Last-Event-ID",
     "seq of the last event that the client has; rather than last_event_id"},
    {"IfMatch", "If-Match", "ETag that the change was made for: 412 where it is not current"},
    {"IdempotencyKey", "Idempotency-Key",
     "The client's name of this change: sent again with the same body it does nothing and is "
     "answered as before, for 7 days"},
};

static void write_schema_of(struct openapi_text *text, const char *type)
{
    openapi_text_open(text, "schema", '{');
    openapi_text_string(text, "type", type);
    openapi_text_close(text, '}');
}

static void write_headers(struct openapi_text *text)
{
    openapi_text_open(text, "headers", '{');
    for (size_t i = 0; i < LEN(headers); i++) {
        openapi_text_open(text, headers[i].name, '{');
        openapi_text_string(text, "description", headers[i].doc);
        write_schema_of(text, headers[i].type);
        openapi_text_close(text, '}');
    }
    openapi_text_close(text, '}');
}

static void write_parameters(struct openapi_text *text)
{
    openapi_text_open(text, "parameters", '{');
    for (size_t i = 0; i < LEN(parameters); i++) {
        openapi_text_open(text, parameters[i].name, '{');
        openapi_text_string(text, "name", parameters[i].header);
        openapi_text_string(text, "in", "header");
        openapi_text_string(text, "description", parameters[i].doc);
        write_schema_of(text, "string");
        openapi_text_close(text, '}');
    }
    openapi_text_close(text, '}');
}

/* --- responses --- */

static void write_problem(struct openapi_schema *schema, const char *name, const char *doc,
                          int status)
{
    struct openapi_text *text = &schema->text;
    openapi_text_open(text, name, '{');
    openapi_text_string(text, "description", doc);
    openapi_text_open(text, "headers", '{');
    openapi_text_ref(text, "X-Request-Id", "headers", "RequestId", NULL);
    if (status == 401)
        openapi_text_ref(text, "WWW-Authenticate", "headers", "Authenticate", NULL);
    if (status == 412)
        openapi_text_ref(text, "ETag", "headers", "ETag", NULL);
    if (status == 429 || !status)
        openapi_text_ref(text, "Retry-After", "headers", "RetryAfter", NULL);
    openapi_text_close(text, '}');
    openapi_text_open(text, "content", '{');
    openapi_text_open(text, "application/problem+json", '{');
    openapi_schema_shape(schema, "schema", &problem_shape, false);
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
}

static void write_unchanged(struct openapi_text *text)
{
    openapi_text_open(text, "NotModified", '{');
    openapi_text_string(text, "description", "The client has the current version.");
    openapi_text_open(text, "headers", '{');
    openapi_text_ref(text, "X-Request-Id", "headers", "RequestId", NULL);
    openapi_text_ref(text, "ETag", "headers", "ETag", NULL);
    openapi_text_ref(text, "X-Total-Count", "headers", "TotalCount", NULL);
    openapi_text_ref(text, "Link", "headers", "Link", NULL);
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
}

void openapi_common_write(struct openapi_schema *schema)
{
    struct openapi_text *text = &schema->text;
    write_parameters(text);
    write_headers(text);
    openapi_text_open(text, "responses", '{');
    write_unchanged(text);
    for (size_t i = 0; i < LEN(openapi_common_refusals); i++)
        write_problem(schema, openapi_common_refusals[i].name, openapi_common_refusals[i].doc,
                      openapi_common_refusals[i].status);
    write_problem(
        schema, "Failure",
        "Anything else: busy (503), slow (408), a key under way (409), If-Match demanded (428), or our "
        "own fault.",
        0);
    openapi_text_close(text, '}');
}
