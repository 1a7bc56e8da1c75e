#include "base/auto.h"
#include "core/field.h"
#include "store/forecasts.h"
#include "store/slots.h"

enum { NIL = FIELD_NULLABLE };

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field backup_fields[] = {
    {NULL, "slot", K_OBJECT, 0, 0, 0, 0, 0, NULL, "Slot", &slots_shape_address},
    {NULL, "label", K_TEXT, 0, 0, 0, 0, 0, NULL, "Its short name"},
    {NULL, "spool_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Roll in it"},
    {NULL, "remaining_grams", K_GRAMS, 0, 0, 0, 0, 0, NULL, "What is left on it"},
};
static const struct field_shape backup_shape = {NULL, backup_fields, LEN(backup_fields),
                                                "ForecastBackup"};

static const struct field fields[] = {
    {NULL, "slot", K_OBJECT, 0, 0, 0, 0, 0, NULL, "Slot", &slots_shape_address},
    {NULL, "label", K_TEXT, 0, 0, 0, 0, 0, NULL, "Its short name"},
    {NULL, "spool_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Roll in it"},
    {NULL, "needed_grams", K_GRAMS, 0, 0, 0, 0, 0, NULL, "Until the end of the print"},
    {NULL, "remaining_grams", K_GRAMS, 0, 0, 0, 0, 0, NULL, "What is left on the roll"},
    {NULL, "runs_out_layer", K_INT, 0, 0, 0, 0, NIL, NULL, "null: it lasts"},
    {NULL, "runs_out_at", K_TIME, 0, 0, 0, 0, NIL, NULL,
     "About when; null: it lasts, or nobody knows"},
    {NULL, "continues", K_LIST, 0, 0, 0, 0, 0, NULL, "Rolls that the printer may go on with",
     &backup_shape},
    {NULL, "short_grams", K_GRAMS, 0, 0, 0, 0, 0, NULL, "Missing even so"},
    {NULL, "text", K_TEXT, 0, 0, 0, 0, 0, NULL, "The same in words"},
};
const struct field_shape forecasts_shape = {NULL, fields, LEN(fields), "Forecast"};
