#include "api/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "api/openapi_common.h"
#include "api/openapi_operation.h"
#include "api/openapi_schema.h"
#include "api/routes.h"
#include "base/auto.h"
#include "base/buf.h"

enum { TAGS = 64, TAG = 64 };

static const char about[] =
    "Filament rolls, where they are, and what prints took of them. "
    "Times are RFC 3339 in UTC with whole seconds, weights are grams, prices are in the currency "
    "of the installation. PUT and PATCH merge: what is absent stays, null clears. "
    "Paths with and without a slash at the end are the same.";

static void write_info(struct openapi_text *text)
{
    openapi_text_string(text, "openapi", "3.1.0");
    openapi_text_open(text, "info", '{');
    openapi_text_string(text, "title", "filamentd");
    openapi_text_string(text, "version", FILAMENTD_VERSION);
    openapi_text_string(text, "description", about);
    openapi_text_open(text, "license", '{');
    openapi_text_string(text, "name", "Apache-2.0");
    openapi_text_string(text, "identifier", "Apache-2.0");
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
    openapi_text_open(text, "servers", '[');
    openapi_text_open(text, NULL, '{');
    openapi_text_string(text, "url", "/");
    openapi_text_string(text, "description", "The daemon that this document came from");
    openapi_text_close(text, '}');
    openapi_text_close(text, ']');
}

static void write_tags(struct openapi_text *text)
{
    char seen[TAGS][TAG];
    size_t count = 0;
    openapi_text_open(text, "tags", '[');
    for (size_t i = 0; i < routes_count; i++)
        for (size_t k = 0; k < routes[i]->count && count < TAGS; k++) {
            size_t at = 0;
            openapi_operation_tag(&routes[i]->rows[k], seen[count]);
            while (strcmp(seen[at], seen[count]) != 0)
                at++;
            if (at < count)
                continue;
            openapi_text_open(text, NULL, '{');
            openapi_text_string(text, "name", seen[count++]);
            openapi_text_close(text, '}');
        }
    openapi_text_close(text, ']');
}

/* The row of the same path before this one, or itself. */
static const struct route *first_of(const struct route *route)
{
    for (size_t i = 0; i < routes_count; i++)
        for (size_t k = 0; k < routes[i]->count; k++)
            if (strcmp(routes[i]->rows[k].path, route->path) == 0)
                return &routes[i]->rows[k];
    return route;
}

static void write_path(struct openapi_schema *schema, const struct route *first)
{
    openapi_text_open(&schema->text, first->path, '{');
    for (size_t i = 0; i < routes_count; i++)
        for (size_t k = 0; k < routes[i]->count; k++)
            if (strcmp(routes[i]->rows[k].path, first->path) == 0)
                openapi_operation_write(schema, &routes[i]->rows[k]);
    openapi_text_close(&schema->text, '}');
}

static void write_paths(struct openapi_schema *schema)
{
    openapi_text_open(&schema->text, "paths", '{');
    for (size_t i = 0; i < routes_count; i++)
        for (size_t k = 0; k < routes[i]->count; k++)
            if (first_of(&routes[i]->rows[k]) == &routes[i]->rows[k])
                write_path(schema, &routes[i]->rows[k]);
    openapi_text_close(&schema->text, '}');
}

static void write_security(struct openapi_text *text)
{
    openapi_text_open(text, "securitySchemes", '{');
    openapi_text_open(text, "ApiKey", '{');
    openapi_text_string(text, "type", "apiKey");
    openapi_text_string(text, "in", "header");
    openapi_text_string(text, "name", "X-API-Key");
    openapi_text_close(text, '}');
    openapi_text_open(text, "Bearer", '{');
    openapi_text_string(text, "type", "http");
    openapi_text_string(text, "scheme", "bearer");
    openapi_text_close(text, '}');
    openapi_text_open(text, "WebhookSecret", '{');
    openapi_text_string(text, "type", "apiKey");
    openapi_text_string(text, "in", "header");
    openapi_text_string(text, "name", "X-Webhook-Secret");
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
}

void openapi_write(struct buf *out)
{
    struct openapi_schema *schema auto_free = calloc(1, sizeof *schema);
    if (!schema) {
        out->failed = true;
        return;
    }
    schema->text.out = out;
    struct openapi_text *text = &schema->text;
    openapi_schema_bodies(schema);
    openapi_text_open(text, NULL, '{');
    write_info(text);
    write_tags(text);
    write_paths(schema);
    openapi_text_open(text, "components", '{');
    write_security(text);
    openapi_common_write(schema);
    openapi_text_open(text, "schemas", '{');
    openapi_schema_write(schema);
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
    openapi_text_close(text, '}');
}
