#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/filaments.h"
#include "store/materials.h"
#include "store/scan.h"
#include "store/settings.h"
#include "store/thresholds.h"
#include "store/vendors.h"

#define REST_MATERIAL  "/api/materials/{material_type}"
#define REST_THRESHOLD "/api/thresholds/{material}"

static const char *const deleted[] = {"deleted", NULL};
static const struct field vendor_deleted_fields[] = {
    {.name = "vendor_id", .kind = K_TEXT, .doc = "Identifier of the vendor"},
    {.name = "status", .kind = K_TEXT, .words = deleted, .doc = "What became of it"},
};
static const struct field filament_deleted_fields[] = {
    {.name = "filament_id", .kind = K_TEXT, .doc = "Identifier of the product"},
    {.name = "status", .kind = K_TEXT, .words = deleted, .doc = "What became of it"},
};
static const struct field_shape vendor_deleted = {NULL, vendor_deleted_fields,
                                                  LEN(vendor_deleted_fields), "VendorDeleted"};
static const struct field_shape filament_deleted = {
    NULL, filament_deleted_fields, LEN(filament_deleted_fields), "FilamentDeleted"};

static const struct route_subject new_vendor = {NULL, "vendor", "vendor_id"};
static const struct route_subject vendor = {vendors_get, "vendor", "vendor_id"};
static const struct route_subject new_filament = {NULL, "filament", "filament_id"};
static const struct route_subject filament = {filaments_get, "filament", "filament_id"};
static const struct route_subject material = {materials_get, "material", "material_type"};
static const struct route_subject threshold = {thresholds_get, "threshold", "threshold_id"};
static const struct route_subject settings = {settings_list, "setting", NULL};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/vendors", SCOPE_READ, NULL, &rest_vendors_list_query, 0, NULL, rest_vendors_list,
     "listVendors", "All vendors, filtered, sorted, in pages.",
     .answer = {200, LIST, &vendors_shape}},
    {POST, "/api/vendors", SCOPE_SPOOLS_WRITE, &rest_vendors_create_body, NULL, WRITE | CONFLICT,
     &new_vendor, rest_vendors_create, "createVendor", "Add a vendor.",
     .answer = {201, ONE, &vendors_shape}},
    {GET, "/api/vendors/{vendor_id}", SCOPE_READ, NULL, NULL, 0, &vendor, rest_vendors_get,
     "getVendor", "One vendor.", .answer = {200, ONE, &vendors_shape}},
    {PUT, "/api/vendors/{vendor_id}", SCOPE_SPOOLS_WRITE, &rest_vendors_update_body, NULL,
     WRITE | CONFLICT, &vendor, rest_vendors_update, "updateVendor",
     "Change a vendor: absent fields stay.", .answer = {200, ONE, &vendors_shape}},
    {DELETE, "/api/vendors/{vendor_id}", SCOPE_SPOOLS_WRITE, NULL, NULL, WRITE | CONFLICT, &vendor,
     rest_vendors_delete, "deleteVendor", "Delete a vendor that has no products.",
     .answer = {200, ONE, &vendor_deleted}},
    {GET, "/api/filaments", SCOPE_READ, NULL, &rest_filaments_list_query, 0, NULL,
     rest_filaments_list, "listFilaments", "All products, filtered, sorted, in pages.",
     .answer = {200, LIST, &filaments_shape}},
    {POST, "/api/filaments", SCOPE_SPOOLS_WRITE, &rest_filaments_create_body, NULL, WRITE,
     &new_filament, rest_filaments_create, "createFilament", "Add a product.",
     .answer = {201, ONE, &filaments_shape}},
    {GET, "/api/filaments/{filament_id}", SCOPE_READ, NULL, NULL, 0, &filament, rest_filaments_get,
     "getFilament", "One product.", .answer = {200, ONE, &filaments_shape}},
    {PUT, "/api/filaments/{filament_id}", SCOPE_SPOOLS_WRITE, &rest_filaments_update_body, NULL,
     WRITE, &filament, rest_filaments_update, "updateFilament",
     "Change a product, and with it all its rolls: absent fields stay.",
     .answer = {200, ONE, &filaments_shape}},
    {DELETE, "/api/filaments/{filament_id}", SCOPE_SPOOLS_WRITE, NULL, NULL, WRITE | CONFLICT,
     &filament, rest_filaments_delete, "deleteFilament", "Delete a product that never had a roll.",
     .answer = {200, ONE, &filament_deleted}},
    {GET, "/api/materials", SCOPE_READ, NULL, &rest_catalog_page_query, 0, NULL,
     rest_materials_list, "listMaterials", "All materials: density, and how long they stay dry.",
     .answer = {200, LIST, &materials_shape}},
    {GET, REST_MATERIAL, SCOPE_READ, NULL, NULL, 0, &material, rest_materials_get, "getMaterial",
     "One material.", .answer = {200, ONE, &materials_shape}},
    {PUT, REST_MATERIAL, SCOPE_SPOOLS_WRITE, &rest_materials_update_body, NULL, WRITE, &material,
     rest_materials_update, "updateMaterial", "Set its values; null goes back to the default.",
     .answer = {200, ONE, &materials_shape}},
    {GET, "/api/thresholds", SCOPE_READ, NULL, &rest_catalog_page_query, 0, NULL,
     rest_thresholds_list, "listThresholds", "At which weight rolls are low: all, and by material.",
     .answer = {200, LIST, &thresholds_shape}},
    {GET, REST_THRESHOLD, SCOPE_READ, NULL, NULL, ANY_NAME, &threshold, rest_thresholds_get,
     "getThreshold", "That of a material, or the global one.",
     .answer = {200, ONE, &thresholds_shape}},
    {PUT, REST_THRESHOLD, SCOPE_SPOOLS_WRITE, &rest_thresholds_update_body, NULL, WRITE | ANY_NAME,
     &threshold, rest_thresholds_update, "updateThreshold",
     "Set it; null goes back to the default.", .answer = {200, ONE, &thresholds_shape}},
    {DELETE, REST_THRESHOLD, SCOPE_SPOOLS_WRITE, NULL, NULL, WRITE | ANY_NAME, &threshold,
     rest_thresholds_reset, "resetThreshold", "Go back to the default.",
     .answer = {200, ONE, &thresholds_shape}},
    {GET, "/api/settings", SCOPE_READ, NULL, NULL, 0, &settings, rest_settings_list, "getSettings",
     "All settings: what is in force, and the default.", .answer = {200, ONE, &settings_shape}},
    {PUT, "/api/settings", SCOPE_ADMIN, &rest_settings_update_body, NULL, WRITE, &settings,
     rest_settings_update, "updateSettings",
     "Change settings; null goes back to the default. In force from the next start.",
     .answer = {200, ONE, &settings_shape}},
    {POST, "/api/scan", SCOPE_READ, &rest_scan_body, NULL, 0, NULL, rest_scan, "scanCode",
     "What a scanned code is: a roll, a product, or a roll that could be entered.",
     .answer = {200, ONE, &scan_shape}},
};
const struct route_table routes_catalog = {rows, LEN(rows)};
