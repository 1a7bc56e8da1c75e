/* Why a print was charged as it was, from the evidence that was kept with it. */
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/args.h"
#include "store/charging.h"
#include "store/db.h"
#include "store/ledger.h"

static const double mg_in_gram = 1000.0;

/* One charge as it is told. */
struct tale {
    const json_t *row; /* of parts_of_job */
    json_t *evidence;  /* of the part */
    json_t *sum;       /* of its filament */
    const char *source;
};

static json_t *parse(const json_t *row, const char *key)
{
    const char *text = args_text(row, key);
    json_t *value = text ? json_loads(text, 0, NULL) : NULL;
    return value ? value : json_object();
}

static json_t *grams(const json_t *object, const char *key)
{
    const json_t *mg = json_object_get(object, key);
    return json_is_integer(mg) ? json_real((double)json_integer_value(mg) / mg_in_gram)
                               : json_null();
}

/* --- sentences --- */

static const char *rule_sentence(const char *rule)
{
    static const char *const list[][2] = {
        {"mapped", "The print was told to use this slot, and it was seen feeding."},
        {"learned", "This slot began to feed where the sliced file changes to this filament."},
        {"continued", "This slot took over from another one: a runout, a backup or a swap."},
        {"mapped_unseen", "The print was told to use this slot; it was never seen feeding."},
        {"likeness", "It is the only slot that shows this material and colour."},
        {"open", "Nothing says which slot it came from."},
    };
    for (size_t i = 0; rule && i < LEN(list); i++)
        if (strcmp(list[i][0], rule) == 0)
            return list[i][1];
    return "A client named the slot or the roll.";
}

static const char *source_sentence(const char *source)
{
    static const char *const list[][2] = {
        {"user", "The grams are what the user told."},
        {"reported", "The grams are what the printer or a client reported."},
        {"slicer_curve", "The grams are the slicer's, by the plate's own gcode."},
        {"slicer_layers", "The grams are the slicer's, by the ratio of layers."},
        {"rfid_remain", "The grams are what the tag's percentage lost: an estimate."},
        {"estimate", "The grams are the estimates of the print's start."},
        {"open", "Nobody knows how much it was."},
    };
    for (size_t i = 0; source && i < LEN(list); i++)
        if (strcmp(list[i][0], source) == 0)
            return list[i][1];
    return "Where the grams come from is not kept.";
}

static const char *roll_sentence(const json_t *row)
{
    if (args_given(row, "spool_id"))
        return "The roll is the one that the slot's history names for that time.";
    if (args_given(row, "slot"))
        return "Nobody said which roll was in that slot: the charge is open until somebody does.";
    return "Without a slot no roll can be named: the charge is open.";
}

static json_t *tell(const struct tale *tale)
{
    const json_t *layer = json_object_get(tale->sum, "layer");
    const char *rule = args_text(tale->evidence, "rule");
    auto_buf text = {0};
    buf_format(&text, "%s %s", source_sentence(tale->source), rule_sentence(rule));
    if (json_is_false(json_object_get(tale->sum, "whole")) && json_is_integer(layer))
        buf_format(&text, " The print stopped in layer %d of %d.", (int)json_integer_value(layer),
                   (int)args_int(tale->sum, "total_layers", 0));
    buf_format(&text, " %s", roll_sentence(tale->row));
    return text.failed ? NULL : json_string(text.data);
}

/* --- what else could have been --- */

static const char *why_rejected(const struct tale *tale, const char *source, bool told, bool better)
{
    if (strcmp(source, "rfid_remain") == 0 && told && args_int(tale->sum, "filaments", 1) > 1)
        return "tags are coarse; they only count where a print has a single filament";
    if (!told && strcmp(source, "slicer_curve") == 0)
        return "the plate's own gcode is not at hand, or the end of the print was not seen";
    if (!told && strcmp(source, "slicer_layers") == 0)
        return "the slicer's grams or the layers are not known";
    if (!told && strcmp(source, "rfid_remain") == 0)
        return "the slot was not read with the same tag at both ends";
    if (told && strcmp(source, "estimate") == 0)
        return "it is what the whole print would have used, and this one did not complete";
    if (!told)
        return "nobody told a figure";
    return better ? "it could not be applied to this filament" : "a better source is known";
}

static void reject_sources(const struct tale *tale, json_t *list)
{
    const json_t *said = json_object_get(tale->sum, "said_mg"), *mg;
    const char *source;
    bool better = true;
    json_object_foreach ((json_t *)(uintptr_t)said, source, mg) {
        bool chosen = tale->source && strcmp(source, tale->source) == 0;
        better &= !chosen;
        if (chosen)
            continue;
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:s}", "source", source, "grams", grams(said, source),
                            "why", why_rejected(tale, source, json_is_integer(mg), better)));
    }
}

/* The slot that the print was told, where another one fed. */
static void reject_mapping(const struct tale *tale, json_t *list)
{
    const json_t *mapped = json_object_get(tale->row, "mapped");
    const char *told = json_string_value(mapped), *slot = args_text(tale->row, "slot");
    if (told && slot && strcmp(told, slot) != 0)
        json_array_append_new(list,
                              json_pack("{s:o, s:s}", "slot", parse(tale->row, "mapped"), "why",
                                        "the print was told this slot; another was seen feeding"));
}

static json_t *said_grams(const json_t *sum)
{
    const json_t *said = json_object_get(sum, "said_mg"), *mg;
    const char *source;
    json_t *list = json_object();
    json_object_foreach ((json_t *)(uintptr_t)said, source, mg) {
        if (json_is_integer(mg))
            json_object_set_new(list, source, grams(said, source));
    }
    return list;
}

static json_t *bounds(const struct tale *tale)
{
    return json_pack("{s:o, s:o}", "low_grams", grams(tale->evidence, "low_mg"), "high_grams",
                     grams(tale->evidence, "high_mg"));
}

static json_t *value_or_null(const json_t *row, const char *key)
{
    json_t *value = json_object_get(row, key);
    return value ? json_incref(value) : json_null();
}

static json_t *charge_json(const json_t *row)
{
    json_auto_t *evidence = parse(row, "evidence"), *sum = parse(row, "sum");
    const struct tale tale = {row, evidence, sum, args_text(row, "source")};
    json_t *rejected = json_array();
    reject_sources(&tale, rejected);
    reject_mapping(&tale, rejected);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:O, s:O, s:o, s:o, s:o, s:o}",
                     "index", value_or_null(row, "filament"), "segment",
                     value_or_null(row, "segment"), "slot",
                     args_given(row, "slot") ? parse(row, "slot") : json_null(), "spool_id",
                     value_or_null(row, "spool_id"), "event_id", value_or_null(row, "event_id"),
                     "grams", grams(row, "mg"), "rule", value_or_null(evidence, "rule"), "source",
                     value_or_null(row, "source"), "estimate", args_int(row, "estimate", 0) != 0,
                     "evidence", evidence, "basis", sum, "said", said_grams(sum), "bounds",
                     bounds(&tale), "rejected", rejected, "text", tell(&tale));
}

/* --- a print --- */

/* :filament and :segment NULL: all. */
static const char parts_of_job[] =
    "SELECT g.filament, g.segment, g.mg, g.source, g.estimate, g.evidence, f.evidence AS sum, "
    "s.public_id AS spool_id, CASE WHEN sl.id IS NOT NULL THEN json_object('ams_unit_number', "
    "sl.unit, 'slot_number', sl.slot) END AS slot, CASE WHEN m.id IS NOT NULL THEN "
    "json_object('ams_unit_number', m.unit, 'slot_number', m.slot) END AS mapped, "
    "(SELECT u.public_id FROM usage u WHERE u.job = g.job AND u.filament = g.filament "
    "AND u.segment = g.segment AND u.reverses IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM usage r WHERE r.reverses = u.id)) AS event_id "
    "FROM job_segment g LEFT JOIN job_filament f ON f.job = g.job AND f.idx = g.filament "
    "LEFT JOIN slot sl ON sl.id = g.slot LEFT JOIN slot m ON m.id = f.slot "
    "LEFT JOIN spool s ON s.id = g.spool WHERE g.job = :job "
    "AND g.filament = coalesce(:filament, g.filament) "
    "AND g.segment = coalesce(:segment, g.segment) "
    "AND (g.mg IS NOT 0 OR :segment IS NOT NULL) ORDER BY g.filament, g.segment";

static json_t *charges_of(struct db *db, const json_t *args)
{
    json_auto_t *rows = db_rows(db, parts_of_job, args, NULL);
    json_t *list = json_array();
    size_t i;
    const json_t *row;
    json_array_foreach (rows, i, row)
        json_array_append_new(list, charge_json(row));
    return list;
}

static json_t *runouts_of(struct db *db, const json_t *args)
{
    return db_rows(db,
                   "SELECT e.* FROM usage u JOIN usage_events e ON e.event_id = u.public_id "
                   "WHERE u.weighed = :job AND u.reverses IS NULL AND NOT EXISTS "
                   "(SELECT 1 FROM usage r WHERE r.reverses = u.id) ORDER BY u.id /* scan */",
                   args, &ledger_shape);
}

static const char *job_sentence(const json_t *row, size_t charges)
{
    const char *kind = args_text(row, "kind");
    if (!args_given(row, "ended_at"))
        return "The print has not ended; it is charged when it does.";
    if (kind && strcmp(kind, "utility") == 0)
        return "A calibration or another utility of the printer: no filament is charged.";
    if (!charges)
        return "Nothing was charged: nobody told a figure, and no slot was seen feeding.";
    if (args_int(row, "open_mg", 0) || args_int(row, "unknown", 0))
        return "Part of this print is an open charge: its roll or its grams are not known.";
    return "Every part of this print is charged to a roll.";
}

enum err charging_explain(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row = db_row(
        db,
        "SELECT j.id AS job, j.public_id AS job_id, j.kind, j.status, j.ended_at, "
        "(SELECT coalesce(sum(g.mg), 0) FROM job_segment g WHERE g.job = j.id AND g.spool IS NULL) "
        "AS open_mg, (SELECT count(*) FROM job_segment g WHERE g.job = j.id AND g.mg IS NULL) "
        "AS unknown FROM job j WHERE j.public_id = lower(:job_id)",
        args, NULL);
    if (!row)
        return db_missing(db, why, "job_not_found", "job_id", "no such print job");
    json_auto_t *charges = charges_of(db, row), *runouts = runouts_of(db, row);
    const char *text = job_sentence(row, json_array_size(charges));
    *ret = db_args(db, json_pack("{s:O, s:O, s:s, s:o, s:O, s:O}", "job_id",
                                 json_object_get(row, "job_id"), "status",
                                 json_object_get(row, "status"), "text", text, "open_grams",
                                 grams(row, "open_mg"), "charges", charges, "runouts", runouts));
    return db_status(db, why);
}

/* --- a row of the ledger --- */

static const char *event_sentence(const json_t *row)
{
    if (args_given(row, "reverses"))
        return "It takes another event back, because something became known or was undone.";
    if (args_given(row, "weighed"))
        return "The roll ran out in a print: this is what the ledger still had of it, or had too "
               "little.";
    if (!args_given(row, "job"))
        return "It was entered by hand, and belongs to no print.";
    return "It is a part of a print.";
}

enum err charging_explain_event(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row =
        db_row(db,
               "SELECT u.id, u.job, u.filament, u.segment, u.reverses, u.weighed, u.evidence, "
               "NOT EXISTS (SELECT 1 FROM usage r WHERE r.reverses = u.id) AS stands FROM usage u "
               "WHERE u.public_id = lower(:event_id)",
               args, NULL);
    if (!row)
        return db_missing(db, why, "event_not_found", "event_id", "no such usage event");
    json_auto_t *event = NULL;
    enum err e = ledger_get(db, args, &event, why);
    if (e)
        return e;
    json_auto_t *charges = args_given(row, "job") ? charges_of(db, row) : json_array();
    json_t *charge = json_array_get(charges, 0);
    *ret = db_args(db, json_pack("{s:O, s:s, s:b, s:o, s:O?}", "event", event, "text",
                                 event_sentence(row), "stands", args_int(row, "stands", 0) != 0,
                                 "evidence", parse(row, "evidence"), "charge", charge));
    return db_status(db, why);
}
