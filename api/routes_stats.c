#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/stats/spools/low_inventory", SCOPE_READ, NULL, NULL, 0, NULL, rest_jobs_low,
     "listLowInventory", "Rolls at or below their threshold, the emptiest first."},
    {GET, "/api/stats/spools/usage_history/{spool_id}", SCOPE_READ, NULL, &rest_jobs_usage_query, 0,
     NULL, rest_jobs_usage, "listSpoolUsage",
     "What was used of a roll, with its balance, newest first."},
};
const struct route_table routes_stats = {rows, LEN(rows)};
