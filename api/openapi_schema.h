/*
 * Schemas from rows of fields, and the components that they are named by: a component is entered
 * when it is first referred to, and written after all paths.
 * Owner: struct openapi_schema lives for one writing. Thread: the caller's. Lock: none.
 */
#ifndef API_OPENAPI_SCHEMA_H
#define API_OPENAPI_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "api/openapi_text.h"

struct field;
struct field_shape;
struct route;

enum { OPENAPI_SCHEMA_PARTS = 512, OPENAPI_SCHEMA_NAME = 96 };

enum openapi_use {
    OPENAPI_ANSWER, /* enumerations are open; colours as we write them */
    OPENAPI_INPUT,  /* a body or a parameter: enumerations are closed, limits are told */
};

/* A component: an object of ${fields}. */
struct openapi_part {
    const struct field *fields;
    size_t count;
    enum openapi_use use;
    bool nullable;
    const struct route *route; /* whose body it is; NULL: a part of others */
    char name[OPENAPI_SCHEMA_NAME];
};

struct openapi_schema {
    struct openapi_text text;
    struct openapi_part parts[OPENAPI_SCHEMA_PARTS];
    size_t count;
};

/* Enter the bodies of all routes, so that whoever refers to their fields finds their names. */
void openapi_schema_bodies(struct openapi_schema *schema);
/* Name of the component of a route's body. */
const char *openapi_schema_body(struct openapi_schema *schema, const struct route *route);

/* The schema of one field at ${key}, with its doc. */
void openapi_schema_field(struct openapi_schema *schema, const char *key, const struct field *field,
                          enum openapi_use use);
/* The schema of an answer of ${shape}, one or a list. */
void openapi_schema_shape(struct openapi_schema *schema, const char *key,
                          const struct field_shape *shape, bool list);
/* Write all components that were entered, and those that they refer to. */
void openapi_schema_write(struct openapi_schema *schema);

#endif
