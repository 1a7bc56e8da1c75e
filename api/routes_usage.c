#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/charging.h"
#include "store/ledger.h"

static const struct route_subject new_event = {NULL, "usage_event", "event_id"};
static const struct route_subject event = {ledger_get, "usage_event", "event_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/usage_events", SCOPE_READ, NULL, &rest_jobs_events_query, 0, NULL, rest_jobs_events,
     "listUsageEvents", "The ledger, newest first.", .answer = {200, LIST, &ledger_shape}},
    {POST, "/api/usage_events", SCOPE_SPOOLS_WRITE, &rest_jobs_record_body, NULL, WRITE | NAMES,
     &new_event, rest_jobs_record, "recordUsage", "Book waste or an adjustment by hand.",
     .answer = {201, ONE, &ledger_booked_shape}},
    {GET, "/api/usage_events/{event_id}", SCOPE_READ, NULL, NULL, STORED, &event, rest_jobs_event,
     "getUsageEvent", "One row of the ledger.", .answer = {200, ONE, &ledger_shape}},
    {POST, "/api/usage_events/{event_id}/undo", SCOPE_SPOOLS_WRITE, &rest_jobs_undo_body, NULL,
     LENIENT | CONFLICT, &event, rest_jobs_undo, "undoUsage",
     "Take back a row that was booked by hand.", .answer = {200, ONE, &ledger_booked_shape}},
    {GET, "/api/usage_events/{event_id}/explain", SCOPE_READ, NULL, NULL, 0, NULL,
     rest_jobs_explain_event, "explainUsageEvent", "Why this row is as it is.",
     .answer = {200, ONE, &charging_shape_event}},
};
const struct route_table routes_usage = {rows, LEN(rows)};
