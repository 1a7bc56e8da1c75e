#include "base/auto.h"
#include "core/field.h"
#include "store/filaments.h"
#include "store/scan.h"
#include "store/spools.h"

enum { MAYBE = FIELD_OPTIONAL, NIL = FIELD_NULLABLE };

static const char *const kinds[] = {"spool", "product", "draft", "unknown", NULL};
static const char *const codes[] = {"filamentd", "spoolman", "prusament", "tray_uuid",
                                    "tag_uid",   "barcode",  "openspool", "openprinttag",
                                    "unknown",   NULL};

static const struct field draft_fields[] = {
    {.name = "brand", .kind = K_TEXT, .flags = MAYBE, .doc = "Vendor"},
    {.name = "product_name", .kind = K_TEXT, .flags = MAYBE, .doc = "Product"},
    {.name = "material_type", .kind = K_TEXT, .flags = MAYBE, .doc = "Material"},
    {.name = "color_hex", .kind = K_COLOR, .flags = MAYBE, .doc = "#RRGGBB"},
    {.name = "color_alpha", .kind = K_INT, .flags = MAYBE, .doc = "Opacity, where not opaque"},
    {.name = "color_hexes",
     .kind = K_LIST,
     .flags = MAYBE,
     .doc = "All colours of a multi-colour product",
     .of = &field_colors},
    {.name = "initial_weight_grams",
     .kind = K_GRAMS,
     .flags = MAYBE,
     .doc = "Filament on the full roll"},
    {.name = "current_weight_grams", .kind = K_GRAMS, .flags = MAYBE, .doc = "What is left"},
    {.name = "spool_weight_grams", .kind = K_GRAMS, .flags = MAYBE, .doc = "Empty spool"},
    {.name = "cost_usd", .kind = K_MONEY, .flags = MAYBE, .doc = "Usual price"},
    {.name = "density_g_cm3", .kind = K_REAL, .flags = MAYBE, .doc = "Density"},
    {.name = "nozzle_temp_min_c", .kind = K_INT, .flags = MAYBE, .doc = "degC"},
    {.name = "nozzle_temp_max_c", .kind = K_INT, .flags = MAYBE, .doc = "degC"},
    {.name = "bed_temp_min_c", .kind = K_INT, .flags = MAYBE, .doc = "degC"},
    {.name = "bed_temp_max_c", .kind = K_INT, .flags = MAYBE, .doc = "degC"},
    {.name = "profile", .kind = K_TEXT, .flags = MAYBE, .doc = "Filament profile"},
    {.name = "article_number", .kind = K_TEXT, .flags = MAYBE, .doc = "The vendor's number"},
    {.name = "barcode", .kind = K_TEXT, .flags = MAYBE, .doc = "EAN or UPC of its box"},
    {.name = "tray_uuid", .kind = K_TEXT, .flags = MAYBE, .doc = "RFID identity"},
    {.name = "tag_uids", .kind = K_LIST, .flags = MAYBE, .doc = "RFID chips", .of = &field_texts},
    {.name = "external_id", .kind = K_TEXT, .flags = MAYBE, .doc = "Its id in another system"},
};
static const struct field_shape draft_shape = {NULL, draft_fields, LEN(draft_fields), "SpoolDraft"};

static const struct field fields[] = {
    {.name = "kind",
     .kind = K_TEXT,
     .words = kinds,
     .doc = "A roll of ours, a product whose box it is, a roll that could be entered, or neither"},
    {.name = "code", .kind = K_TEXT, .words = codes, .doc = "What kind of code it is"},
    {.name = "id", .kind = K_TEXT, .flags = NIL, .doc = "What the code says"},
    {.name = "spool", .kind = K_OBJECT, .flags = NIL, .doc = "The roll", .of = &spools_shape},
    {.name = "filament",
     .kind = K_OBJECT,
     .flags = NIL,
     .doc = "The product",
     .of = &filaments_shape},
    {.name = "draft",
     .kind = K_OBJECT,
     .flags = NIL,
     .doc = "A body for POST /api/spools, as far as the code tells",
     .of = &draft_shape},
    {.name = "missing",
     .kind = K_LIST,
     .doc = "Fields that such a body needs and the code does not tell",
     .of = &field_texts},
    {.name = "reason", .kind = K_TEXT, .doc = "What was found, in words"},
};
const struct field_shape scan_shape = {NULL, fields, LEN(fields), "Scan"};
