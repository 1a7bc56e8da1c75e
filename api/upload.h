/*
 * A body too large for memory, on its way into a file: for routes of ROUTE_UPLOAD.
 * Owner: whoever took it drops it, which removes the file. Thread: the worker's. Lock: its own; one
 * upload at a time, so that few workers and little disk are held by them.
 */
#ifndef API_UPLOAD_H
#define API_UPLOAD_H

#include <stdint.h>

#include "base/err.h"
#include "base/sha256.h"

struct reply;
struct request;

enum { UPLOAD_PATH = 1200 };

struct upload {
    char path[UPLOAD_PATH]; /* the file; "" : none */
    int64_t limit;          /* bytes, set by whoever takes it */
};

/* Store the body. ERR_TOO_BIG above its limit, ERR_INVALID without a body or where it
 * stops coming, ERR_BUSY while another upload is looked at. */
enum err upload_take(struct request *request, struct reply *reply, struct upload *ret_upload,
                     struct why *why);
void upload_drop(struct upload *upload); /* once, also after a failure */

struct call;

/* SHA-256 of the body, which is read and thrown away. */
enum err upload_digest(const struct call *call, char ret_hex[SHA256_HEX_SIZE], struct why *why);

#endif
