#include "base/auto.h"
#include "core/field.h"
#include "store/slots.h"

static const char *const states[] = {"empty", "present", "reading", "unknown", NULL};
static const char *const matches[] = {"ok", "mismatch", "unassigned", "empty", "unknown", NULL};
static const char *const sources[] = {"mqtt", "homeassistant", "api", NULL};
static const char *const evidence[] = {"none",     "tray_uuid", "tag_uid", "learned", "profile",
                                       "material", "history",   "similar", NULL};

const char *const slots_events[] = {
    "manual",
    "ha_color_change",
    "ha_material_change",
    "mqtt_color_change",
    "mqtt_material_change",
    "rfid",
    "nfc",
    "qr",
    "runout",
    "auto_matched",
    "auto_moved",
    "unload",
    "import",
    NULL,
};

static const struct field place_fields[] = {
    {.name = "printer_id", .kind = K_TEXT, .doc = "Printer"},
    {.name = "ams_unit_number", .kind = K_INT, .doc = "Unit, as in slots"},
    {.name = "slot_number", .kind = K_INT, .doc = "1 to 4 in its unit"},
};
const struct field_shape slots_shape_place = {NULL, place_fields, LEN(place_fields), "SlotPlace"};
const struct field_shape slots_shape_address = {NULL, place_fields + 1, LEN(place_fields) - 1,
                                                "SlotAddress"};

static const struct field roll_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Identifier of the roll"},
    {.name = "spool_number", .kind = K_INT, .doc = "Short number for labels and speech"},
    {.name = "brand", .kind = K_TEXT, .doc = "Vendor"},
    {.name = "product_name", .kind = K_TEXT, .doc = "Product"},
    {.name = "material_type", .kind = K_TEXT, .doc = "Material, such as PLA"},
    {.name = "color_hex", .kind = K_COLOR, .flags = FIELD_NULLABLE, .doc = "Its colour"},
    {.name = "color_alpha", .kind = K_INT, .doc = "0 clear to 255 opaque"},
    {.name = "color_hexes",
     .kind = K_LIST,
     .doc = "Colours of a multi-colour roll",
     .of = &field_colors},
    {.name = "current_weight_grams", .kind = K_GRAMS, .doc = "What is left, never below 0"},
    {.name = "remaining_percent",
     .kind = K_INT,
     .flags = FIELD_NULLABLE,
     .doc = "Current of initial weight"},
    {.name = "draft", .kind = K_BOOL, .doc = "Entered from its tag, not yet confirmed"},
};
static const struct field_shape roll_shape = {NULL, roll_fields, LEN(roll_fields), "SpoolSummary"};

static const struct field reported_fields[] = {
    {.name = "color", .kind = K_COLOR, .flags = FIELD_NULLABLE, .doc = "Colour"},
    {.name = "alpha", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "0 clear to 255 opaque"},
    {.name = "colors",
     .kind = K_LIST,
     .doc = "Colours, where there are several",
     .of = &field_colors},
    {.name = "material", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Material"},
    {.name = "profile", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Such as GFA00"},
    {.name = "name", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Product"},
    {.name = "tag_uid", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "RFID chip"},
    {.name = "tray_uuid", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "RFID identity"},
    {.name = "remain_percent",
     .kind = K_INT,
     .flags = FIELD_NULLABLE,
     .doc = "What the printer believes to be left"},
    {.name = "state", .kind = K_TEXT, .words = states, .doc = "What the slot is seen to hold"},
    {.name = "source",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .words = sources,
     .doc = "Who reported it"},
    {.name = "at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "Last report of a change"},
};
const struct field_shape slots_shape_reported = {NULL, reported_fields, LEN(reported_fields),
                                                 "SlotReport"};

static const struct field fields[] = {
    {.name = "ams_slot_id", .kind = K_TEXT, .doc = "Identifier of the slot"},
    {.name = "printer_id", .kind = K_TEXT, .doc = "Printer"},
    {.name = "ams_unit_number",
     .kind = K_INT,
     .doc = "1 to 8 AMS, 16 AMS Lite of the A2L, 128 to 135 AMS HT, 255 external"},
    {.name = "slot_number", .kind = K_INT, .doc = "1 to 4 in its unit"},
    {.name = "spool_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Roll that is in it"},
    {.name = "current_ha_color",
     .kind = K_COLOR,
     .flags = FIELD_NULLABLE,
     .doc = "Colour that the printer reports, whichever source it came by"},
    {.name = "current_ha_material",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Material that the printer reports, whichever source it came by"},
    {.name = "last_updated", .kind = K_TIME, .doc = "Last change of what it reports"},
    {.name = "label", .kind = K_TEXT, .doc = "Short name, such as A1, HT-A1 or Ext"},
    {.name = "spool",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "Summary of the roll",
     .of = &roll_shape},
    {.name = "reported",
     .kind = K_OBJECT,
     .doc = "What the printer says of it",
     .of = &slots_shape_reported},
    {.name = "match",
     .kind = K_TEXT,
     .words = matches,
     .doc = "Whether the report agrees with the roll"},
    {.name = "active", .kind = K_BOOL, .doc = "It feeds now"},
    {.name = "open_question_id",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Question to the user about it"},
};
const struct field_shape slots_shape = {"ams_slots", fields, LEN(fields), "Slot"};

static const struct field assigned_fields[] = {
    {.name = "ams_slot_id", .kind = K_TEXT, .doc = "Slot"},
    {.name = "spool_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Roll that is in it now"},
    {.name = "previous_spool_id",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Another roll that was in it before"},
    {.name = "moved_from",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "Slot that the roll was in before",
     .of = &slots_shape_place},
    {.name = "slot", .kind = K_OBJECT, .doc = "The slot as it is now", .of = &slots_shape},
};
const struct field_shape slots_shape_assigned = {NULL, assigned_fields, LEN(assigned_fields),
                                                 "SlotAssigned"};

static const struct field candidate_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Roll"},
    {.name = "spool_number", .kind = K_INT, .doc = "Its short number"},
    {.name = "score", .kind = K_REAL, .doc = "0 to 1"},
    {.name = "evidence", .kind = K_TEXT, .words = evidence, .doc = "What speaks for it"},
    {.name = "reason", .kind = K_TEXT, .doc = "The same in words"},
    {.name = "elsewhere", .kind = K_BOOL, .doc = "It is in another slot"},
    {.name = "archived", .kind = K_BOOL, .doc = "It was put away"},
    {.name = "empty", .kind = K_BOOL, .doc = "Nothing is left on it"},
};
const struct field_shape slots_shape_candidate = {NULL, candidate_fields, LEN(candidate_fields),
                                                  "SlotCandidate"};
