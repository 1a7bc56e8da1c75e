#include "api/auth.h"
#include "api/rest.h"
#include "api/rest_printer_shape.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/printers.h"

static const struct route_subject new_printer = {NULL, "printer", "printer_id"};
static const struct route_subject printer = {printers_get, "printer", "printer_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/printers", SCOPE_READ, NULL, &rest_printers_list_query, 0, NULL, rest_printers_list,
     "listPrinters", "All printers.", .answer = {200, LIST, &printers_shape}},
    {POST, "/api/printers", SCOPE_ADMIN, &rest_printers_create_body, NULL, OUTSIDE | CONFLICT,
     &new_printer, rest_printers_create, "createPrinter",
     "Add a printer; its certificate is looked at first.", .answer = {201, ONE, &printers_shape}},
    {GET, "/api/printers/{printer_id}", SCOPE_READ, NULL, NULL, STORED, &printer, rest_printers_get,
     "getPrinter", "One printer, by id, serial or alias.", .answer = {200, ONE, &printers_shape}},
    {PUT, "/api/printers/{printer_id}", SCOPE_ADMIN, &rest_printers_update_body, NULL,
     WRITE | CONFLICT, &printer, rest_printers_update, "updatePrinter",
     "Change a printer: absent fields stay.", .answer = {200, ONE, &printers_shape}},
    {DELETE, "/api/printers/{printer_id}", SCOPE_ADMIN, NULL, NULL, WRITE, &printer,
     rest_printers_delete, "deletePrinter", "Forget a printer; its jobs and history stay.",
     .answer = {200, ONE, &printers_deleted_shape}},
    {GET, "/api/printers/{printer_id}/status", SCOPE_READ, NULL, NULL, 0, NULL,
     rest_printer_status_get, "getPrinterStatus", "Connection, progress, telemetry.",
     .answer = {200, ONE, &rest_printer_shape_status}},
    {POST, "/api/printers/{printer_id}/test", SCOPE_ADMIN, &rest_none, NULL,
     OUTSIDE | ROUTE_BODY_OPTIONAL | CONFLICT, NULL, rest_printer_link_test, "testPrinter",
     "Look at its certificate and say what is wrong.",
     .answer = {200, ONE, &rest_printer_shape_test}},
    {POST, "/api/printers/{printer_id}/repin", SCOPE_ADMIN, &rest_printers_repin_body, NULL,
     OUTSIDE | ROUTE_BODY_OPTIONAL | CONFLICT, &printer, rest_printer_link_repin, "repinPrinter",
     "Trust a changed certificate.", .answer = {200, ONE, &printers_shape}},
    {GET, "/api/discover", SCOPE_ADMIN, NULL, NULL, COMPUTED, NULL, rest_printer_status_discover,
     "discoverPrinters", "Printers heard in the network; asks again.",
     .answer = {200, LIST, &rest_printer_shape_found}},
};
const struct route_table routes_printers = {rows, LEN(rows)};
