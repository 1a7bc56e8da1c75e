/*
 * What comes in with a request beyond its head: its path parameters, query and body, checked
 * against the tables of its route and merged into one object of arguments.
 * Owner: everything ends up in struct request. Thread: the worker's.
 */
#ifndef API_INTAKE_H
#define API_INTAKE_H

#include "api/refuse.h"
#include "base/err.h"

struct buf;
struct call;
struct request;

/* The bytes of a body of any type, within LIMIT_BODY_BYTES. */
enum refusal intake_bytes(const struct call *call, struct buf *ret_bytes, struct why *why);

/* Read and parse the body, within its limit. ${ret_close}: bytes are left on the connection. */
enum refusal intake_body(struct request *request, int *ret_close, struct why *why);

/* Split the query. */
enum refusal intake_query(struct request *request, struct why *why);

/* Path and query into args. */
enum err intake_head(struct request *request, struct why *why);

/* The body into args; request->current is known. */
enum err intake_check(struct request *request, struct why *why);

#endif
