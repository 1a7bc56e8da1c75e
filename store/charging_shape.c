/* What charging_explain answers. Evidence is kept as it was when the charge was made, in whole
 * milligrams; where a client told the figures there is none. */
#include "base/auto.h"
#include "core/field.h"
#include "store/charging.h"
#include "store/jobs.h"
#include "store/ledger.h"
#include "store/slots.h"

enum { OPT = FIELD_OPTIONAL, NIL = FIELD_NULLABLE, BOTH = OPT | NIL };

static const char *const rules[] = {"mapped",   "learned", "continued", "mapped_unseen",
                                    "likeness", "open",    "runout",    NULL};
static const char *const sources[] = {"user",        "reported", "slicer_curve", "slicer_layers",
                                      "rfid_remain", "estimate", "open",         NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field evidence_fields[] = {
    {NULL, "rule", K_TEXT, 0, 0, 0, 0, OPT, rules, "How the slot is known"},
    {NULL, "source", K_TEXT, 0, 0, 0, 0, OPT, sources, "Where the grams come from"},
    {NULL, "from_layer", K_INT, 0, 0, 0, 0, OPT, NULL, "First layer"},
    {NULL, "to_layer", K_INT, 0, 0, 0, 0, OPT, NULL, "Layer it ended in"},
    {NULL, "low_mg", K_INT, 0, 0, 0, 0, BOTH, NULL, "At least, where it stopped early"},
    {NULL, "high_mg", K_INT, 0, 0, 0, 0, BOTH, NULL, "At most, where it stopped early"},
    {NULL, "left_mg", K_INT, 0, 0, 0, 0, OPT, NULL, "A roll that ran out: by the ledger"},
    {NULL, "booked_mg", K_INT, 0, 0, 0, 0, OPT, NULL, "A roll that ran out: booked before"},
    {NULL, "suggested_permille", K_INT, 0, 0, 0, 0, OPT, NULL,
     "A roll that ran out: how much more its prints used than was booked, in thousandths"},
};
static const struct field_shape evidence_shape = {NULL, evidence_fields, LEN(evidence_fields),
                                                  "ChargeEvidence"};

static const struct field said_mg_fields[] = {
    {NULL, "user", K_INT, 0, 0, 0, 0, BOTH, NULL, "A user's figure"},
    {NULL, "reported", K_INT, 0, 0, 0, 0, BOTH, NULL, "A printer's or client's figure"},
    {NULL, "slicer_curve", K_INT, 0, 0, 0, 0, BOTH, NULL, "By the plate's own gcode"},
    {NULL, "slicer_layers", K_INT, 0, 0, 0, 0, BOTH, NULL, "By the ratio of layers"},
    {NULL, "rfid_remain", K_INT, 0, 0, 0, 0, BOTH, NULL, "By the tag's percentage"},
    {NULL, "estimate", K_INT, 0, 0, 0, 0, BOTH, NULL, "Foreseen, where a client alone told of it"},
};
static const struct field_shape said_mg_shape = {NULL, said_mg_fields, LEN(said_mg_fields),
                                                 "ChargeFigures"};

static const struct field basis_fields[] = {
    {NULL, "basis", K_TEXT, 0, 0, 0, 0, OPT, sources, "Source that was chosen"},
    {NULL, "said_mg", K_OBJECT, 0, 0, 0, 0, OPT, NULL, "What each source says", &said_mg_shape},
    {NULL, "slicer_mg", K_INT, 0, 0, 0, 0, BOTH, NULL, "The slicer's, for the whole plate"},
    {NULL, "whole", K_BOOL, 0, 0, 0, 0, OPT, NULL, "The print came to its end"},
    {NULL, "layer", K_INT, 0, 0, 0, 0, BOTH, NULL, "Where it stopped"},
    {NULL, "percent", K_INT, 0, 0, 0, 0, BOTH, NULL, "Where it stopped"},
    {NULL, "total_layers", K_INT, 0, 0, 0, 0, OPT, NULL, "Layers in all"},
    {NULL, "filaments", K_INT, 0, 0, 0, 0, OPT, NULL, "Filaments in the print"},
};
static const struct field_shape basis_shape = {NULL, basis_fields, LEN(basis_fields),
                                               "ChargeBasis"};

static const struct field said_fields[] = {
    {NULL, "user", K_GRAMS, 0, 0, 0, 0, OPT, NULL, "A user's figure"},
    {NULL, "reported", K_GRAMS, 0, 0, 0, 0, OPT, NULL, "A printer's or client's figure"},
    {NULL, "slicer_curve", K_GRAMS, 0, 0, 0, 0, OPT, NULL, "By the plate's own gcode"},
    {NULL, "slicer_layers", K_GRAMS, 0, 0, 0, 0, OPT, NULL, "By the ratio of layers"},
    {NULL, "rfid_remain", K_GRAMS, 0, 0, 0, 0, OPT, NULL, "By the tag's percentage"},
    {NULL, "estimate", K_GRAMS, 0, 0, 0, 0, OPT, NULL, "Foreseen, where a client alone told of it"},
};
static const struct field_shape said_shape = {NULL, said_fields, LEN(said_fields), "ChargeSaid"};

static const struct field bounds_fields[] = {
    {NULL, "low_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "At least; null: as charged"},
    {NULL, "high_grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "At most; null: as charged"},
};
static const struct field_shape bounds_shape = {NULL, bounds_fields, LEN(bounds_fields),
                                                "ChargeBounds"};

static const struct field rejected_fields[] = {
    {NULL, "source", K_TEXT, 0, 0, 0, 0, OPT, sources, "A source of grams"},
    {NULL, "grams", K_GRAMS, 0, 0, 0, 0, BOTH, NULL, "What it says; null: nothing"},
    {NULL, "slot", K_OBJECT, 0, 0, 0, 0, OPT, NULL, "Or another slot", &slots_shape_address},
    {NULL, "why", K_TEXT, 0, 0, 0, 0, 0, NULL, "Why it was not taken, in words"},
};
static const struct field_shape rejected_shape = {NULL, rejected_fields, LEN(rejected_fields),
                                                  "ChargeRejected"};

static const struct field charge_fields[] = {
    {NULL, "index", K_INT, 0, 0, 0, 0, 0, NULL, "Filament, from 1"},
    {NULL, "segment", K_INT, 0, 0, 0, 0, 0, NULL, "Part of that filament"},
    {NULL, "slot", K_OBJECT, 0, 0, 0, 0, NIL, NULL, "Slot", &slots_shape_address},
    {NULL, "spool_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Roll; null: open"},
    {NULL, "event_id", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Row of the ledger; null: open"},
    {NULL, "grams", K_GRAMS, 0, 0, 0, 0, NIL, NULL, "null: nobody knows"},
    {NULL, "rule", K_TEXT, 0, 0, 0, 0, NIL, rules, "How the slot is known; null: a client told"},
    {NULL, "source", K_TEXT, 0, 0, 0, 0, NIL, sources, "Where the grams come from"},
    {NULL, "estimate", K_BOOL, 0, 0, 0, 0, 0, NULL, "The figure is an estimate"},
    {NULL, "evidence", K_OBJECT, 0, 0, 0, 0, 0, NULL, "What was kept with it", &evidence_shape},
    {NULL, "basis", K_OBJECT, 0, 0, 0, 0, 0, NULL, "What its filament rests on", &basis_shape},
    {NULL, "said", K_OBJECT, 0, 0, 0, 0, 0, NULL, "What the sources say", &said_shape},
    {NULL, "bounds", K_OBJECT, 0, 0, 0, 0, 0, NULL, "Between what it lies", &bounds_shape},
    {NULL, "rejected", K_LIST, 0, 0, 0, 0, 0, NULL, "What else could be", &rejected_shape},
    {NULL, "text", K_TEXT, 0, 0, 0, 0, 0, NULL, "The same in words"},
};
static const struct field_shape charge_shape = {NULL, charge_fields, LEN(charge_fields), "Charge"};

static const struct field print_fields[] = {
    {NULL, "job_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Print"},
    {NULL, "status", K_TEXT, 0, 0, 0, 0, 0, jobs_statuses, "How far it has come"},
    {NULL, "text", K_TEXT, 0, 0, 0, 0, 0, NULL, "What was charged, in words"},
    {NULL, "open_grams", K_GRAMS, 0, 0, 0, 0, 0, NULL, "Used, but of which roll is not known"},
    {NULL, "charges", K_LIST, 0, 0, 0, 0, 0, NULL, "Each part of each filament", &charge_shape},
    {NULL, "runouts", K_LIST, 0, 0, 0, 0, 0, NULL, "Rolls that ran out in it", &ledger_shape},
};
const struct field_shape charging_shape_print = {NULL, print_fields, LEN(print_fields),
                                                 "PrintExplanation"};

static const struct field event_fields[] = {
    {NULL, "event", K_OBJECT, 0, 0, 0, 0, 0, NULL, "The row of the ledger", &ledger_shape},
    {NULL, "text", K_TEXT, 0, 0, 0, 0, 0, NULL, "What it is, in words"},
    {NULL, "stands", K_BOOL, 0, 0, 0, 0, 0, NULL, "No later row took it back"},
    {NULL, "evidence", K_OBJECT, 0, 0, 0, 0, 0, NULL, "What was kept with it", &evidence_shape},
    {NULL, "charge", K_OBJECT, 0, 0, 0, 0, NIL, NULL, "Its part; null: of no print", &charge_shape},
};
const struct field_shape charging_shape_event = {NULL, event_fields, LEN(event_fields),
                                                 "UsageExplanation"};
