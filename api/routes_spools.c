#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/suggestions.h"

static const struct route_subject new_spool = {NULL, "spool", "spool_id"};
static const struct route_subject spool = {spools_get, "spool", "spool_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/spools", SCOPE_READ, NULL, &rest_spools_fields_list, 0, NULL, rest_spools_list,
     "listSpools", "All rolls, filtered, sorted, in pages.", .answer = {200, LIST, &spools_shape}},
    {POST, "/api/spools", SCOPE_SPOOLS_WRITE, &rest_spools_fields_create, NULL, WRITE | CONFLICT,
     &new_spool, rest_spools_create, "createSpool", "Add a roll, or a box of them.",
     .answer = {201, ONE, &spools_shape_created}},
    {POST, "/api/spools/suggest", SCOPE_READ, &rest_suggest_body, NULL, 0, NULL, rest_suggest,
     "suggestSpools", "Which roll to take for a print, ranked, with reasons.",
     .answer = {200, LIST, &suggestions_shape}},
    {GET, "/api/spools/{spool_id}", SCOPE_READ, NULL, NULL, STORED, &spool, rest_spools_get,
     "getSpool", "One roll, by id or number.", .answer = {200, ONE, &spools_shape}},
    {PUT, "/api/spools/{spool_id}", SCOPE_SPOOLS_WRITE, &rest_spools_fields_update, NULL,
     WRITE | CONFLICT, &spool, rest_spools_update, "updateSpool",
     "Change a roll: absent fields stay.", .answer = {200, ONE, &spools_shape_updated}},
    {DELETE, "/api/spools/{spool_id}", SCOPE_SPOOLS_WRITE, NULL, &rest_spools_fields_delete,
     WRITE | CONFLICT, &spool, rest_spools_delete, "deleteSpool",
     "Delete a roll; its usage stays known.", .answer = {200, ONE, &spools_shape_deleted}},
    {POST, "/api/spools/{spool_id}/adjust_weight", SCOPE_SPOOLS_WRITE, &rest_spools_fields_adjust,
     NULL, WRITE, &spool, rest_spools_adjust, "adjustSpoolWeight",
     "Correct the weight, as a row of the ledger.", .answer = {200, ONE, &spools_shape_adjusted}},
    {POST, "/api/spools/{spool_id}/archive", SCOPE_SPOOLS_WRITE, &rest_none, NULL,
     LENIENT | CONFLICT, &spool, rest_spools_archive, "archiveSpool", "Put a roll away.",
     .answer = {200, ONE, &spools_shape_updated}},
    {POST, "/api/spools/{spool_id}/restore", SCOPE_SPOOLS_WRITE, &rest_none, NULL, LENIENT, &spool,
     rest_spools_restore, "restoreSpool", "Take an archived roll out again.",
     .answer = {200, ONE, &spools_shape_updated}},
    {GET, "/api/spools/{spool_id}/qr.svg", SCOPE_READ, NULL, NULL, 0, NULL, rest_labels_qr,
     "drawSpoolCode", "The roll's QR code.", .answer = {200, ONE, NULL, "image/svg+xml"}},
    {GET, "/api/spools/{spool_id}/label.svg", SCOPE_READ, NULL, &rest_labels_label_query, 0, NULL,
     rest_labels_label, "drawSpoolLabel", "A label for the roll, to print.",
     .answer = {200, ONE, NULL, "image/svg+xml"}},
    {GET, "/api/spools/{spool_id}/history", SCOPE_READ, NULL, &rest_spools_fields_history, 0, NULL,
     rest_spools_history, "listSpoolHistory", "Where a roll has been, newest first.",
     .answer = {200, LIST, &slots_history_shape}},
};
const struct route_table routes_spools = {rows, LEN(rows)};
