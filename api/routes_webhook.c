#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/source_events.h"

static const char *const told[] = {"ok", "ignored", NULL};
static const char *const print_actions[] = {"job_started", "job_updated", "job_ended", "ignored",
                                            NULL};
static const char *const slot_actions[] = {"slot_updated", "ignored", NULL};
static const char *const matches[] = {"ok", "mismatch", "unassigned", "empty", "unknown", NULL};

static const struct field print_fields[] = {
    {.name = "status", .kind = K_TEXT, .words = told, .doc = "Whether it changed anything"},
    {.name = "action", .kind = K_TEXT, .words = print_actions, .doc = "What was done"},
    {.name = "reason", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Why it was ignored"},
    {.name = "printer_id", .kind = K_TEXT, .doc = "The printer that it was taken for"},
    {.name = "job_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "The print it is about"},
    {.name = "skipped_fields", .kind = K_INT, .doc = "Values that could not be read"},
};
static const struct field_shape print_shape = {NULL, print_fields, LEN(print_fields),
                                               "PrintEventResult"};

static const struct field slot_fields[] = {
    {.name = "status", .kind = K_TEXT, .words = told, .doc = "Whether it changed anything"},
    {.name = "action", .kind = K_TEXT, .words = slot_actions, .doc = "What was done"},
    {.name = "reason", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Why it was ignored"},
    {.name = "printer_id", .kind = K_TEXT, .doc = "The printer that it was taken for"},
    {.name = "ams_unit_number", .kind = K_INT, .doc = "Its AMS unit"},
    {.name = "slot_number", .kind = K_INT, .doc = "Its slot"},
    {.name = "match",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .words = matches,
     .doc = "Does it agree with the roll, as far as has settled"},
    {.name = "question_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Open question"},
    {.name = "skipped_fields", .kind = K_INT, .doc = "Values that could not be read"},
};
static const struct field_shape slot_shape = {NULL, slot_fields, LEN(slot_fields),
                                              "AmsUpdateResult"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {POST, "/webhook/homeassistant/print_event", 0, &rest_webhook_print_body, NULL,
     OUTSIDE | UPLOAD | SECRET, NULL, rest_webhook_print, "tellPrintEvent",
     "Home Assistant tells of a print; see the guide.",
     .answer = {200, ONE, &print_shape, .also = 202}},
    {POST, "/webhook/homeassistant/ams_update", 0, &rest_webhook_slot_body, NULL,
     OUTSIDE | UPLOAD | SECRET, NULL, rest_webhook_slot, "tellAmsUpdate",
     "Home Assistant tells of a slot; see the guide.",
     .answer = {200, ONE, &slot_shape, .also = 202}},
    {POST, "/webhook/homeassistant/confirm", 0, &rest_actions_confirm_body, NULL,
     OUTSIDE | UPLOAD | SECRET, NULL, rest_actions_confirm, "confirmAction",
     "Home Assistant hands on the action that was tapped; see the guide.",
     .answer = {200, ONE, &rest_actions_confirmed, .also = 202}},
    {GET, "/api/source_events", SCOPE_ADMIN, NULL, &rest_webhook_list_query, 0, NULL,
     rest_webhook_list, "listSourceEvents",
     "What Home Assistant told of late, and what was made of it.",
     .answer = {200, LIST, &source_events_shape}},
};
const struct route_table routes_webhook = {rows, LEN(rows)};
