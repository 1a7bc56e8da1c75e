#include "api/openapi_schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/routes.h"

/* --- components --- */

static struct openapi_part *find_part(struct openapi_schema *schema, const struct field *fields,
                                      size_t count, bool nullable)
{
    for (size_t i = 0; i < schema->count; i++) {
        struct openapi_part *part = &schema->parts[i];
        if (part->fields == fields && part->count == count && part->nullable == nullable)
            return part;
    }
    return NULL;
}

static struct openapi_part *add_part(struct openapi_schema *schema, const struct field *fields,
                                     size_t count)
{
    static struct openapi_part overflow; /* never reached: a test counts the components */
    if (schema->count == OPENAPI_SCHEMA_PARTS)
        return &overflow;
    struct openapi_part *part = &schema->parts[schema->count++];
    *part = (struct openapi_part){.fields = fields, .count = count};
    return part;
}

/* A shape that is a route's body, too, goes by the name of that body. */
static const char *name_of(struct openapi_schema *schema, const struct field_shape *shape,
                           enum openapi_use use, bool nullable)
{
    struct openapi_part *part = find_part(schema, shape->fields, shape->count, nullable);
    if (part)
        return part->name;
    part = add_part(schema, shape->fields, shape->count);
    part->use = use;
    part->nullable = nullable;
    snprintf(part->name, sizeof part->name, "%s%s", shape->name ? shape->name : "",
             nullable ? "OrNull" : "");
    return part->name;
}

static void add_body(struct openapi_schema *schema, const struct route *route)
{
    const struct body_table *body = route->body;
    if (!body || !body->count || find_part(schema, body->fields, body->count, false))
        return;
    struct openapi_part *part = add_part(schema, body->fields, body->count);
    part->use = OPENAPI_INPUT;
    part->route = route;
    snprintf(part->name, sizeof part->name, "%c%sRequest",
             toupper((unsigned char)*route->operation), route->operation + 1);
}

void openapi_schema_bodies(struct openapi_schema *schema)
{
    for (size_t i = 0; i < routes_count; i++)
        for (size_t k = 0; k < routes[i]->count; k++)
            add_body(schema, &routes[i]->rows[k]);
}

const char *openapi_schema_body(struct openapi_schema *schema, const struct route *route)
{
    const struct openapi_part *part =
        find_part(schema, route->body->fields, route->body->count, false);
    return part ? part->name : "";
}

/* --- fields --- */

static bool ranged(const struct field *field)
{
    return field->min < field->max || field->min > field->max;
}

static void write_type(struct openapi_text *text, const char *type, bool nullable)
{
    if (!nullable) {
        openapi_text_string(text, "type", type);
        return;
    }
    openapi_text_open(text, "type", '[');
    openapi_text_string(text, NULL, type);
    openapi_text_string(text, NULL, "null");
    openapi_text_close(text, ']');
}

static void write_range(struct openapi_text *text, const struct field *field, const char *least,
                        const char *most)
{
    if (!ranged(field))
        return;
    openapi_text_number(text, least, field->min);
    openapi_text_number(text, most, field->max);
}

static void write_enum(struct openapi_text *text, const struct field *field, bool nullable)
{
    write_type(text, "string", nullable);
    openapi_text_open(text, "enum", '[');
    for (const char *const *word = field->words; *word; word++)
        openapi_text_string(text, NULL, *word);
    if (nullable)
        openapi_text_null(text, NULL);
    openapi_text_close(text, ']');
}

/* A word that is new to a client is a string to it. */
static void write_words(struct openapi_text *text, const struct field *field, enum openapi_use use,
                        bool nullable)
{
    if (use == OPENAPI_INPUT) {
        write_enum(text, field, nullable);
        return;
    }
    openapi_text_open(text, "anyOf", '[');
    openapi_text_open(text, NULL, '{');
    write_enum(text, field, nullable);
    openapi_text_close(text, '}');
    openapi_text_open(text, NULL, '{');
    write_type(text, "string", nullable);
    openapi_text_close(text, '}');
    openapi_text_close(text, ']');
}

static void write_text(struct openapi_text *text, const struct field *field, enum openapi_use use,
                       bool nullable)
{
    if (field->words) {
        write_words(text, field, use, nullable);
        return;
    }
    write_type(text, "string", nullable);
    if (use == OPENAPI_INPUT)
        write_range(text, field, "minLength", "maxLength");
}

static void write_formatted(struct openapi_text *text, const char *type, const char *format,
                            bool nullable)
{
    write_type(text, type, nullable);
    openapi_text_string(text, "format", format);
}

static void write_number(struct openapi_text *text, const struct field *field, bool nullable)
{
    bool whole = field->kind == K_INT;
    write_formatted(text, whole ? "integer" : "number", whole ? "int64" : "double", nullable);
    write_range(text, field, "minimum", "maximum");
}

static void write_color(struct openapi_text *text, enum openapi_use use, bool nullable)
{
    write_type(text, "string", nullable);
    openapi_text_string(text, "pattern",
                        use == OPENAPI_ANSWER
                            ? "^#[0-9A-F]{6}$"
                            : "^#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$");
}

static bool is_scalar(const struct field_shape *of)
{
    return of->count == 1 && !of->fields[0].name;
}

/* What is in a list, or the values of a map. */
static void write_inside(struct openapi_schema *schema, const char *key,
                         const struct field_shape *of, enum openapi_use use)
{
    if (!of)
        openapi_text_bool(&schema->text, key, true);
    else if (is_scalar(of))
        openapi_schema_field(schema, key, &of->fields[0], use);
    else
        openapi_text_ref(&schema->text, key, "schemas", name_of(schema, of, use, false), NULL);
}

static void write_list(struct openapi_schema *schema, const struct field *field,
                       enum openapi_use use, bool nullable)
{
    write_type(&schema->text, "array", nullable);
    if (use == OPENAPI_INPUT)
        write_range(&schema->text, field, "minItems", "maxItems");
    write_inside(schema, "items", field->of, use);
}

static void write_map(struct openapi_schema *schema, const struct field *field,
                      enum openapi_use use, bool nullable)
{
    write_type(&schema->text, "object", nullable);
    if (field->of && field->of->fields[0].kind != K_ANY)
        write_inside(schema, "additionalProperties", field->of, use);
    else
        openapi_text_bool(&schema->text, "additionalProperties", true);
}

static void write_kind(struct openapi_schema *schema, const struct field *field,
                       enum openapi_use use, bool nullable)
{
    struct openapi_text *text = &schema->text;
    switch (field->kind) {
    case K_BOOL:
        write_type(text, "boolean", nullable);
        break;
    case K_INT:
    case K_REAL:
    case K_GRAMS:
    case K_MONEY:
        write_number(text, field, nullable);
        break;
    case K_COLOR:
        write_color(text, use, nullable);
        break;
    case K_TIME:
        write_formatted(text, "string", "date-time", nullable);
        break;
    case K_DATE:
        write_formatted(text, "string", "date", nullable);
        break;
    case K_LIST:
        write_list(schema, field, use, nullable);
        break;
    case K_OBJECT:
        write_map(schema, field, use, nullable);
        break;
    case K_ANY:
        break;
    case K_TEXT:
    case K_BITS:
        write_text(text, field, use, nullable);
        break;
    }
}

void openapi_schema_field(struct openapi_schema *schema, const char *key, const struct field *field,
                          enum openapi_use use)
{
    bool nullable = field->flags & FIELD_NULLABLE;
    if (field->kind == K_OBJECT && field->of && !is_scalar(field->of)) {
        openapi_text_ref(&schema->text, key, "schemas", name_of(schema, field->of, use, nullable),
                         field->doc);
        return;
    }
    openapi_text_open(&schema->text, key, '{');
    write_kind(schema, field, use, nullable);
    if (field->doc)
        openapi_text_string(&schema->text, "description", field->doc);
    if (field->flags & FIELD_SECRET)
        openapi_text_bool(&schema->text, "writeOnly", true);
    openapi_text_close(&schema->text, '}');
}

void openapi_schema_shape(struct openapi_schema *schema, const char *key,
                          const struct field_shape *shape, bool list)
{
    if (!list) {
        openapi_text_ref(&schema->text, key, "schemas",
                         name_of(schema, shape, OPENAPI_ANSWER, false), NULL);
        return;
    }
    openapi_text_open(&schema->text, key, '{');
    openapi_text_string(&schema->text, "type", "array");
    write_inside(schema, "items", shape, OPENAPI_ANSWER);
    openapi_text_close(&schema->text, '}');
}

/* --- objects --- */

static const struct field *field_named(const struct field_shape *shape, const char *name)
{
    for (size_t i = 0; shape && i < shape->count; i++)
        if (shape->fields[i].name && strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    return NULL;
}

/* A read-only field of a body has the schema that it is answered with: by the object that the
 * answer is about, or inside it. */
static const struct field *answered(const struct route *route, const char *name)
{
    const struct field_shape *shape = route ? route->answer.shape : NULL;
    const struct field *found = NULL;
    for (size_t i = 0; shape && i < shape->count && !found; i++)
        if (shape->fields[i].kind == K_OBJECT)
            found = field_named(shape->fields[i].of, name);
    return found ? found : field_named(shape, name);
}

static void write_readonly(struct openapi_schema *schema, const struct field *field)
{
    openapi_text_open(&schema->text, field->name, '{');
    write_kind(schema, field, OPENAPI_ANSWER, field->flags & FIELD_NULLABLE);
    openapi_text_bool(&schema->text, "readOnly", true);
    openapi_text_string(&schema->text, "description", "As it was read; it cannot be changed here");
    openapi_text_close(&schema->text, '}');
}

static void write_property(struct openapi_schema *schema, const struct openapi_part *part,
                           const struct field *field)
{
    bool scalar = field->kind != K_OBJECT && field->kind != K_LIST;
    if (part->use == OPENAPI_ANSWER || !(field->flags & FIELD_READONLY)) {
        openapi_schema_field(schema, field->name, field, part->use);
        return;
    }
    const struct field *shown = answered(part->route, field->name);
    if (shown && scalar && shown->kind != K_OBJECT && shown->kind != K_LIST)
        write_readonly(schema, shown);
}

/* Clients that cannot send null clear by name. */
static void write_clear(struct openapi_text *text, const struct openapi_part *part)
{
    openapi_text_open(text, "clear_fields", '{');
    openapi_text_string(text, "type", "array");
    openapi_text_open(text, "items", '{');
    openapi_text_string(text, "type", "string");
    openapi_text_open(text, "enum", '[');
    for (size_t i = 0; i < part->count; i++)
        if ((part->fields[i].flags & FIELD_NULLABLE) && !(part->fields[i].flags & FIELD_READONLY))
            openapi_text_string(text, NULL, part->fields[i].name);
    openapi_text_close(text, ']');
    openapi_text_close(text, '}');
    openapi_text_string(text, "description", "Fields to clear, for clients that cannot send null");
    openapi_text_close(text, '}');
}

/* A body of which any subset may come (BODY_MERGE). */
static bool merges(const struct openapi_part *part)
{
    return part->route && (part->route->methods & (METHOD_PUT | METHOD_PATCH));
}

static bool clears(const struct openapi_part *part)
{
    if (!merges(part))
        return false;
    for (size_t i = 0; i < part->count; i++)
        if ((part->fields[i].flags & FIELD_NULLABLE) && !(part->fields[i].flags & FIELD_READONLY))
            return true;
    return false;
}

static bool required(const struct openapi_part *part, const struct field *field)
{
    unsigned needed = FIELD_REQUIRED | (merges(part) ? 0 : FIELD_NEW);
    return part->use == OPENAPI_ANSWER ? !(field->flags & FIELD_OPTIONAL)
                                       : (field->flags & needed) != 0;
}

static void write_required(struct openapi_text *text, const struct openapi_part *part)
{
    size_t count = 0;
    for (size_t i = 0; i < part->count; i++)
        count += required(part, &part->fields[i]);
    if (!count)
        return;
    openapi_text_open(text, "required", '[');
    for (size_t i = 0; i < part->count; i++)
        if (required(part, &part->fields[i]))
            openapi_text_string(text, NULL, part->fields[i].name);
    openapi_text_close(text, ']');
}

static void write_part(struct openapi_schema *schema, const struct openapi_part *part)
{
    struct openapi_text *text = &schema->text;
    openapi_text_open(text, part->name, '{');
    write_type(text, "object", part->nullable);
    if (!part->fields[0].name) { /* a map */
        openapi_schema_field(schema, "additionalProperties", &part->fields[0], part->use);
        openapi_text_close(text, '}');
        return;
    }
    openapi_text_open(text, "properties", '{');
    for (size_t i = 0; i < part->count; i++)
        write_property(schema, part, &part->fields[i]);
    if (clears(part))
        write_clear(text, part);
    openapi_text_close(text, '}');
    write_required(text, part);
    bool lenient = part->route && (part->route->flags & ROUTE_SECRET); /* of other programs */
    if (part->use == OPENAPI_INPUT && !lenient)
        openapi_text_bool(text, "additionalProperties", false);
    openapi_text_close(text, '}');
}

void openapi_schema_write(struct openapi_schema *schema)
{
    for (size_t i = 0; i < schema->count; i++)
        write_part(schema, &schema->parts[i]);
}
