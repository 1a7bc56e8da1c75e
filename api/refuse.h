/*
 * How the surface says no: one table for every enum err, and one for refusals that exist only in
 * HTTP.
 * Thread: any. Lock: none.
 */
#ifndef API_REFUSE_H
#define API_REFUSE_H

#include "base/err.h"

enum refusal {
    REFUSE_NOTHING,
    REFUSE_BAD_REQUEST,
    REFUSE_UNAUTHORIZED,
    REFUSE_FORBIDDEN,
    REFUSE_ROUTE,
    REFUSE_METHOD,
    REFUSE_TIMEOUT,
    REFUSE_GONE,
    REFUSE_PRECONDITION,
    REFUSE_TOO_LARGE,
    REFUSE_MEDIA_TYPE,
    REFUSE_EXPECTATION,
    REFUSE_DEMANDED,
    REFUSE_TOO_MANY,
    REFUSE_HEAD_TOO_LARGE,
};

/* Status and default code of a refusal; 200 and "ok" for none. */
int refuse_status(enum refusal refusal);
const char *refuse_code(enum refusal refusal);

/* Status of an error of the layers below. */
int refuse_err_status(enum err e);

/* Reason phrase of a status, "Unknown" for one we never send. Never NULL. */
const char *refuse_phrase(int status);

#endif
