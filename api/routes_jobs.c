#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "bridge/printer/sliced.h"
#include "store/charging.h"
#include "store/jobs.h"
#include "store/ledger.h"

static const struct route_subject new_job = {NULL, "print_job", "job_id"};
static const struct route_subject job = {jobs_get, "print_job", "job_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/print_jobs", SCOPE_READ, NULL, &rest_jobs_list_query, NAMES, NULL, rest_jobs_list,
     "listPrintJobs", "Prints, newest first.", .answer = {200, LIST, &jobs_shape}},
    {POST, "/api/print_jobs/start", SCOPE_JOBS_WRITE, &rest_jobs_start_body, NULL,
     WRITE | CONFLICT | NAMES, &new_job, rest_jobs_start, "startPrintJob",
     "A print begins; the same again is the same print.",
     .answer = {201, ONE, &jobs_shape_started, .also = 200}},
    {GET, "/api/print_jobs/{job_id}", SCOPE_READ, NULL, NULL, STORED, &job, rest_jobs_get,
     "getPrintJob", "One print with its filaments, segments and usage.",
     .answer = {200, ONE, &jobs_shape_one}},
    {METHOD_PUT, "/api/print_jobs/{job_id}/end", SCOPE_JOBS_WRITE, &rest_jobs_end_body, NULL,
     WRITE | CONFLICT, &job, rest_jobs_end, "endPrintJob",
     "It has ended: its grams are booked, once.", .answer = {200, ONE, &jobs_shape_ended}},
    {PATCH, "/api/print_jobs/{job_id}", SCOPE_JOBS_WRITE, &rest_jobs_correct_body, NULL,
     WRITE | CONFLICT, &job, rest_jobs_correct, "correctPrintJob",
     "Correct its note, title, end or grams; charges follow.",
     .answer = {200, ONE, &jobs_shape_ended}},
    {POST, "/api/print_jobs/{job_id}/erase_names", SCOPE_JOBS_WRITE, &rest_none, NULL,
     LENIENT | CONFLICT, &job, rest_jobs_erase_names, "erasePrintJobNames",
     "Forget its names; its grams stay.", .answer = {200, ONE, &jobs_shape}},
    {POST, "/api/print_jobs/{job_id}/rebook", SCOPE_JOBS_WRITE, &rest_none, NULL,
     LENIENT | CONFLICT, &job, rest_jobs_rebook, "rebookPrintJob",
     "Charge it anew by all that is known now.", .answer = {200, ONE, &jobs_shape}},
    {GET, "/api/print_jobs/{job_id}/explain", SCOPE_READ, NULL, NULL, 0, NULL, rest_jobs_explain,
     "explainPrintJob", "Why each charge is as it is, and what else was considered.",
     .answer = {200, ONE, &charging_shape_print}},
    {POST, "/api/print_jobs/{job_id}/sliced_file", SCOPE_JOBS_WRITE, NULL,
     &rest_sliced_attach_query, OUTSIDE | UPLOAD, &job, rest_sliced_attach, "attachSlicedFile",
     "Give a print its sliced file, which is the body; what has ended is charged anew.",
     .answer = {200, ONE, &jobs_shape}},
    {POST, "/api/sliced_files/analyze", SCOPE_READ, NULL, &rest_sliced_analyze_query,
     OUTSIDE | UPLOAD, NULL, rest_sliced_analyze, "analyzeSlicedFile",
     "Grams for each filament of a .gcode.3mf or .gcode file, which is the body.",
     .answer = {200, ONE, &sliced_shape}},
    {GET, "/api/spools/{spool_id}/usage", SCOPE_READ, NULL, &rest_jobs_usage_query, 0, NULL,
     rest_jobs_usage, "listUsageOfSpool", "The same, beside the roll.",
     .answer = {200, LIST, &ledger_history_shape}},
};
const struct route_table routes_jobs = {rows, LEN(rows)};
