#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/alerts.h"

/* Whoever may change what alerts are about may say that he has seen them. */
enum { SEEN = SCOPE_SPOOLS_WRITE | SCOPE_SLOTS_WRITE | SCOPE_JOBS_WRITE | SCOPE_DEVICES };

static const struct route_subject alert = {alerts_get, "alert", "alert_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/alerts", SCOPE_READ, NULL, &rest_alerts_list_query, 0, NULL, rest_alerts_list,
     "listAlerts", "What the user should know, newest first.",
     .answer = {200, LIST, &alerts_shape}},
    {POST, "/api/alerts/ack", SEEN, &rest_alerts_ack_body, NULL, WRITE, NULL, rest_alerts_ack_many,
     "ackAlerts", "Say that many alerts were seen.", .answer = {200, ONE, &alerts_acked_shape}},
    {GET, "/api/alerts/{alert_id}", SCOPE_READ, NULL, NULL, 0, &alert, rest_alerts_get, "getAlert",
     "One alert.", .answer = {200, ONE, &alerts_shape}},
    {POST, "/api/alerts/{alert_id}/ack", SEEN, &rest_none, NULL, LENIENT, &alert, rest_alerts_ack,
     "ackAlert", "Say that an alert was seen.", .answer = {200, ONE, &alerts_shape}},
};
const struct route_table routes_alerts = {rows, LEN(rows)};
