#include "api/routes.h"

#include "base/auto.h"

const struct route_table *const routes[] = {
    &routes_system,        &routes_spools,   &routes_slots,    &routes_jobs,    &routes_usage,
    &routes_stats,         &routes_printers, &routes_keys,     &routes_catalog, &routes_pairing,
    &routes_live,          &routes_alerts,   &routes_transfer, &routes_labels,  &routes_webhook,
    &routes_notifications, &routes_devices,
};

const size_t routes_count = LEN(routes);
