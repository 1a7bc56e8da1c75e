#include "store/spools.h"

#include "base/auto.h"
#include "core/field.h"
#include "store/slots.h"

static const char *const directions[] = {"coaxial", "longitudinal", NULL};

static const struct field fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Identifier of the roll (UUID)"},
    {.name = "brand", .kind = K_TEXT, .doc = "Vendor"},
    {.name = "product_name", .kind = K_TEXT, .doc = "Product"},
    {.name = "material_type", .kind = K_TEXT, .doc = "Material, such as PLA"},
    {.name = "color_hex", .kind = K_COLOR, .flags = FIELD_NULLABLE, .doc = "Its colour"},
    {.name = "initial_weight_grams", .kind = K_GRAMS, .doc = "Filament on the new roll"},
    {.name = "current_weight_grams", .kind = K_GRAMS, .doc = "What is left, never below 0"},
    {.name = "purchase_date", .kind = K_DATE, .flags = FIELD_NULLABLE, .doc = "When it was bought"},
    {.name = "cost_usd",
     .kind = K_MONEY,
     .flags = FIELD_NULLABLE,
     .doc = "Its price, in the currency of the installation"},
    {.name = "nozzle_temp_min_c", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "degC"},
    {.name = "nozzle_temp_max_c", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "degC"},
    {.name = "bed_temp_min_c", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "degC"},
    {.name = "bed_temp_max_c", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "degC"},
    {.name = "drying_requirements",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "How to dry it, as text"},
    {.name = "notes", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Free text"},
    {.name = "created_at", .kind = K_TIME, .doc = "When it was entered"},
    {.name = "updated_at", .kind = K_TIME, .doc = "When it last changed"},
    {.name = "spool_number", .kind = K_INT, .doc = "Short number for labels and speech"},
    {.name = "color_alpha", .kind = K_INT, .doc = "0 clear to 255 opaque"},
    {.name = "color_hexes",
     .kind = K_LIST,
     .doc = "Colours of a multi-colour roll",
     .of = &field_colors},
    {.name = "remaining_percent",
     .kind = K_INT,
     .flags = FIELD_NULLABLE,
     .doc = "Current of initial weight"},
    {.name = "spool_weight_grams",
     .kind = K_GRAMS,
     .flags = FIELD_NULLABLE,
     .doc = "Weight of the empty spool"},
    {.name = "density_g_cm3", .kind = K_REAL, .flags = FIELD_NULLABLE, .doc = "Density"},
    {.name = "diameter_mm", .kind = K_REAL, .doc = "Diameter"},
    {.name = "lot", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Batch of the vendor"},
    {.name = "location", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Where it is kept"},
    {.name = "low", .kind = K_BOOL, .doc = "At or below its threshold"},
    {.name = "threshold_grams",
     .kind = K_GRAMS,
     .doc = "Threshold in force: its own, its material's or the global one"},
    {.name = "opened_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "When it was opened"},
    {.name = "dry_by", .kind = K_DATE, .flags = FIELD_NULLABLE, .doc = "Dry it again by then"},
    {.name = "expired", .kind = K_BOOL, .doc = "That date is past"},
    {.name = "draft", .kind = K_BOOL, .doc = "Entered from its tag, not yet confirmed"},
    {.name = "archived_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "When it was put away"},
    {.name = "tray_uuid",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "RFID identity of the roll"},
    {.name = "tag_uids", .kind = K_LIST, .doc = "RFID chips of its two sides", .of = &field_texts},
    {.name = "profile",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Id that printers report for the product, such as GFA00"},
    {.name = "loaded_in",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "Where it is in a slot",
     .of = &slots_shape_place},
    {.name = "last_used_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "Last print with it"},
    {.name = "first_used_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "First print with it"},
    {.name = "dried_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "When it was last dried"},
    {.name = "filament_id", .kind = K_TEXT, .doc = "The product it is a roll of"},
    {.name = "multi_color_direction",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .words = directions,
     .doc = "How several colours run"},
    {.name = "article_number", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "To order it by"},
    {.name = "external_id",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Identifier in another inventory"},
    {.name = "extra", .kind = K_OBJECT, .doc = "Fields of the user's own", .of = &field_any},
};
const struct field_shape spools_shape = {"spools", fields, LEN(fields), "Spool"};

static const char *const created[] = {"created", NULL}, *const updated[] = {"updated", NULL},
                         *const deleted[] = {"deleted", NULL};

static const struct field created_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Identifier of the roll, the first of a box"},
    {.name = "status", .kind = K_TEXT, .words = created, .doc = "What was done"},
    {.name = "spool", .kind = K_OBJECT, .doc = "The roll", .of = &spools_shape},
    {.name = "spools",
     .kind = K_LIST,
     .flags = FIELD_OPTIONAL,
     .doc = "All rolls, where quantity was above 1",
     .of = &spools_shape},
};
const struct field_shape spools_shape_created = {NULL, created_fields, LEN(created_fields),
                                                 "SpoolCreated"};

static const struct field updated_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Identifier of the roll"},
    {.name = "status", .kind = K_TEXT, .words = updated, .doc = "What was done"},
    {.name = "spool", .kind = K_OBJECT, .doc = "The roll as it is now", .of = &spools_shape},
};
const struct field_shape spools_shape_updated = {NULL, updated_fields, LEN(updated_fields),
                                                 "SpoolUpdated"};

static const struct field deleted_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Identifier of the roll"},
    {.name = "status", .kind = K_TEXT, .words = deleted, .doc = "What was done"},
};
const struct field_shape spools_shape_deleted = {NULL, deleted_fields, LEN(deleted_fields),
                                                 "SpoolDeleted"};

static const struct field adjusted_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Identifier of the roll"},
    {.name = "new_weight", .kind = K_GRAMS, .doc = "Filament on it now"},
    {.name = "event_id", .kind = K_TEXT, .doc = "Row of the ledger that did it"},
    {.name = "spool", .kind = K_OBJECT, .doc = "The roll as it is now", .of = &spools_shape},
};
const struct field_shape spools_shape_adjusted = {NULL, adjusted_fields, LEN(adjusted_fields),
                                                  "SpoolAdjusted"};
