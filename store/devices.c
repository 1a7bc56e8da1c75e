#include "store/devices.h"

#include <string.h>

#include "base/auto.h"
#include "core/field.h"
#include "store/db.h"

bool devices_channel(const char *channel)
{
    return strcmp(channel, "apns") == 0 || strcmp(channel, "webpush") == 0;
}

static const struct field target_fields[] = {
    {.name = "address", .kind = K_OBJECT, .doc = "What the channel has to know"},
    {.name = "preferences", .kind = K_OBJECT, .doc = "What it wants to be told"},
};
static const struct field_shape target_shape = {NULL, target_fields, LEN(target_fields), NULL};

json_t *devices_of(struct db *db, const char *channel)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "channel", channel));
    return db_rows(db,
                   "SELECT id, public_id AS device_id, address, preferences FROM device "
                   "WHERE channel = :channel AND enabled = 1 ORDER BY id /* scan */",
                   args, &target_shape);
}
