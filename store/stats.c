#include "store/stats.h"

#include "base/auto.h"
#include "core/field.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/list.h"
#include "store/slots.h"

static const struct field low_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Identifier of the roll (UUID)"},
    {.name = "remaining_grams", .kind = K_GRAMS, .doc = "What is left"},
    {.name = "threshold_grams", .kind = K_GRAMS, .doc = "At or below it the roll is low"},
    {.name = "spool_number", .kind = K_INT, .doc = "Short number"},
    {.name = "brand", .kind = K_TEXT, .doc = "Vendor"},
    {.name = "product_name", .kind = K_TEXT, .doc = "Product"},
    {.name = "material_type", .kind = K_TEXT, .doc = "Material"},
    {.name = "color_hex", .kind = K_COLOR, .flags = FIELD_NULLABLE, .doc = "Its colour"},
    {.name = "remaining_percent",
     .kind = K_INT,
     .flags = FIELD_NULLABLE,
     .doc = "Of the full roll"},
    {.name = "location", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Where it is kept"},
    {.name = "loaded_in",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "Its slot",
     .of = &slots_shape_place},
};
const struct field_shape stats_low_shape = {"spools", low_fields, LEN(low_fields), "LowSpool"};

enum err stats_low_inventory(struct db *db, const json_t *args, struct list *ret_list,
                             struct why *why)
{
    ret_list->total = (int64_t)db_text(
        db,
        "SELECT /* scan */ spool_id, current_weight_grams AS remaining_grams, threshold_grams, "
        "spool_number, brand, product_name, material_type, color_hex, remaining_percent, location, "
        "loaded_in FROM spools WHERE low AND archived_at IS NULL "
        "ORDER BY current_weight_grams, spool_number",
        args, &stats_low_shape, &ret_list->body);
    int64_t spools = changes_newest_of(db, "spool"), rules = changes_newest_of(db, "threshold");
    ret_list->seq = spools > rules ? spools : rules;
    return db_status(db, why);
}
