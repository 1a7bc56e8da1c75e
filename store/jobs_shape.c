#include "base/auto.h"
#include "core/field.h"
#include "store/forecasts.h"
#include "store/jobs.h"
#include "store/ledger.h"
#include "store/slots.h"

enum { NIL = FIELD_NULLABLE };

static const char *const sources[] = {"mqtt", "homeassistant", "api", "import", NULL};
static const char *const file_states[] = {"waiting", "fetching", "ready", "failed", "off", NULL};

const char *const jobs_statuses[] = {"printing",  "paused",  "completed", "failed",
                                     "cancelled", "unknown", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field filament_fields[] = {
    {NULL, "index", K_INT, 0, 0, 0, 0, 0, NULL, "Of the slicer, from 1"},
    {NULL, "material", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Material"},
    {NULL, "color_hex", K_COLOR, 0, 0, 0, 0, NIL, NULL, "Colour"},
    {NULL, "profile", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Such as GFA00"},
    {NULL, "estimated_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "The slicer's"},
    {NULL, "used_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL,
     "What it came to; null before the end and where nobody knows"},
    {NULL, "slot", K_OBJECT, 0, 0, 0, 0, NIL, NULL,
     "Slot that the print was told to use; else, once it ended, the first that fed it",
     &slots_shape_address},
    {NULL, "spool_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Roll"},
};
static const struct field_shape filament_shape = {NULL, filament_fields, LEN(filament_fields),
                                                  "PrintFilament"};

static const struct field segment_fields[] = {
    {NULL, "index", K_INT, 0, 0, 0, 0, 0, NULL, "Filament, from 1"},
    {NULL, "slot", K_OBJECT, 0, 0, 0, 0, NIL, NULL, "Slot that fed it", &slots_shape_address},
    {NULL, "spool_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Roll; null: open"},
    {NULL, "from_layer", K_INT, 0, 0, 0, 0, NIL, NULL, "First layer"},
    {NULL, "to_layer", K_INT, 0, 0, 0, 0, NIL, NULL, "Layer it ended in"},
    {NULL, "grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "null: nobody knows"},
};
static const struct field_shape segment_shape = {NULL, segment_fields, LEN(segment_fields),
                                                 "PrintSegment"};

static const struct field usage_fields[] = {
    {NULL, "event_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Row of the ledger"},
    {NULL, "spool_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Roll"},
    {NULL, "ams_slot_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Slot"},
    {NULL, "grams_used", K_GRAMS, 0, 0, 0, 0, 0, NULL, "Above 0: consumed"},
    {NULL, "event_type", K_TEXT, 0, 0, 0, 0, 0, ledger_kinds, "Why it was booked"},
    {NULL, "index", K_INT, 0, 0, 0, 0, 0, NULL, "Filament, from 1"},
    {NULL, "segment", K_INT, 0, 0, 0, 0, 0, NULL, "Part of that filament"},
    {NULL, "revision", K_INT, 0, 0, 0, 0, 0, NULL, "Counts corrections of the same part"},
};
static const struct field_shape usage_shape = {NULL, usage_fields, LEN(usage_fields),
                                               "UsageOfPrint"};

static const struct field id_fields[] = {
    {NULL, "external_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "The client's"},
    {NULL, "task_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "The printer's"},
    {NULL, "subtask_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "The printer's"},
};
static const struct field_shape id_shape = {NULL, id_fields, LEN(id_fields), "PrintIds"};

static const struct field file_fields[] = {
    {NULL, "state", K_TEXT, 0, 0, 0, 0, 0, file_states, "How far it has come"},
    {NULL, "reason", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Why it is not here"},
};
static const struct field_shape file_shape = {NULL, file_fields, LEN(file_fields),
                                              "SlicedFileState"};

static const struct field fields[] = {
    {NULL, "job_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Identifier of the print"},
    {NULL, "printer_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Printer"},
    {NULL, "gcode_file_name", K_TEXT, 0, 0, 0, 0, NIL, NULL, "File"},
    {NULL, "start_time", K_TIME, 0, 0, 0, 0, 0, NULL, "Start, or first sight of it"},
    {NULL, "end_time", K_TIME, 0, 0, 0, 0, NIL, NULL, "null: it goes on"},
    {NULL, "status", K_TEXT, 0, 0, 0, 0, 0, jobs_statuses, "How far it has come"},
    {NULL, "total_estimated_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "The slicer's"},
    {NULL, "total_actual_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL,
     "Reported if given, else what was computed at the end"},
    {NULL, "cost_usd", K_MONEY, 0, 0, 0, 0, NIL, NULL, "Of what was booked"},
    {NULL, "created_at", K_TIME, 0, 0, 0, 0, 0, NULL, "When it was entered"},
    {NULL, "updated_at", K_TIME, 0, 0, 0, 0, 0, NULL, "When it last changed"},
    {NULL, "name", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Its title"},
    {NULL, "start_seen", K_BOOL, 0, 0, 0, 0, 0, NULL, "false: found running"},
    {NULL, "progress_percent", K_INT, 0, 0, 0, 0, NIL, NULL, "By time, as the printer says"},
    {NULL, "layer", K_INT, 0, 0, 0, 0, NIL, NULL, "Layer"},
    {NULL, "total_layers", K_INT, 0, 0, 0, 0, NIL, NULL, "Layers in all"},
    {NULL, "filaments", K_LIST, 0, 0, 0, 0, 0, NULL, "Every filament that it was told to use",
     &filament_shape},
    {NULL, "segments", K_LIST, 0, 0, 0, 0, 0, NULL,
     "Which slot fed which filament, from layer to layer", &segment_shape},
    {NULL, "usage", K_LIST, 0, 0, 0, 0, 0, NULL, "Its rows of the ledger", &usage_shape},
    {NULL, "open_grams", K_GRAMS, 0, 0, 0, 0, 0, NULL, "Used, but of which roll is not known"},
    {NULL, "cost_complete", K_BOOL, 0, 0, 0, 0, 0, NULL, "Everything in it had a roll and a price"},
    {NULL, "source", K_TEXT, 0, 0, 0, 0, 0, sources, "Who told of it first"},
    {NULL, "external_ids", K_OBJECT, 0, 0, 0, 0, 0, NULL, "Its names in other systems", &id_shape},
    {NULL, "sliced_file", K_OBJECT, 0, 0, 0, 0, NIL, NULL,
     "Its sliced file; null: none was looked for", &file_shape},
    {NULL, "note", K_TEXT, 0, 0, 0, 0, NIL, NULL, "The user's own words"},
    {NULL, "forecast", K_LIST, 0, 0, 0, 0, 0, NULL,
     "Whether the rolls will last, for each slot it still needs; empty after its end",
     &forecasts_shape},
};
const struct field_shape jobs_shape = {"print_jobs", fields, LEN(fields) - 1, "PrintJob"};
const struct field_shape jobs_shape_one = {NULL, fields, LEN(fields), "PrintJobDetail"};

static const struct field written_fields[] = {
    {NULL, "job_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Identifier of the print"},
    {NULL, "status", K_TEXT, 0, 0, 0, 0, 0, jobs_statuses, "How far it has come"},
    {NULL, "job", K_OBJECT, 0, 0, 0, 0, 0, NULL, "The print as it is now", &jobs_shape},
    {NULL, "usage", K_LIST, 0, 0, 0, 0, 0, NULL, "What was booked for it", &usage_shape},
};
const struct field_shape jobs_shape_started = {NULL, written_fields, LEN(written_fields) - 1,
                                               "PrintJobStarted"};
const struct field_shape jobs_shape_ended = {NULL, written_fields, LEN(written_fields),
                                             "PrintJobEnded"};
