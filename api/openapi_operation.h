/*
 * One operation of the OpenAPI document: parameters, body, answers. Which refusals an operation
 * has follows from its row: whether a key is asked for, whether its path or its arguments name
 * rows, whether it takes a body, whether it changes something that may have changed meanwhile.
 * Thread: the caller's. Lock: none.
 */
#ifndef API_OPENAPI_OPERATION_H
#define API_OPENAPI_OPERATION_H

struct openapi_schema;
struct route;

void openapi_operation_write(struct openapi_schema *schema, const struct route *route);
/* The group of a route, from its path: "spools" of /api/spools/{spool_id}, "system" elsewhere. */
void openapi_operation_tag(const struct route *route, char ret_tag[64]);

#endif
