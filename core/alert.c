#include "core/alert.h"

#include <stddef.h>

#include "base/auto.h"
#include "core/field.h"

enum { LASTS, ONCE, EVENT };
enum { PASSIVE, ACTIVE, URGENT };

static const struct {
    const char *severity;
    int level, nature;
    const char *title;
    const char *doc;
} kinds[] = {
    [ALERT_LOW_SPOOL] = {"warning", ACTIVE, LASTS, "Roll is low",
                         "A roll is at or below its threshold, until it is well above it or gone"},
    [ALERT_LOW_PRODUCT] = {"warning", ACTIVE, LASTS, "Filament is low",
                           "All rolls of a product together are at or below its threshold"},
    [ALERT_RUNOUT] = {"critical", URGENT, ONCE, "Filament ran out",
                      "A slot ran dry during a print, until the print is fed again or ends"},
    [ALERT_RUNOUT_FORECAST] = {"warning", URGENT, LASTS, "Filament will run out",
                               "A running print needs more than its rolls and their backups hold"},
    [ALERT_SLOT_CHANGED] = {"info", PASSIVE, ONCE, "Slot changed",
                            "Another roll is in a slot; while a question waits for an answer, or "
                            "while the roll that was recognised stays"},
    [ALERT_UNASSIGNED_IN_USE] = {"warning", ACTIVE, LASTS, "Unknown roll in use",
                                 "A slot without a roll feeds a print"},
    [ALERT_OPEN_CHARGE] = {"warning", ACTIVE, LASTS, "Which roll was it?",
                           "Grams of an ended print await their roll"},
    [ALERT_WEIGHT_MISMATCH] = {"warning", ACTIVE, LASTS, "Weigh this roll",
                               "A roll was charged more than it had; weigh it"},
    [ALERT_PRINT_FINISHED] = {"info", PASSIVE, EVENT, "Print finished", "A print has finished"},
    [ALERT_PRINT_FAILED] = {"warning", ACTIVE, EVENT, "Print failed", "A print has failed"},
    [ALERT_PRINT_CANCELLED] = {"info", PASSIVE, EVENT, "Print cancelled", "A print was cancelled"},
    [ALERT_PRINTER_UNREACHABLE] = {"warning", ACTIVE, LASTS, "Printer unreachable",
                                   "A printer has been away for a while"},
    [ALERT_WRONG_ACCESS_CODE] = {"critical", ACTIVE, LASTS, "Wrong access code",
                                 "A printer refuses its access code"},
    [ALERT_CERTIFICATE_CHANGED] = {"critical", URGENT, LASTS, "Certificate changed",
                                   "A printer shows another certificate than the pinned one"},
    [ALERT_LOCKED_MODE] = {"warning", ACTIVE, LASTS, "Printer refuses commands",
                           "A printer reports, but refuses commands"},
    [ALERT_DRY_BY_PASSED] = {"info", PASSIVE, LASTS, "Dry this roll",
                             "A roll is past the day by which it wants drying"},
};
_Static_assert(LEN(kinds) == ALERT_KIND_COUNT, "every kind has its row");

const char *const alert_slugs[] = {
    [ALERT_LOW_SPOOL] = "low_spool",
    [ALERT_LOW_PRODUCT] = "low_product",
    [ALERT_RUNOUT] = "runout",
    [ALERT_RUNOUT_FORECAST] = "runout_forecast",
    [ALERT_SLOT_CHANGED] = "slot_changed",
    [ALERT_UNASSIGNED_IN_USE] = "unassigned_in_use",
    [ALERT_OPEN_CHARGE] = "open_charge",
    [ALERT_WEIGHT_MISMATCH] = "weight_mismatch",
    [ALERT_PRINT_FINISHED] = "print_finished",
    [ALERT_PRINT_FAILED] = "print_failed",
    [ALERT_PRINT_CANCELLED] = "print_cancelled",
    [ALERT_PRINTER_UNREACHABLE] = "printer_unreachable",
    [ALERT_WRONG_ACCESS_CODE] = "wrong_access_code",
    [ALERT_CERTIFICATE_CHANGED] = "certificate_changed",
    [ALERT_LOCKED_MODE] = "locked_mode",
    [ALERT_DRY_BY_PASSED] = "dry_by_passed",
    [ALERT_KIND_COUNT] = NULL,
};
const char *const alert_severities[] = {"info", "warning", "critical", NULL};

const char *alert_slug(enum alert_kind kind)
{
    return alert_slugs[kind];
}

const char *alert_severity(enum alert_kind kind)
{
    return kinds[kind].severity;
}

const char *alert_title(enum alert_kind kind)
{
    return kinds[kind].title;
}

const char *alert_level(enum alert_kind kind)
{
    static const char *const levels[] = {
        [PASSIVE] = "passive", [ACTIVE] = "active", [URGENT] = "time-sensitive"};
    return levels[kinds[kind].level];
}

const char *alert_doc(enum alert_kind kind)
{
    return kinds[kind].doc;
}

bool alert_is_event(enum alert_kind kind)
{
    return kinds[kind].nature == EVENT;
}

bool alert_is_once(enum alert_kind kind)
{
    return kinds[kind].nature != LASTS;
}

/* --- data --- */

enum { OPT = FIELD_OPTIONAL, NIL = FIELD_OPTIONAL | FIELD_NULLABLE };

static const struct field place_fields[] = {
    {.name = "ams_unit_number", .kind = K_INT, .doc = "Unit"},
    {.name = "slot_number", .kind = K_INT, .doc = "Slot in it"},
};
static const struct field_shape place = {NULL, place_fields, LEN(place_fields), "AlertSlot"};

static const struct field backup_fields[] = {
    {.name = "slot", .kind = K_OBJECT, .doc = "Where it is", .of = &place},
    {.name = "label", .kind = K_TEXT, .doc = "What the slot is called, such as A4"},
    {.name = "spool_id", .kind = K_TEXT, .doc = "Its roll"},
    {.name = "remaining_grams", .kind = K_REAL, .doc = "What that roll holds"},
};
static const struct field_shape backup = {NULL, backup_fields, LEN(backup_fields), "AlertBackup"};

static const struct field data_fields[] = {
    {.name = "spool_number", .kind = K_INT, .flags = OPT, .doc = "Short number of the roll"},
    {.name = "brand", .kind = K_TEXT, .flags = OPT, .doc = "Vendor"},
    {.name = "product_name", .kind = K_TEXT, .flags = OPT, .doc = "Product"},
    {.name = "material_type", .kind = K_TEXT, .flags = OPT, .doc = "Material"},
    {.name = "color_hex", .kind = K_TEXT, .flags = NIL, .doc = "#RRGGBB"},
    {.name = "filament_id", .kind = K_TEXT, .flags = OPT, .doc = "The product"},
    {.name = "article_number", .kind = K_TEXT, .flags = NIL, .doc = "To order it by"},
    {.name = "reorder_url", .kind = K_TEXT, .flags = NIL, .doc = "Where to order it"},
    {.name = "rolls", .kind = K_INT, .flags = OPT, .doc = "How many rolls there are of it"},
    {.name = "threshold_grams", .kind = K_REAL, .flags = OPT, .doc = "At or below it: low"},
    {.name = "remaining_grams", .kind = K_REAL, .flags = OPT, .doc = "What is left, at least 0"},
    {.name = "balance_grams", .kind = K_REAL, .flags = OPT, .doc = "By the ledger; may be below 0"},
    {.name = "label", .kind = K_TEXT, .flags = NIL, .doc = "What the slot is called, such as A2"},
    {.name = "slot", .kind = K_OBJECT, .flags = NIL, .doc = "The slot", .of = &place},
    {.name = "spool_id", .kind = K_TEXT, .flags = NIL, .doc = "The roll"},
    {.name = "needed_grams", .kind = K_REAL, .flags = OPT, .doc = "What the print still needs"},
    {.name = "runs_out_layer", .kind = K_INT, .flags = NIL, .doc = "Where the roll ends"},
    {.name = "runs_out_at", .kind = K_TIME, .flags = NIL, .doc = "About when it ends"},
    {.name = "continues",
     .kind = K_LIST,
     .flags = OPT,
     .doc = "Rolls that the printer may go on with",
     .of = &backup},
    {.name = "short_grams", .kind = K_REAL, .flags = OPT, .doc = "What is missing then"},
    {.name = "text", .kind = K_TEXT, .flags = OPT, .doc = "The forecast in words"},
    {.name = "layer", .kind = K_INT, .flags = NIL, .doc = "Layer of the print"},
    {.name = "total_layers", .kind = K_INT, .flags = NIL, .doc = "Layers it has"},
    {.name = "open_grams", .kind = K_REAL, .flags = OPT, .doc = "Grams without a roll"},
    {.name = "unknown_parts", .kind = K_INT, .flags = OPT, .doc = "Parts without a figure"},
    {.name = "grams_used", .kind = K_REAL, .flags = NIL, .doc = "What the print used"},
    {.name = "status", .kind = K_TEXT, .flags = OPT, .doc = "How the print ended"},
    {.name = "name", .kind = K_TEXT, .flags = NIL, .doc = "Name of the print or printer"},
    {.name = "question", .kind = K_TEXT, .flags = OPT, .doc = "Kind of the question that waits"},
    {.name = "reason", .kind = K_TEXT, .flags = NIL, .doc = "Why, as a code or in words"},
    {.name = "since", .kind = K_TIME, .flags = OPT, .doc = "Since when"},
    {.name = "dry_by", .kind = K_DATE, .flags = OPT, .doc = "Day that has passed"},
};
const struct field_shape alert_data = {NULL, data_fields, LEN(data_fields), "AlertData"};
