#include "api/rest_capabilities.h"

#include "base/auto.h"

static const char *const names[] = {
    "spools",       "ams_slots", "printers",  "questions",     "slot_history", "print_jobs",
    "usage_events", "etag",      "bootstrap", "sync",          "events",       "alerts",
    "stats",        "search",    "suggest",   "scan",          "labels",       "pairing",
    "export",       "import",    "webhooks",  "notifications", "devices",
};

json_t *rest_capabilities_list(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < LEN(names); i++)
        json_array_append_new(list, json_string(names[i]));
    return list;
}
