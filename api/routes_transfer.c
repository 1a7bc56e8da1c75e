#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/csv.h"
#include "store/transfer.h"

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/export", SCOPE_READ, NULL, &rest_transfer_export_query, FILE_ANSWER, NULL,
     rest_transfer_export, "exportAll",
     "All that the user owns as one document, or one table as CSV.",
     .answer = {200, ONE, &transfer_document, csv_type}},
    {POST, "/api/import", SCOPE_ADMIN, NULL, &rest_transfer_import_query, OUTSIDE | UPLOAD, NULL,
     rest_transfer_import, "importFile",
     "Take in an export of ours or of Spoolman, or a CSV of rolls: all of the body, or nothing.",
     .answer = {200, ONE, &transfer_report, NULL}},
};
const struct route_table routes_transfer = {rows, LEN(rows)};
