#include "store/verify.h"

#include <string.h>

#include "base/auto.h"
#include "store/args.h"
#include "store/db.h"
#include "store/ledger.h"

static const struct {
    const char *rule, *meaning;
} meanings[] = {
    {"file", "the database file is damaged"},
    {"reference", "a row refers to one that does not exist"},
    {"cached_sum", "what a roll has used differs from the sum of its ledger"},
    {"two_rolls_in_slot", "a slot holds more than one roll"},
    {"roll_in_two_slots", "a roll is in more than one slot"},
    {"unusable_roll_loaded", "a deleted or archived roll is in a slot"},
    {"slot_overlap", "two stays in the same slot overlap"},
    {"roll_overlap", "a roll was in two slots at the same time"},
    {"assignment_order", "a stay in a slot ends before it begins"},
    {"match_of_empty_slot", "a slot without a roll claims that its roll matches or not"},
    {"match_of_loaded_slot", "a slot with a roll is shown as unassigned"},
    {"two_active_jobs", "a printer has more than one active print"},
    {"job_end", "status and times of a print contradict each other"},
    {"feeds_overlap", "two slots feed the same print at the same time"},
    {"parts_of_filament", "the parts of a filament do not sum to its whole"},
    {"segment_without_filament", "a part of a print belongs to no filament of it"},
    {"segment_booking", "a part of a print is booked with another weight, or not at all"},
    {"usage_without_segment", "a booking belongs to no part of its print"},
    {"reversal", "a reversing row does not match the row that it takes back"},
    {"two_standing_charges", "the same part of a print is booked twice"},
    {"negative_charge", "a print gave filament back"},
    {"negative_weight", "a weight that cannot be negative is"},
    {"question_state", "a question's state contradicts its times"},
    {"two_open_questions", "a slot has more than one open question"},
    {"orphan", "a row refers to one that does not exist"},
    {"not_in_feed", "clients are never told of this row"},
    {"deleted_in_feed", "clients are told that a deleted row is still there"},
    {"place_in_feed", "clients would miss changes of a row"},
    {"alert_of_closed_question", "an alert goes on about a question that is closed"},
    {"alert_end", "an alert ends before it begins"},
    {"waits_for_nobody", "a notification waits for a device that nothing is sent to"},
    {"search", "a search finds another text than the row has"},
};

const char *verify_meaning(const char *rule)
{
    for (size_t i = 0; i < LEN(meanings); i++)
        if (strcmp(meanings[i].rule, rule) == 0)
            return meanings[i].meaning;
    return "";
}

static void add(json_t *problems, const char *rule, const char *entity, const char *id,
                const char *detail)
{
    json_array_append_new(problems,
                          json_pack("{s:s, s:s, s:s?, s:s, s:s}", "rule", rule, "entity", entity,
                                    "id", id, "detail", detail, "meaning", verify_meaning(rule)));
}

static void check_file(struct db *db, json_t *problems)
{
    json_auto_t *rows = db_rows(db, "PRAGMA integrity_check", NULL, NULL);
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        const char *said = args_text(row, "integrity_check");
        if (said && strcmp(said, "ok") != 0)
            add(problems, "file", "database", NULL, said);
    }
}

static void check_references(struct db *db, json_t *problems)
{
    json_auto_t *rows = db_rows(db, "PRAGMA foreign_key_check", NULL, NULL);
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        const char *table = args_text(row, "table"), *parent = args_text(row, "parent");
        char detail[200];
        snprintf(detail, sizeof detail, "row %lld refers to a row of %s that is missing",
                 (long long)args_int(row, "rowid", 0), parent ? parent : "?");
        add(problems, "reference", table ? table : "?", NULL, detail);
    }
}

static void check_rules(struct db *db, json_t *problems)
{
    json_auto_t *rows = ledger_violations(db);
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        const char *entity = args_text(row, "entity"), *detail = args_text(row, "detail");
        const char *rule = args_text(row, "rule");
        add(problems, rule ? rule : "?", entity ? entity : "?", args_text(row, "id"),
            detail ? detail : "");
    }
}

enum err verify_run(struct db *db, json_t **ret_problems, struct why *why)
{
    json_auto_t *problems = json_array();
    check_file(db, problems);
    check_references(db, problems);
    check_rules(db, problems);
    enum err e = db_status(db, why);
    if (e == OK)
        *ret_problems = json_incref(problems);
    return e;
}
