#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/healthz", 0, NULL, NULL, OUTSIDE, NULL, rest_system_health, "getHealth",
     "The process answers.", .answer = {200, ONE, &rest_system_status_shape}},
    {GET, "/readyz", 0, NULL, NULL, 0, NULL, rest_system_ready, "getReadiness",
     "The database answers and writes are taken.", .answer = {200, ONE, &rest_system_status_shape}},
    {GET, "/api/version", 0, NULL, NULL, OUTSIDE, NULL, rest_system_version, "getVersion",
     "Name, version and capabilities.", .answer = {200, ONE, &rest_system_version_shape}},
    {GET, "/api/openapi.json", 0, NULL, NULL, OUTSIDE, NULL, rest_system_openapi, "getOpenApi",
     "This document.", .answer = {200, ONE, &rest_system_openapi_shape}},
};
const struct route_table routes_system = {rows, LEN(rows)};
