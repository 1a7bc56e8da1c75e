#include "api/routes.h"

#include "api/auth.h"
#include "api/rest.h"
#include "base/auto.h"
#include "store/jobs.h"
#include "store/ledger.h"
#include "store/printers.h"
#include "store/questions.h"
#include "store/spools.h"

enum {
    GET = METHOD_GET,
    POST = METHOD_POST,
    PUT = METHOD_PUT | METHOD_PATCH, /* both are a merge */
    PATCH = METHOD_PATCH,
    DELETE = METHOD_DELETE,
    WRITE = ROUTE_WRITE,
    OUTSIDE = ROUTE_OUTSIDE,
    UPLOAD = ROUTE_UPLOAD,
    LENIENT = ROUTE_WRITE | ROUTE_BODY_OPTIONAL,
};

#define REST_SLOT "/api/ams_slots/{printer_id}/{ams_unit_number}/{slot_number}"

static const struct route_subject new_spool = {NULL, "spool", "spool_id"};
static const struct route_subject spool = {spools_get, "spool", "spool_id"};
static const struct route_subject slot = {NULL, "slot", "ams_slot_id"};
static const struct route_subject stay = {NULL, "slot_history", "history_id"};
static const struct route_subject question = {questions_get, "question", "question_id"};
static const struct route_subject new_printer = {NULL, "printer", "printer_id"};
static const struct route_subject printer = {printers_get, "printer", "printer_id"};
static const struct route_subject key = {NULL, "api_key", "key_id"};
static const struct route_subject new_job = {NULL, "print_job", "job_id"};
static const struct route_subject job = {jobs_get, "print_job", "job_id"};
static const struct route_subject new_event = {NULL, "usage_event", "event_id"};
static const struct route_subject event = {ledger_get, "usage_event", "event_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc */
const struct route routes[] = {
    {GET, "/healthz", 0, NULL, NULL, OUTSIDE, NULL, rest_system_health, "getHealth",
     "The process answers."},
    {GET, "/readyz", 0, NULL, NULL, 0, NULL, rest_system_ready, "getReadiness",
     "The database answers and writes are taken."},
    {GET, "/api/version", 0, NULL, NULL, OUTSIDE, NULL, rest_system_version, "getVersion",
     "Name, version and capabilities."},
    {GET, "/api/spools", SCOPE_READ, NULL, &rest_spools_fields_list, 0, NULL, rest_spools_list,
     "listSpools", "All rolls, filtered, sorted, in pages."},
    {POST, "/api/spools", SCOPE_SPOOLS_WRITE, &rest_spools_fields_create, NULL, WRITE, &new_spool,
     rest_spools_create, "createSpool", "Add a roll, or a box of them."},
    {GET, "/api/spools/{spool_id}", SCOPE_READ, NULL, NULL, 0, &spool, rest_spools_get, "getSpool",
     "One roll, by id or number."},
    {PUT, "/api/spools/{spool_id}", SCOPE_SPOOLS_WRITE, &rest_spools_fields_update, NULL, WRITE,
     &spool, rest_spools_update, "updateSpool", "Change a roll: absent fields stay."},
    {DELETE, "/api/spools/{spool_id}", SCOPE_SPOOLS_WRITE, NULL, &rest_spools_fields_delete, WRITE,
     &spool, rest_spools_delete, "deleteSpool", "Delete a roll; its usage stays known."},
    {POST, "/api/spools/{spool_id}/adjust_weight", SCOPE_SPOOLS_WRITE, &rest_spools_fields_adjust,
     NULL, WRITE, &spool, rest_spools_adjust, "adjustSpoolWeight",
     "Correct the weight, as a row of the ledger."},
    {POST, "/api/spools/{spool_id}/archive", SCOPE_SPOOLS_WRITE, &rest_none, NULL, LENIENT, &spool,
     rest_spools_archive, "archiveSpool", "Put a roll away."},
    {POST, "/api/spools/{spool_id}/restore", SCOPE_SPOOLS_WRITE, &rest_none, NULL, LENIENT, &spool,
     rest_spools_restore, "restoreSpool", "Take an archived roll out again."},
    {GET, "/api/spools/{spool_id}/history", SCOPE_READ, NULL, &rest_spools_fields_history, 0, NULL,
     rest_spools_history, "listSpoolHistory", "Where a roll has been, newest first."},
    {GET, "/api/ams_slots", SCOPE_READ, NULL, NULL, 0, NULL, rest_slots_list, "listSlots",
     "All slots of all printers."},
    {GET, "/api/ams_slots/{printer_id}", SCOPE_READ, NULL, NULL, 0, NULL, rest_slots_list,
     "listPrinterSlots", "The slots of one printer."},
    {POST, REST_SLOT "/assign", SCOPE_SLOTS_WRITE, &rest_slots_assign_body, NULL, WRITE, &slot,
     rest_slots_assign, "assignSlot", "Say which roll is in a slot."},
    {POST, REST_SLOT "/unassign", SCOPE_SLOTS_WRITE, &rest_slots_unassign_body, NULL, LENIENT,
     &slot, rest_slots_unassign, "unassignSlot", "Say that a slot is empty."},
    {GET, REST_SLOT "/history", SCOPE_READ, NULL, &rest_slots_slot_history_query, 0, NULL,
     rest_slots_slot_history, "listSlotHistory", "Which rolls were in a slot, newest first."},
    {GET, REST_SLOT "/candidates", SCOPE_READ, NULL, NULL, 0, NULL, rest_slots_candidates,
     "listSlotCandidates", "Rolls that fit what the slot reports, ranked, with reasons."},
    {GET, "/api/slot_history", SCOPE_READ, NULL, &rest_slots_history_query, 0, NULL,
     rest_slots_history, "listAllSlotHistory", "Which rolls were where, newest first."},
    {PATCH, "/api/slot_history/{history_id}", SCOPE_SLOTS_WRITE, &rest_slots_correct_body, NULL,
     WRITE, &stay, rest_slots_correct, "correctSlotHistory",
     "Correct who was where; charges follow."},
    {GET, "/api/questions", SCOPE_READ, NULL, &rest_questions_list_query, 0, NULL,
     rest_questions_list, "listQuestions", "What waits for an answer."},
    {GET, "/api/questions/{question_id}", SCOPE_READ, NULL, NULL, 0, &question, rest_questions_get,
     "getQuestion", "One question with its candidates."},
    {POST, "/api/questions/{question_id}/answer", SCOPE_SLOTS_WRITE, &rest_questions_answer_body,
     NULL, WRITE, &question, rest_questions_answer, "answerQuestion",
     "Answer it: a roll, a new roll, or dismiss it."},
    {GET, "/api/printers", SCOPE_READ, NULL, &rest_printers_list_query, 0, NULL, rest_printers_list,
     "listPrinters", "All printers."},
    {POST, "/api/printers", SCOPE_ADMIN, &rest_printers_create_body, NULL, OUTSIDE, &new_printer,
     rest_printers_create, "createPrinter", "Add a printer; its certificate is looked at first."},
    {GET, "/api/printers/{printer_id}", SCOPE_READ, NULL, NULL, 0, &printer, rest_printers_get,
     "getPrinter", "One printer, by id, serial or alias."},
    {PUT, "/api/printers/{printer_id}", SCOPE_ADMIN, &rest_printers_update_body, NULL, WRITE,
     &printer, rest_printers_update, "updatePrinter", "Change a printer: absent fields stay."},
    {DELETE, "/api/printers/{printer_id}", SCOPE_ADMIN, NULL, NULL, WRITE, &printer,
     rest_printers_delete, "deletePrinter", "Forget a printer; its jobs and history stay."},
    {GET, "/api/printers/{printer_id}/status", SCOPE_READ, NULL, NULL, 0, NULL,
     rest_printer_status_get, "getPrinterStatus", "Connection, progress, telemetry."},
    {POST, "/api/printers/{printer_id}/test", SCOPE_ADMIN, &rest_none, NULL,
     OUTSIDE | ROUTE_BODY_OPTIONAL, NULL, rest_printer_link_test, "testPrinter",
     "Look at its certificate and say what is wrong."},
    {POST, "/api/printers/{printer_id}/repin", SCOPE_ADMIN, &rest_printers_repin_body, NULL,
     OUTSIDE | ROUTE_BODY_OPTIONAL, &printer, rest_printer_link_repin, "repinPrinter",
     "Trust a changed certificate."},
    {GET, "/api/discover", SCOPE_ADMIN, NULL, NULL, 0, NULL, rest_printer_status_discover,
     "discoverPrinters", "Printers heard in the network; asks again."},
    {GET, "/api/api_keys", SCOPE_ADMIN, NULL, &rest_keys_list_query, 0, NULL, rest_keys_list,
     "listApiKeys", "All keys, without the keys."},
    {POST, "/api/api_keys", SCOPE_ADMIN, &rest_keys_create_body, NULL, WRITE, &key,
     rest_keys_create, "createApiKey", "Make a key; it is shown this once."},
    {DELETE, "/api/api_keys/{key_id}", SCOPE_ADMIN, NULL, NULL, WRITE, &key, rest_keys_revoke,
     "revokeApiKey", "A key is worth nothing from now on."},
    {GET, "/api/print_jobs", SCOPE_READ, NULL, &rest_jobs_list_query, 0, NULL, rest_jobs_list,
     "listPrintJobs", "Prints, newest first."},
    {POST, "/api/print_jobs/start", SCOPE_JOBS_WRITE, &rest_jobs_start_body, NULL, WRITE, &new_job,
     rest_jobs_start, "startPrintJob", "A print begins; the same again is the same print."},
    {GET, "/api/print_jobs/{job_id}", SCOPE_READ, NULL, NULL, 0, &job, rest_jobs_get, "getPrintJob",
     "One print with its filaments, segments and usage."},
    {METHOD_PUT, "/api/print_jobs/{job_id}/end", SCOPE_JOBS_WRITE, &rest_jobs_end_body, NULL, WRITE,
     &job, rest_jobs_end, "endPrintJob", "It has ended: its grams are booked, once."},
    {PATCH, "/api/print_jobs/{job_id}", SCOPE_JOBS_WRITE, &rest_jobs_correct_body, NULL, WRITE,
     &job, rest_jobs_correct, "correctPrintJob",
     "Correct its note, title, end or grams; charges follow."},
    {POST, "/api/print_jobs/{job_id}/erase_names", SCOPE_JOBS_WRITE, &rest_none, NULL, LENIENT,
     &job, rest_jobs_erase_names, "erasePrintJobNames", "Forget its names; its grams stay."},
    {POST, "/api/print_jobs/{job_id}/rebook", SCOPE_JOBS_WRITE, &rest_none, NULL, LENIENT, &job,
     rest_jobs_rebook, "rebookPrintJob", "Charge it anew by all that is known now."},
    {GET, "/api/print_jobs/{job_id}/explain", SCOPE_READ, NULL, NULL, 0, NULL, rest_jobs_explain,
     "explainPrintJob", "Why each charge is as it is, and what else was considered."},
    {POST, "/api/print_jobs/{job_id}/sliced_file", SCOPE_JOBS_WRITE, NULL,
     &rest_sliced_attach_query, OUTSIDE | UPLOAD, &job, rest_sliced_attach, "attachSlicedFile",
     "Give a print its sliced file, which is the body; what has ended is charged anew."},
    {POST, "/api/sliced_files/analyze", SCOPE_READ, NULL, &rest_sliced_analyze_query,
     OUTSIDE | UPLOAD, NULL, rest_sliced_analyze, "analyzeSlicedFile",
     "Grams for each filament of a .gcode.3mf or .gcode file, which is the body."},
    {GET, "/api/usage_events", SCOPE_READ, NULL, &rest_jobs_events_query, 0, NULL, rest_jobs_events,
     "listUsageEvents", "The ledger, newest first."},
    {POST, "/api/usage_events", SCOPE_SPOOLS_WRITE, &rest_jobs_record_body, NULL, WRITE, &new_event,
     rest_jobs_record, "recordUsage", "Book waste or an adjustment by hand."},
    {GET, "/api/usage_events/{event_id}", SCOPE_READ, NULL, NULL, 0, &event, rest_jobs_event,
     "getUsageEvent", "One row of the ledger."},
    {POST, "/api/usage_events/{event_id}/undo", SCOPE_SPOOLS_WRITE, &rest_jobs_undo_body, NULL,
     LENIENT, &event, rest_jobs_undo, "undoUsage", "Take back a row that was booked by hand."},
    {GET, "/api/usage_events/{event_id}/explain", SCOPE_READ, NULL, NULL, 0, NULL,
     rest_jobs_explain_event, "explainUsageEvent", "Why this row is as it is."},
    {GET, "/api/stats/spools/low_inventory", SCOPE_READ, NULL, NULL, 0, NULL, rest_jobs_low,
     "listLowInventory", "Rolls at or below their threshold, the emptiest first."},
    {GET, "/api/stats/spools/usage_history/{spool_id}", SCOPE_READ, NULL, &rest_jobs_usage_query, 0,
     NULL, rest_jobs_usage, "listSpoolUsage",
     "What was used of a roll, with its balance, newest first."},
    {GET, "/api/spools/{spool_id}/usage", SCOPE_READ, NULL, &rest_jobs_usage_query, 0, NULL,
     rest_jobs_usage, "listUsageOfSpool", "The same, beside the roll."},
};

const size_t routes_count = LEN(routes);
