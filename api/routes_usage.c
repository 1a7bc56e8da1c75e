#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/ledger.h"

static const struct route_subject new_event = {NULL, "usage_event", "event_id"};
static const struct route_subject event = {ledger_get, "usage_event", "event_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/usage_events", SCOPE_READ, NULL, &rest_jobs_events_query, 0, NULL, rest_jobs_events,
     "listUsageEvents", "The ledger, newest first."},
    {POST, "/api/usage_events", SCOPE_SPOOLS_WRITE, &rest_jobs_record_body, NULL, WRITE, &new_event,
     rest_jobs_record, "recordUsage", "Book waste or an adjustment by hand."},
    {GET, "/api/usage_events/{event_id}", SCOPE_READ, NULL, NULL, STORED, &event, rest_jobs_event,
     "getUsageEvent", "One row of the ledger."},
    {POST, "/api/usage_events/{event_id}/undo", SCOPE_SPOOLS_WRITE, &rest_jobs_undo_body, NULL,
     LENIENT, &event, rest_jobs_undo, "undoUsage", "Take back a row that was booked by hand."},
    {GET, "/api/usage_events/{event_id}/explain", SCOPE_READ, NULL, NULL, 0, NULL,
     rest_jobs_explain_event, "explainUsageEvent", "Why this row is as it is."},
};
const struct route_table routes_usage = {rows, LEN(rows)};
