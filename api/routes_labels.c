#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {POST, "/api/labels", SCOPE_READ, &rest_labels_sheet_body, &rest_labels_page_query, DRAWN, NULL,
     rest_labels_sheet, "drawLabels", "A page of labels; X-Total-Pages tells how many there are.",
     .answer = {200, ONE, NULL, "image/svg+xml"}},
    {GET, "/s/{number}", 0, NULL, NULL, OUTSIDE, NULL, rest_labels_page, "openRoll",
     "Where a label's code leads; tells nothing of the roll.",
     .answer = {200, ONE, NULL, "text/html"}},
    {GET, "/S/{number}", 0, NULL, NULL, OUTSIDE, NULL, rest_labels_page, "openRollUpper",
     "The same in capitals, as codes have it.", .answer = {200, ONE, NULL, "text/html"}},
    {GET, "/.well-known/apple-app-site-association", 0, NULL, NULL, OUTSIDE, NULL,
     rest_labels_association, "getAppSiteAssociation",
     "Which iOS app opens the links of labels, where one is configured.",
     .answer = {200, ONE, &rest_labels_association_shape, NULL}},
};
const struct route_table routes_labels = {rows, LEN(rows)};
