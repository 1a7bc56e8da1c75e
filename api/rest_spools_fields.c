#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/limits.h"

enum {
    REQ = FIELD_NEW,
    NIL = FIELD_NULLABLE,
    RO = FIELD_READONLY,
    SHORT = 40,
    GRAMS_MAX = LIMIT_GRAMS,
};

static const char *const directions[] = {"coaxial", "longitudinal", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field create_fields[] = {
    {NULL, "spool_id", K_TEXT, 0, 0, 36, 36, 0, NULL, "a UUID chosen by the client"},
    {NULL, "quantity", K_INT, 0, 0, 1, LIMIT_QUANTITY, 0, NULL, "rolls to make of it"},
    {NULL, "raise_initial", K_BOOL, 0, 0, 0, 0, 0, NULL,
     "a larger current weight raises the initial one"},
    {NULL, "brand", K_TEXT, 0, 0, 1, LIMIT_NAME, REQ, NULL, "name of the vendor"},
    {NULL, "product_name", K_TEXT, 0, 0, 1, LIMIT_NAME, REQ, NULL,
     "name of the product, such as PLA Basic"},
    {NULL, "material_type", K_TEXT, 0, 0, 1, SHORT, REQ, NULL, "material, such as PLA or PETG-CF"},
    {NULL, "color_hex", K_COLOR, 0, 0, 0, 0, REQ, NULL,
     "#RGB, #RRGGBB or #RRGGBBAA, with or without #"},
    {NULL, "initial_weight_grams", K_GRAMS, 0, 0, 0.001, GRAMS_MAX, REQ, NULL,
     "filament on the full roll"},
    {NULL, "current_weight_grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, 0, NULL,
     "filament on it now; as initial where absent"},
    {NULL, "purchase_date", K_DATE, 0, 0, 0, 0, NIL, NULL, "day it was bought"},
    {NULL, "cost_usd", K_MONEY, 0, 0, 0, 1000000, NIL, NULL,
     "price of the roll in the installation's currency"},
    {NULL, "nozzle_temp_min_c", K_INT, 0, 0, 100, 400, NIL, NULL, "lowest nozzle temperature"},
    {NULL, "nozzle_temp_max_c", K_INT, 0, 0, 100, 400, NIL, NULL, "highest nozzle temperature"},
    {NULL, "bed_temp_min_c", K_INT, 0, 0, 0, 150, NIL, NULL, "lowest bed temperature"},
    {NULL, "bed_temp_max_c", K_INT, 0, 0, 0, 150, NIL, NULL, "highest bed temperature"},
    {NULL, "drying_requirements", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "how to dry it"},
    {NULL, "notes", K_TEXT, 0, 0, 0, LIMIT_NOTES, NIL, NULL, "free text"},
    {NULL, "color_alpha", K_INT, 0, 0, 0, 255, 0, NULL, "opacity; 255 is opaque"},
    {NULL, "color_hexes", K_LIST, 0, 0, 0, 8, 0, NULL, "all colours of a multi-colour filament",
     &field_colors},
    {NULL, "multi_color_direction", K_TEXT, 0, 0, 0, 0, NIL, directions, "how several colours run"},
    {NULL, "spool_weight_grams", K_GRAMS, 0, 0, 0, 10000, NIL, NULL,
     "weight of the empty spool (tare)"},
    {NULL, "density_g_cm3", K_REAL, 0, 0, 0.1, 25, NIL, NULL, "density"},
    {NULL, "diameter_mm", K_REAL, 0, 0, 0.5, 5, NIL, NULL, "diameter of the filament"},
    {NULL, "lot", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "lot number"},
    {NULL, "location", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "where it is kept"},
    {NULL, "threshold_grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, NIL, NULL,
     "low at or below it; null: by material"},
    {NULL, "opened_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "when its bag was opened"},
    {NULL, "dried_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "when it was dried last"},
    {NULL, "draft", K_BOOL, 0, 0, 0, 0, 0, NULL, "true until someone confirmed what it is"},
    {NULL, "tray_uuid", K_TEXT, 0, 0, 1, 64, NIL, NULL, "identity of the roll in its tags"},
    {NULL, "tag_uids", K_LIST, 0, 0, 0, 2, 0, NULL, "its tags", &field_texts},
    {NULL, "profile", K_TEXT, 0, 0, 0, 32, NIL, NULL, "filament profile, such as GFA00"},
    {NULL, "article_number", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL,
     "article number of the product"},
    {NULL, "barcode", K_TEXT, 0, 0, 8, 14, 0, NULL,
     "EAN or UPC on its box, learnt as that of the product"},
    {NULL, "external_id", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "its id in another system"},
    {NULL, "extra", K_OBJECT, 0, 0, 0, 0, 0, NULL, "further fields of the user's own", &field_any},
};
const struct body_table rest_spools_fields_create = {create_fields, LEN(create_fields)};
const struct field_shape rest_spools_fields_shape = {.fields = create_fields,
                                                     .count = LEN(create_fields)};

static const struct field update_fields[] = {
    {NULL, "brand", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "name of the vendor"},
    {NULL, "product_name", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL,
     "name of the product, such as PLA Basic"},
    {NULL, "material_type", K_TEXT, 0, 0, 1, SHORT, 0, NULL, "material, such as PLA or PETG-CF"},
    {NULL, "color_hex", K_COLOR, 0, 0, 0, 0, 0, NULL,
     "#RGB, #RRGGBB or #RRGGBBAA, with or without #"},
    {NULL, "initial_weight_grams", K_GRAMS, 0, 0, 0.001, GRAMS_MAX, 0, NULL,
     "filament on the full roll"},
    {NULL, "current_weight_grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, FIELD_MEANT, NULL,
     "filament on it now; beside another initial weight, too, it stays what it is"},
    {NULL, "purchase_date", K_DATE, 0, 0, 0, 0, NIL, NULL, "day it was bought"},
    {NULL, "cost_usd", K_MONEY, 0, 0, 0, 1000000, NIL, NULL,
     "price of the roll in the installation's currency"},
    {NULL, "nozzle_temp_min_c", K_INT, 0, 0, 100, 400, NIL, NULL, "lowest nozzle temperature"},
    {NULL, "nozzle_temp_max_c", K_INT, 0, 0, 100, 400, NIL, NULL, "highest nozzle temperature"},
    {NULL, "bed_temp_min_c", K_INT, 0, 0, 0, 150, NIL, NULL, "lowest bed temperature"},
    {NULL, "bed_temp_max_c", K_INT, 0, 0, 0, 150, NIL, NULL, "highest bed temperature"},
    {NULL, "drying_requirements", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "how to dry it"},
    {NULL, "notes", K_TEXT, 0, 0, 0, LIMIT_NOTES, NIL, NULL, "free text"},
    {NULL, "color_alpha", K_INT, 0, 0, 0, 255, 0, NULL, "opacity; 255 is opaque"},
    {NULL, "color_hexes", K_LIST, 0, 0, 0, 8, 0, NULL, "all colours of a multi-colour filament",
     &field_colors},
    {NULL, "multi_color_direction", K_TEXT, 0, 0, 0, 0, NIL, directions, "how several colours run"},
    {NULL, "spool_weight_grams", K_GRAMS, 0, 0, 0, 10000, NIL, NULL,
     "weight of the empty spool (tare)"},
    {NULL, "density_g_cm3", K_REAL, 0, 0, 0.1, 25, NIL, NULL, "density"},
    {NULL, "diameter_mm", K_REAL, 0, 0, 0.5, 5, NIL, NULL, "diameter of the filament"},
    {NULL, "lot", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "lot number"},
    {NULL, "location", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "where it is kept"},
    {NULL, "threshold_grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, NIL, NULL,
     "low at or below it; null: by material"},
    {NULL, "opened_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "when its bag was opened"},
    {NULL, "dried_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "when it was dried last"},
    {NULL, "draft", K_BOOL, 0, 0, 0, 0, 0, NULL, "true until someone confirmed what it is"},
    {NULL, "tray_uuid", K_TEXT, 0, 0, 1, 64, NIL, NULL, "identity of the roll in its tags"},
    {NULL, "tag_uids", K_LIST, 0, 0, 0, 2, 0, NULL, "its tags", &field_texts},
    {NULL, "profile", K_TEXT, 0, 0, 0, 32, NIL, NULL, "filament profile, such as GFA00"},
    {NULL, "article_number", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL,
     "article number of the product"},
    {NULL, "external_id", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "its id in another system"},
    {NULL, "extra", K_OBJECT, 0, 0, 0, 0, 0, NULL, "further fields of the user's own", &field_any},
    {NULL, "raise_initial", K_BOOL, 0, 0, 0, 0, 0, NULL,
     "a larger current weight raises the initial one"},
    {NULL, "spool_id", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "spool_number", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "created_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "updated_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "remaining_percent", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "low", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "dry_by", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "expired", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "archived_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "loaded_in", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "last_used_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "first_used_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "filament_id", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
};
const struct body_table rest_spools_fields_update = {update_fields, LEN(update_fields)};

static const struct field adjust_fields[] = {
    {NULL, "adjustment_grams", K_GRAMS, 0, 0, -GRAMS_MAX, GRAMS_MAX, 0, NULL,
     "to add; negative was used"},
    {NULL, "new_weight_grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, 0, NULL, "filament on it now"},
    {NULL, "gross_grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, 0, NULL, "what a scale shows"},
    {NULL, "tare_grams", K_GRAMS, 0, 0, 0, 10000, 0, NULL, "of the empty spool, with gross_grams"},
    {NULL, "used_length_mm", K_REAL, 0, 0, 0, 10000000, 0, NULL, "length that was used"},
    {NULL, "raise_initial", K_BOOL, 0, 0, 0, 0, 0, NULL, "a larger weight raises the initial one"},
    {NULL, "note", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "why"},
};
const struct body_table rest_spools_fields_adjust = {adjust_fields, LEN(adjust_fields)};

static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL,
     "where the page begins: from the last Link"},
    {NULL, "sort", K_TEXT, 0, 0, 0, 64, 0, NULL, "a column; -column turns it round"},
    {NULL, "material", K_TEXT, 0, 0, 1, SHORT, 0, NULL, "only this material"},
    {NULL, "brand", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "only this vendor"},
    {NULL, "color", K_COLOR, 0, 0, 0, 0, 0, NULL, "only colours close to it"},
    {NULL, "max_delta_e", K_REAL, 0, 0, 0, 100, 0, NULL, "how close (CIEDE2000), with color"},
    {NULL, "q", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL,
     "words in any text of the roll; the last one may be a beginning"},
    {NULL, "location", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "only from this place"},
    {NULL, "loaded", K_BOOL, 0, 0, 0, 0, 0, NULL, "in a slot, or not"},
    {NULL, "low", K_BOOL, 0, 0, 0, 0, 0, NULL, "at or below its threshold, or not"},
    {NULL, "draft", K_BOOL, 0, 0, 0, 0, 0, NULL, "unconfirmed, or not"},
    {NULL, "archived", K_BOOL, 0, 0, 0, 0, 0, NULL, "archived rolls instead of the others"},
};
const struct body_table rest_spools_fields_list = {list_fields, LEN(list_fields)};

static const struct field delete_fields[] = {
    {NULL, "unassign", K_BOOL, 0, 0, 0, 0, 0, NULL, "take it out of its slot first"},
    {NULL, "purge", K_BOOL, 0, 0, 0, 0, 0, NULL, "leave no trace; only without usage"},
};
const struct body_table rest_spools_fields_delete = {delete_fields, LEN(delete_fields)};

static const struct field history_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL,
     "where the page begins: from the last Link"},
};
const struct body_table rest_spools_fields_history = {history_fields, LEN(history_fields)};
