#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/deliveries.h"
#include "store/questions.h"

static const struct route_subject delivery = {deliveries_get, "delivery", "delivery_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/notifications", SCOPE_READ, NULL, &rest_notifications_list_query, 0, NULL,
     rest_notifications_list, "listNotifications", "What was sent where, newest first.",
     .answer = {200, LIST, &deliveries_shape}},
    {GET, "/api/notifications/channels", SCOPE_READ, NULL, &rest_catalog_page_query, 0, NULL,
     rest_notifications_channels, "listNotificationChannels",
     "Ways on which alerts leave, and whether they work.",
     .answer = {200, LIST, &deliveries_channel_shape}},
    {POST, "/api/notifications/test", SCOPE_DEVICES, &rest_notifications_test_body, NULL,
     WRITE | CONFLICT, NULL, rest_notifications_test, "testNotifications",
     "Send a trial on every channel, or on one.", .answer = {202, ONE, &rest_notifications_tried}},
    {GET, "/api/notifications/{delivery_id}", SCOPE_READ, NULL, NULL, 0, &delivery,
     rest_notifications_get, "getNotification", "What became of one.",
     .answer = {200, ONE, &deliveries_shape}},
    {GET, "/api/actions/{token}", 0, NULL, NULL, OUTSIDE | GUESSED | DATED | ANY_NAME, NULL,
     rest_actions_get, "getAction",
     "The question behind a button of a notification; nothing is answered by it.",
     .answer = {200, ONE, &questions_shape, "text/html"}},
    {POST, "/api/actions/{token}", 0, &rest_none, NULL,
     OUTSIDE | ROUTE_BODY_OPTIONAL | CONFLICT | GUESSED | DATED | ANY_NAME, NULL, rest_actions_post,
     "answerAction", "Answer the question behind a button of a notification; its token is enough.",
     .answer = {200, ONE, &questions_shape, "text/html"}},
};
const struct route_table routes_notifications = {rows, LEN(rows)};
