/*
 * The OpenAPI 3.1 document of this server, written from the tables that serve its requests: routes
 * (api/routes.h), what they take (core/body.h) and the shapes of what they answer (core/field.h).
 *
 * It is made for generated clients. Every schema of an object is named; what may be null is a type
 * of two, or a component named ...OrNull, so that a Swift client gets plain optionals; enumerations
 * in answers are open ("anyOf" an enum or any string), so that a new word breaks no client; answers
 * may grow keys, bodies of requests may not have unknown ones.
 * Owner: the text is the caller's; nothing is kept, since it is asked for rarely. Thread: any.
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

struct buf;

/* Append the document to ${out}. */
void openapi_write(struct buf *out);

#endif
