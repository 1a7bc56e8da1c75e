#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/csv.h"
#include "store/ledger.h"
#include "store/stats.h"

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/stats/spools/low_inventory", SCOPE_READ, NULL, NULL, 0, NULL, rest_jobs_low,
     "listLowInventory", "Rolls at or below their threshold, the emptiest first.",
     .answer = {200, LIST, &stats_low_shape}},
    {GET, "/api/stats/spools/usage_history/{spool_id}", SCOPE_READ, NULL, &rest_jobs_usage_query, 0,
     NULL, rest_jobs_usage, "listSpoolUsage",
     "What was used of a roll, with its balance, newest first.",
     .answer = {200, LIST, &ledger_history_shape}},
    {GET, "/api/stats/cost", SCOPE_READ, NULL, &rest_stats_cost_query, 0, NULL, rest_stats_cost,
     "getCost", "What was used, and what it cost.", .answer = {200, ONE, &stats_cost_shape}},
    {GET, "/api/stats/usage", SCOPE_READ, NULL, &rest_stats_usage_query, 0, NULL, rest_stats_usage,
     "listUsage", "What was used, in groups.", .answer = {200, LIST, &stats_usage_shape}},
    {GET, "/api/stats/expiring", SCOPE_READ, NULL, &rest_stats_expiring_query, 0, NULL,
     rest_stats_expiring, "listExpiringSpools", "Rolls that want drying soon.",
     .answer = {200, LIST, &stats_expiring_shape}},
    {GET, "/api/stats/forecast", SCOPE_READ, NULL, &rest_stats_forecast_query, 0, NULL,
     rest_stats_forecast, "listProductForecasts", "How long each product lasts.",
     .answer = {200, LIST, &stats_forecast_shape}},
    {GET, "/api/stats/low_filaments", SCOPE_READ, NULL, &rest_stats_low_query, 0, NULL,
     rest_stats_low, "listLowFilaments", "Products to order; as CSV too.",
     .answer = {200, LIST, &stats_low_filaments_shape, csv_type}},
};
const struct route_table routes_stats = {rows, LEN(rows)};
