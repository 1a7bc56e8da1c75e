#include "api/refuse.h"

#include <stddef.h>

#include "base/auto.h"

static const struct {
    int status;
    const char *code;
} refusals[] = {
    [REFUSE_NOTHING] = {200, "ok"},
    [REFUSE_BAD_REQUEST] = {400, "bad_request"},
    [REFUSE_UNAUTHORIZED] = {401, "unauthorized"},
    [REFUSE_FORBIDDEN] = {403, "forbidden"},
    [REFUSE_ROUTE] = {404, "route_not_found"},
    [REFUSE_METHOD] = {405, "method_not_allowed"},
    [REFUSE_TIMEOUT] = {408, "request_timeout"},
    [REFUSE_GONE] = {410, "gone"},
    [REFUSE_PRECONDITION] = {412, "precondition_failed"},
    [REFUSE_TOO_LARGE] = {413, "body_too_large"},
    [REFUSE_MEDIA_TYPE] = {415, "unsupported_media_type"},
    [REFUSE_EXPECTATION] = {417, "expectation_failed"},
    [REFUSE_DEMANDED] = {428, "precondition_required"},
    [REFUSE_TOO_MANY] = {429, "too_many_requests"},
    [REFUSE_HEAD_TOO_LARGE] = {431, "head_too_large"},
};

_Static_assert(LEN(refusals) == REFUSE_HEAD_TOO_LARGE + 1, "one row for each refusal");

static const int statuses[] = {
    [OK] = 200,          [ERR_INVALID] = 422, [ERR_NOT_FOUND] = 404, [ERR_CONFLICT] = 409,
    [ERR_TOO_BIG] = 413, [ERR_DENIED] = 403,  [ERR_BUSY] = 503,      [ERR_IO] = 500,
    [ERR_CORRUPT] = 500, [ERR_NOMEM] = 500,
};

_Static_assert(LEN(statuses) == ERR_NOMEM + 1, "one status for each error");

static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

int refuse_status(enum refusal refusal)
{
    return refusals[refusal].status;
}

const char *refuse_code(enum refusal refusal)
{
    return refusals[refusal].code;
}

int refuse_err_status(enum err e)
{
    return statuses[e];
}

const char *refuse_phrase(int status)
{
    for (size_t i = 0; i < LEN(phrases); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Unknown";
}
