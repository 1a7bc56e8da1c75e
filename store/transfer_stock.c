#include "base/auto.h"
#include "store/transfer_inside.h"

enum { REQ = FIELD_REQUIRED, NIL = FIELD_NULLABLE, FIX = TRANSFER_FIXED, STAMP = TRANSFER_STAMP };

/* Rows of every table: wire (column), name, kind, at, size, min, max, flags, words, doc, of. */

static const struct field material[] = {
    {"name", "material_type", K_TEXT, 0, 0, 0, 0, REQ | FIX, NULL, "material, such as PLA"},
    {"chosen_density", "density_g_cm3", K_REAL, 0, 0, 0, 0, NIL, NULL, "the user's own density"},
    {"chosen_dry_days", "dry_days", K_INT, 0, 0, 0, 0, NIL, NULL, "the user's own days"},
    {"updated_at", "updated_at", K_TIME, 0, 0, 0, 0, REQ | STAMP, NULL, "last change"},
};

static const struct field threshold[] = {
    {"material", "material_type", K_TEXT, 0, 0, 0, 0, REQ | FIX, NULL, "empty: all others"},
    {"chosen_mg", "threshold_grams", K_GRAMS, 0, 0, 0, 0, REQ, NULL, "low at or below it"},
    {"updated_at", "updated_at", K_TIME, 0, 0, 0, 0, REQ | STAMP, NULL, "last change"},
};

static const struct field setting[] = {
    {"key", "key", K_TEXT, 0, 0, 0, 0, REQ | FIX, NULL, "as in the configuration"},
    {"chosen", "value", K_ANY, 0, 0, 0, 0, REQ, NULL, "what was chosen"},
    {"updated_at", "updated_at", K_TIME, 0, 0, 0, 0, REQ | STAMP, NULL, "last change"},
};

static const struct field vendor[] = {
    {"public_id", "vendor_id", K_TEXT, 0, 0, 0, 0, REQ | FIX, NULL, "identifier"},
    {"name", "name", K_TEXT, 0, 0, 0, 0, REQ, NULL, "name of the brand"},
    {"tare_mg", "spool_weight_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "its empty spools"},
    {"comment", "notes", K_TEXT, 0, 0, 0, 0, NIL, NULL, "free text"},
    {"external_id", "external_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "its id in another system"},
    {"extra", "extra", K_OBJECT, 0, 0, 0, 0, 0, NULL, "the user's own fields", &field_any},
    {"created_at", "created_at", K_TIME, 0, 0, 0, 0, REQ | FIX, NULL, "when it was made"},
    {"updated_at", "updated_at", K_TIME, 0, 0, 0, 0, REQ | STAMP, NULL, "last change"},
};

static const struct field filament[] = {
    {"public_id", "filament_id", K_TEXT, 0, 0, 0, 0, REQ | FIX, NULL, "identifier"},
    {"vendor", "vendor_id", K_TEXT, 0, 0, 0, 0, REQ, NULL, "its brand"},
    {"name", "product_name", K_TEXT, 0, 0, 0, 0, REQ, NULL, "name of the product"},
    {"material", "material_type", K_TEXT, 0, 0, 0, 0, REQ, NULL, "material"},
    {"color", "color_hex", K_TEXT, 0, 0, 0, 0, NIL, NULL, "#RRGGBB"},
    {"alpha", "color_alpha", K_INT, 0, 0, 0, 255, 0, NULL, "opacity"},
    {"colors", "color_hexes", K_LIST, 0, 0, 0, 0, 0, NULL, "all of several", &field_colors},
    {"color_direction", "multi_color_direction", K_TEXT, 0, 0, 0, 0, NIL, NULL,
     "how several colours run"},
    {"profile", "profile", K_TEXT, 0, 0, 0, 0, NIL, NULL, "filament profile, such as GFA00"},
    {"density", "density_g_cm3", K_REAL, 0, 0, 0, 0, NIL, NULL, "null: as its material"},
    {"diameter", "diameter_mm", K_REAL, 0, 0, 0, 0, 0, NULL, "diameter"},
    {"net_mg", "net_weight_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "filament on a full roll"},
    {"tare_mg", "spool_weight_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "its empty spool"},
    {"price_cents", "cost_usd", K_MONEY, 0, 0, 0, 0, NIL, NULL, "price of a roll"},
    {"nozzle_min", "nozzle_temp_min_c", K_INT, 0, 0, 0, 0, NIL, NULL, "lowest nozzle"},
    {"nozzle_max", "nozzle_temp_max_c", K_INT, 0, 0, 0, 0, NIL, NULL, "highest nozzle"},
    {"bed_min", "bed_temp_min_c", K_INT, 0, 0, 0, 0, NIL, NULL, "lowest bed"},
    {"bed_max", "bed_temp_max_c", K_INT, 0, 0, 0, 0, NIL, NULL, "highest bed"},
    {"drying", "drying_requirements", K_TEXT, 0, 0, 0, 0, NIL, NULL, "how to dry it"},
    {"article_number", "article_number", K_TEXT, 0, 0, 0, 0, NIL, NULL, "for ordering"},
    {"barcode", "barcode", K_TEXT, 0, 0, 0, 0, NIL, NULL, "EAN or UPC"},
    {"reorder_url", "reorder_url", K_TEXT, 0, 0, 0, 0, NIL, NULL, "where to order it"},
    {"comment", "notes", K_TEXT, 0, 0, 0, 0, NIL, NULL, "free text"},
    {"external_id", "external_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "its id in another system"},
    {"extra", "extra", K_OBJECT, 0, 0, 0, 0, 0, NULL, "the user's own fields", &field_any},
    {"created_at", "created_at", K_TIME, 0, 0, 0, 0, REQ | FIX, NULL, "when it was made"},
    {"updated_at", "updated_at", K_TIME, 0, 0, 0, 0, REQ | STAMP, NULL, "last change"},
};

static const struct field spool[] = {
    {"public_id", "spool_id", K_TEXT, 0, 0, 0, 0, REQ | FIX, NULL, "identifier"},
    {"number", "spool_number", K_INT, 0, 0, 1, 1e9, REQ | FIX, NULL, "short number on labels"},
    {"filament", "filament_id", K_TEXT, 0, 0, 0, 0, REQ, NULL, "its product"},
    {"initial_mg", "initial_weight_grams", K_GRAMS, 0, 0, 0, 0, REQ, NULL, "the full roll"},
    {"tare_mg", "spool_weight_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "its empty spool"},
    {"price_cents", "cost_usd", K_MONEY, 0, 0, 0, 0, NIL, NULL, "null: as its product"},
    {"threshold_mg", "threshold_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "null: by material"},
    {"purchase_date", "purchase_date", K_DATE, 0, 0, 0, 0, NIL, NULL, "day it was bought"},
    {"opened_at", "opened_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "when its bag was opened"},
    {"dried_at", "dried_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "when it was dried last"},
    {"first_used_at", "first_used_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "first print"},
    {"last_used_at", "last_used_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "last print"},
    {"lot", "lot", K_TEXT, 0, 0, 0, 0, NIL, NULL, "lot number"},
    {"location", "location", K_TEXT, 0, 0, 0, 0, NIL, NULL, "where it is kept"},
    {"notes", "notes", K_TEXT, 0, 0, 0, 0, NIL, NULL, "free text"},
    {"draft", "draft", K_BOOL, 0, 0, 0, 0, 0, NULL, "not confirmed yet"},
    {"tray_uuid", "tray_uuid", K_TEXT, 0, 0, 0, 0, NIL, NULL, "identity in its tags"},
    {"tag_uid_1", "tag_uid_1", K_TEXT, 0, 0, 0, 0, NIL, NULL, "one tag"},
    {"tag_uid_2", "tag_uid_2", K_TEXT, 0, 0, 0, 0, NIL, NULL, "the other tag"},
    {"external_id", "external_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "its id in another system"},
    {"extra", "extra", K_OBJECT, 0, 0, 0, 0, 0, NULL, "the user's own fields", &field_any},
    {"archived_at", "archived_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "when it was put away"},
    {"deleted_at", "deleted_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "when it was deleted"},
    {"created_at", "created_at", K_TIME, 0, 0, 0, 0, REQ | FIX, NULL, "when it was made"},
    {"updated_at", "updated_at", K_TIME, 0, 0, 0, 0, REQ | STAMP, NULL, "last change"},
};

const struct transfer_entity transfer_stock[] = {
    {.table = "material",
     .order = "name",
     .only = "x.chosen_density IS NOT NULL OR x.chosen_dry_days IS NOT NULL",
     .find = {"SELECT rowid FROM material WHERE name = :material_type"},
     .shape = {NULL, material, LEN(material), "ExportedMaterial"},
     .name = "materials"},
    {.table = "threshold",
     .order = "material",
     .only = "x.chosen_mg IS NOT NULL",
     .find = {"SELECT rowid FROM threshold WHERE material = :material_type"},
     .shape = {NULL, threshold, LEN(threshold), "ExportedThreshold"},
     .name = "thresholds"},
    {.table = "setting",
     .order = "key",
     .only = "x.chosen IS NOT NULL",
     .find = {"SELECT rowid FROM setting WHERE key = :key"},
     .shape = {NULL, setting, LEN(setting), "ExportedSetting"},
     .name = "settings"},
    {.table = "vendor",
     .order = "id",
     .find = {"SELECT id FROM vendor WHERE public_id = :vendor_id",
              "SELECT id FROM vendor WHERE lower(name) = lower(:name)"},
     .shape = {NULL, vendor, LEN(vendor), "ExportedVendor"},
     .name = "vendors"},
    {.table = "filament",
     .order = "id",
     .find = {"SELECT id FROM filament WHERE public_id = :filament_id"},
     .shape = {NULL, filament, LEN(filament), "ExportedFilament"},
     .name = "filaments"},
    {.table = "spool",
     .order = "id",
     .find = {"SELECT id FROM spool WHERE public_id = :spool_id"},
     .shape = {NULL, spool, LEN(spool), "ExportedSpool"},
     .name = "spools"},
};
