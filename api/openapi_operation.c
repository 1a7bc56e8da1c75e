#include "api/openapi_operation.h"

#include <stdio.h>
#include <string.h>

#include "api/auth.h"
#include "api/openapi_common.h"
#include "api/openapi_schema.h"
#include "api/refuse.h"
#include "api/routes.h"
#include "base/auto.h"
#include "base/text.h"

enum { TAG = 64 };

/* --- what a row implies --- */

static bool writes(const struct route *route)
{
    return route->methods & METHOD_UNSAFE;
}

/* An answer with an ETag, which If-None-Match may name. */
static bool tagged(const struct route *route)
{
    return route->methods == METHOD_GET && !(route->flags & (ROUTE_STREAM | ROUTE_FILE));
}

/* What is made has a path; an answer of 202 or of a code has none. */
static bool located(const struct route *route, int status)
{
    bool made = status == 201 || route->answer.status == 201;
    return made && (route->subject || (route->flags & ROUTE_GUESSED));
}

static bool counted(const struct route *route)
{
    return route->answer.form == LIST && route->methods == METHOD_GET &&
           !(route->flags & ROUTE_COMPUTED);
}

static bool paged(const struct route *route)
{
    for (size_t i = 0; route->query && i < route->query->count; i++)
        if (strcmp(route->query->fields[i].name, "cursor") == 0)
            return true;
    return false;
}

/* --- parameters --- */

static const char *const path_docs[][2] = {
    {"spool_id", "Identifier or number of the roll"},
    {"printer_id", "Identifier, serial or alias of the printer"},
    {"ams_unit_number", "1 to 8 AMS, 16 AMS Lite of the A2L, 128 to 135 AMS HT, 255 external"},
    {"slot_number", "1 to 4 in its unit"},
};

static const char *path_doc(const char *name)
{
    for (size_t i = 0; i < LEN(path_docs); i++)
        if (strcmp(path_docs[i][0], name) == 0)
            return path_docs[i][1];
    return "Identifier, as it is answered";
}

static void write_path_parameter(struct openapi_text *text, const char *name)
{
    openapi_text_open(text, NULL, '{');
    openapi_text_string(text, "name", name);
    openapi_text_string(text, "in", "path");
    openapi_text_bool(text, "required", true);
    openapi_text_string(text, "description", path_doc(name));
    openapi_text_open(text, "schema", '{');
    openapi_text_string(text, "type", text_ends_nocase(name, "_number") ? "integer" : "string");
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
}

static void write_path(struct openapi_text *text, const char *path)
{
    for (const char *from = strchr(path, '{'); from; from = strchr(from + 1, '{')) {
        char name[TAG];
        if (text_copy_len(name, sizeof name, from + 1, strcspn(from + 1, "}")))
            write_path_parameter(text, name);
    }
}

static void write_query(struct openapi_schema *schema, const struct field *field)
{
    struct openapi_text *text = &schema->text;
    openapi_text_open(text, NULL, '{');
    openapi_text_string(text, "name", field->name);
    openapi_text_string(text, "in", "query");
    openapi_text_bool(text, "required", field->flags & FIELD_REQUIRED);
    if (field->doc)
        openapi_text_string(text, "description", field->doc);
    const struct field plain = {.kind = field->kind,
                                .min = field->min,
                                .max = field->max,
                                .words = field->words,
                                .of = field->of};
    openapi_schema_field(schema, "schema", &plain, OPENAPI_INPUT);
    openapi_text_close(text, '}');
}

static void write_parameters(struct openapi_schema *schema, const struct route *route)
{
    struct openapi_text *text = &schema->text;
    openapi_text_open(text, "parameters", '[');
    write_path(text, route->path);
    for (size_t i = 0; route->query && i < route->query->count; i++)
        write_query(schema, &route->query->fields[i]);
    if (tagged(route))
        openapi_text_ref(text, NULL, "parameters", "IfNoneMatch", NULL);
    if (route->flags & ROUTE_STREAM)
        openapi_text_ref(text, NULL, "parameters", "LastEventId", NULL);
    if (openapi_common_matches(route))
        openapi_text_ref(text, NULL, "parameters", "IfMatch", NULL);
    if (writes(route) && route->scopes)
        openapi_text_ref(text, NULL, "parameters", "IdempotencyKey", NULL);
    openapi_text_close(text, ']');
}

/* --- bodies --- */

static void write_bytes(struct openapi_text *text, const char *media)
{
    char type[TAG]; /* without its parameters */
    if (!text_copy_len(type, sizeof type, media, strcspn(media, ";")))
        return;
    openapi_text_open(text, type, '{');
    openapi_text_open(text, "schema", '{');
    openapi_text_string(text, "type", "string");
    if (!text_starts(type, "text/") && !text_starts(type, "image/svg"))
        openapi_text_string(text, "format", "binary");
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
}

static void write_body(struct openapi_schema *schema, const struct route *route)
{
    struct openapi_text *text = &schema->text;
    if (!openapi_common_takes_body(route))
        return;
    openapi_text_open(text, "requestBody", '{');
    openapi_text_bool(text, "required", !(route->flags & ROUTE_BODY_OPTIONAL));
    openapi_text_open(text, "content", '{');
    if (openapi_common_takes_json(route)) {
        openapi_text_open(text, "application/json", '{');
        openapi_text_ref(text, "schema", "schemas", openapi_schema_body(schema, route), NULL);
        openapi_text_close(text, '}');
    } else
        write_bytes(text, "application/octet-stream");
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
}

/* --- answers --- */

static void write_headers(struct openapi_text *text, const struct route *route, int status)
{
    openapi_text_open(text, "headers", '{');
    openapi_text_ref(text, "X-Request-Id", "headers", "RequestId", NULL);
    if (route->subject || tagged(route))
        openapi_text_ref(text, "ETag", "headers", "ETag", NULL);
    if (counted(route))
        openapi_text_ref(text, "X-Total-Count", "headers", "TotalCount", NULL);
    if (counted(route) && paged(route))
        openapi_text_ref(text, "Link", "headers", "Link", NULL);
    if (located(route, status))
        openapi_text_ref(text, "Location", "headers", "Location", NULL);
    if (route->flags & ROUTE_DRAWN)
        openapi_text_ref(text, "X-Total-Pages", "headers", "TotalPages", NULL);
    if (writes(route) && route->scopes)
        openapi_text_ref(text, "Idempotency-Replayed", "headers", "IdempotencyReplayed", NULL);
    openapi_text_close(text, '}');
}

/* Each event holds an object of the shape as its data. */
static void write_stream(struct openapi_schema *schema, const struct route_answer *answer)
{
    struct openapi_text *text = &schema->text;
    openapi_text_open(text, "content", '{');
    openapi_text_open(text, answer->type, '{');
    openapi_text_open(text, "schema", '{');
    openapi_text_string(text, "type", "string");
    openapi_text_close(text, '}');
    openapi_schema_shape(schema, "x-event-data", answer->shape, false);
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
}

static void write_content(struct openapi_schema *schema, const struct route_answer *answer)
{
    struct openapi_text *text = &schema->text;
    if (!answer->shape && !answer->type)
        return;
    openapi_text_open(text, "content", '{');
    if (answer->shape) {
        openapi_text_open(text, "application/json", '{');
        openapi_schema_shape(schema, "schema", answer->shape, answer->form == LIST);
        openapi_text_close(text, '}');
    }
    if (answer->type)
        write_bytes(text, answer->type);
    openapi_text_close(text, '}');
}

static void write_success(struct openapi_schema *schema, const struct route *route, int status)
{
    char code[16];
    snprintf(code, sizeof code, "%d", status);
    openapi_text_open(&schema->text, code, '{');
    openapi_text_string(&schema->text, "description", refuse_phrase(status));
    write_headers(&schema->text, route, status);
    if (route->flags & ROUTE_STREAM)
        write_stream(schema, &route->answer);
    else
        write_content(schema, &route->answer);
    openapi_text_close(&schema->text, '}');
}

static void write_responses(struct openapi_schema *schema, const struct route *route)
{
    struct openapi_text *text = &schema->text;
    openapi_text_open(text, "responses", '{');
    write_success(schema, route, route->answer.status);
    if (route->answer.also)
        write_success(schema, route, route->answer.also);
    if (tagged(route))
        openapi_text_ref(text, "304", "responses", "NotModified", NULL);
    for (size_t i = 0; i < openapi_common_refusal_count; i++) {
        char code[16];
        snprintf(code, sizeof code, "%d", openapi_common_refusals[i].status);
        if (openapi_common_refusals[i].applies(route))
            openapi_text_ref(text, code, "responses", openapi_common_refusals[i].name, NULL);
    }
    openapi_text_ref(text, "default", "responses", "Failure", NULL);
    openapi_text_close(text, '}');
}

/* --- the operation --- */

void openapi_operation_tag(const struct route *route, char ret_tag[TAG])
{
    static const char prefix[] = "/api/";
    const char *from = route->path + sizeof prefix - 1;
    bool ours = text_starts(route->path, prefix) && route->scopes;
    if (!ours || !text_copy_len(ret_tag, TAG, from, strcspn(from, "/")))
        text_copy(ret_tag, TAG, "system");
}

static void write_security(struct openapi_text *text, const struct route *route)
{
    static const char *const schemes[] = {"ApiKey", "Bearer", "WebhookSecret"};
    bool secret = route->flags & ROUTE_SECRET;
    size_t count = secret ? LEN(schemes) : route->scopes ? LEN(schemes) - 1 : 0;
    openapi_text_open(text, "security", '[');
    for (size_t i = 0; i < count; i++) {
        openapi_text_open(text, NULL, '{');
        openapi_text_open(text, schemes[i], '[');
        openapi_text_close(text, ']');
        openapi_text_close(text, '}');
    }
    openapi_text_close(text, ']');
}

static void write_doc(struct openapi_text *text, const struct route *route)
{
    char doc[160] = "No key is needed.";
    if (route->scopes)
        snprintf(doc, sizeof doc, "Scope: %s.", auth_scope_name(route->scopes));
    else if (route->flags & ROUTE_SECRET)
        snprintf(doc, sizeof doc, "The secret of the webhook, or a key of scope webhook.");
    size_t used = strlen(doc);
    if ((route->methods & METHOD_PUT) && (route->methods & METHOD_PATCH))
        snprintf(doc + used, sizeof doc - used, " PATCH means the same.");
    openapi_text_string(text, "summary", route->doc);
    openapi_text_string(text, "description", doc);
}

static const char *method_of(const struct route *route)
{
    static const struct {
        unsigned method;
        const char *name;
    } list[] = {{METHOD_GET, "get"},
                {METHOD_POST, "post"},
                {METHOD_PUT, "put"},
                {METHOD_PATCH, "patch"},
                {METHOD_DELETE, "delete"}};
    for (size_t i = 0; i < LEN(list); i++)
        if (route->methods & list[i].method)
            return list[i].name;
    return "get";
}

void openapi_operation_write(struct openapi_schema *schema, const struct route *route)
{
    struct openapi_text *text = &schema->text;
    char tag[TAG];
    openapi_operation_tag(route, tag);
    openapi_text_open(text, method_of(route), '{');
    openapi_text_string(text, "operationId", route->operation);
    openapi_text_open(text, "tags", '[');
    openapi_text_string(text, NULL, tag);
    openapi_text_close(text, ']');
    write_doc(text, route);
    write_security(text, route);
    write_parameters(schema, route);
    write_body(schema, route);
    write_responses(schema, route);
    openapi_text_close(text, '}');
}
