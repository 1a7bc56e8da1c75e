#include "api/rest.h"
#include "base/auto.h"
#include "base/limits.h"

enum {
    NEW = FIELD_NEW,
    CHOICE = FIELD_NULLABLE | FIELD_MEANT, /* the default can be chosen, too */
    NIL = FIELD_NULLABLE,
    RO = FIELD_READONLY,
    SHORT = 40,
    ID_MAX = 64,
    GRAMS_MAX = 100000,
    COLORS = 8,
    URL_MAX = 1000,
    DAYS_MAX = 36500,
    FILAMENT_SHOWN = 5,
    VENDOR_SHOWN = 4,
};

static const char *const directions[] = {"coaxial", "longitudinal", NULL};

/* What is only read stands last: a new row is made without it, a change may send it back. */

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field vendor_body[] = {
    {NULL, "name", K_TEXT, 0, 0, 1, LIMIT_NAME, NEW, NULL, "name of the brand"},
    {NULL, "spool_weight_grams", K_GRAMS, 0, 0, 0, 10000, NIL, NULL,
     "weight of its usual empty spool (tare)"},
    {NULL, "notes", K_TEXT, 0, 0, 0, LIMIT_NOTES, NIL, NULL, "free text"},
    {NULL, "external_id", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "its id in another system"},
    {NULL, "extra", K_OBJECT, 0, 0, 0, 0, 0, NULL, "further fields of the user's own", &field_any},
    {NULL, "vendor_id", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "filaments", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "created_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "updated_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
};
const struct body_table rest_vendors_create_body = {vendor_body, LEN(vendor_body) - VENDOR_SHOWN};
const struct body_table rest_vendors_update_body = {vendor_body, LEN(vendor_body)};

static const struct field vendor_list[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "sort", K_TEXT, 0, 0, 0, 64, 0, NULL, "a column; -column turns it round"},
    {NULL, "name", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "only of this name, in any case"},
    {NULL, "q", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL,
     "words of its name; the last one may be a beginning"},
    {NULL, "external_id", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "of another system"},
};
const struct body_table rest_vendors_list_query = {vendor_list, LEN(vendor_list)};

static const struct field filament_body[] = {
    {NULL, "brand", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL,
     "name of its vendor, made where it is new; or vendor_id"},
    {NULL, "vendor_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "its vendor, instead of brand"},
    {NULL, "product_name", K_TEXT, 0, 0, 1, LIMIT_NAME, NEW, NULL,
     "name of the product, such as PLA Basic"},
    {NULL, "material_type", K_TEXT, 0, 0, 1, SHORT, NEW, NULL, "material, such as PLA or PETG-CF"},
    {NULL, "color_hex", K_COLOR, 0, 0, 0, 0, NIL, NULL,
     "#RGB, #RRGGBB or #RRGGBBAA, with or without #"},
    {NULL, "color_alpha", K_INT, 0, 0, 0, 255, 0, NULL, "opacity; 255 is opaque"},
    {NULL, "color_hexes", K_LIST, 0, 0, 0, COLORS, 0, NULL, "all colours of a multi-colour product",
     &field_colors},
    {NULL, "multi_color_direction", K_TEXT, 0, 0, 0, 0, NIL, directions, "how several colours run"},
    {NULL, "profile", K_TEXT, 0, 0, 0, 32, NIL, NULL, "filament profile, such as GFA00"},
    {NULL, "density_g_cm3", K_REAL, 0, 0, 0.1, 25, NIL, NULL, "density; null: as its material"},
    {NULL, "diameter_mm", K_REAL, 0, 0, 0.5, 5, 0, NULL, "diameter of the filament"},
    {NULL, "net_weight_grams", K_GRAMS, 0, 0, 0.001, GRAMS_MAX, NIL, NULL,
     "filament on a new roll"},
    {NULL, "spool_weight_grams", K_GRAMS, 0, 0, 0, 10000, NIL, NULL,
     "weight of the empty spool (tare); null: as its vendor's"},
    {NULL, "cost_usd", K_MONEY, 0, 0, 0, 1000000, NIL, NULL,
     "usual price of a roll in the installation's currency"},
    {NULL, "nozzle_temp_min_c", K_INT, 0, 0, 100, 400, NIL, NULL, "lowest nozzle temperature"},
    {NULL, "nozzle_temp_max_c", K_INT, 0, 0, 100, 400, NIL, NULL, "highest nozzle temperature"},
    {NULL, "bed_temp_min_c", K_INT, 0, 0, 0, 150, NIL, NULL, "lowest bed temperature"},
    {NULL, "bed_temp_max_c", K_INT, 0, 0, 0, 150, NIL, NULL, "highest bed temperature"},
    {NULL, "drying_requirements", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "how to dry it"},
    {NULL, "article_number", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "the vendor's number for it"},
    {NULL, "barcode", K_TEXT, 0, 0, 8, 14, NIL, NULL, "EAN or UPC on its box"},
    {NULL, "reorder_url", K_TEXT, 0, 0, 0, URL_MAX, NIL, NULL, "where to order it: http or https"},
    {NULL, "notes", K_TEXT, 0, 0, 0, LIMIT_NOTES, NIL, NULL, "free text"},
    {NULL, "external_id", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "its id in another system"},
    {NULL, "extra", K_OBJECT, 0, 0, 0, 0, 0, NULL, "further fields of the user's own", &field_any},
    {NULL, "filament_id", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "rolls", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "remaining_grams", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "created_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "updated_at", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
};
const struct body_table rest_filaments_create_body = {filament_body,
                                                      LEN(filament_body) - FILAMENT_SHOWN};
const struct body_table rest_filaments_update_body = {filament_body, LEN(filament_body)};

static const struct field filament_list[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "sort", K_TEXT, 0, 0, 0, 64, 0, NULL, "a column; -column turns it round"},
    {NULL, "material", K_TEXT, 0, 0, 1, SHORT, 0, NULL, "only this material"},
    {NULL, "brand", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "only of this vendor, by name"},
    {NULL, "vendor_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only of this vendor"},
    {NULL, "profile", K_TEXT, 0, 0, 1, 32, 0, NULL, "only of this profile"},
    {NULL, "article_number", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "only with this number"},
    {NULL, "barcode", K_TEXT, 0, 0, 8, 14, 0, NULL, "only with this EAN or UPC"},
    {NULL, "external_id", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "of another system"},
    {NULL, "q", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL,
     "words in any text of it; the last one may be a beginning"},
};
const struct body_table rest_filaments_list_query = {filament_list, LEN(filament_list)};

static const struct field material_update[] = {
    {NULL, "density_g_cm3", K_REAL, 0, 0, 0.1, 25, CHOICE, NULL, "density; null: the default"},
    {NULL, "dry_days", K_INT, 0, 0, 1, DAYS_MAX, CHOICE, NULL,
     "days in the open until it should be dried; null: the default"},
    {NULL, "material_type", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "default_density_g_cm3", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "default_dry_days", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "origin", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
};
const struct body_table rest_materials_update_body = {material_update, LEN(material_update)};

static const struct field threshold_update[] = {
    {NULL, "threshold_grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, CHOICE, NULL,
     "at or below it a roll is low; null: the default"},
    {NULL, "threshold_id", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "material", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "default_grams", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
    {NULL, "origin", K_TEXT, 0, 0, 0, 0, RO, NULL, "as it was read"},
};
const struct body_table rest_thresholds_update_body = {threshold_update, LEN(threshold_update)};

static const struct field page_list[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "sort", K_TEXT, 0, 0, 0, 64, 0, NULL, "a column; -column turns it round"},
};
const struct body_table rest_catalog_page_query = {page_list, LEN(page_list)};

/* Those that the configuration gives to the API. */
static const struct field setting_update[] = {
    {NULL, "currency.code", K_TEXT, 0, 0, 1, 8, NIL, NULL, "currency of all prices, such as EUR"},
    {NULL, "homeassistant.poll_seconds", K_INT, 0, 0, 0, 3600, NIL, NULL,
     "time between two polls; 0: never"},
    {NULL, "homeassistant.url", K_TEXT, 0, 0, 1, URL_MAX, NIL, NULL, "http or https"},
    {NULL, "printers.fetch_sliced_file", K_BOOL, 0, 0, 0, 0, NIL, NULL,
     "fetch the sliced file from a printer that starts a print"},
    {NULL, "printers.fetch_plain_data", K_BOOL, 0, 0, 0, 0, NIL, NULL,
     "fetch it in the clear where encryption fails"},
    {NULL, "privacy.keep_names_days", K_INT, 0, 0, 0, DAYS_MAX, NIL, NULL,
     "file names of prints are erased after this; 0: never"},
};
const struct body_table rest_settings_update_body = {setting_update, LEN(setting_update)};
