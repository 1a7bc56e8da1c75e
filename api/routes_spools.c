#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/spools.h"
#include "store/suggestions.h"

static const struct route_subject new_spool = {NULL, "spool", "spool_id"};
static const struct route_subject spool = {spools_get, "spool", "spool_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/spools", SCOPE_READ, NULL, &rest_spools_fields_list, 0, NULL, rest_spools_list,
     "listSpools", "All rolls, filtered, sorted, in pages."},
    {POST, "/api/spools", SCOPE_SPOOLS_WRITE, &rest_spools_fields_create, NULL, WRITE, &new_spool,
     rest_spools_create, "createSpool", "Add a roll, or a box of them."},
    {POST,
     "/api/spools/suggest",
     SCOPE_READ,
     &rest_suggest_body,
     NULL,
     0,
     NULL,
     rest_suggest,
     "suggestSpools",
     "Which roll to take for a print, ranked, with reasons.",
     {200, LIST, &suggestions_shape, NULL}},
    {GET, "/api/spools/{spool_id}", SCOPE_READ, NULL, NULL, STORED, &spool, rest_spools_get,
     "getSpool", "One roll, by id or number."},
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
};
const struct route_table routes_spools = {rows, LEN(rows)};
