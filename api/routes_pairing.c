#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {POST, "/api/pair/codes", SCOPE_ADMIN, &rest_pairing_offer_body, NULL,
     OUTSIDE | ROUTE_BODY_OPTIONAL | SHOWN_ONCE, NULL, rest_pairing_offer, "createPairingCode",
     "A code, and the QR code of it, that pairs one device within five minutes.",
     .answer = {201, ONE, &rest_pairing_code}},
    {POST, "/api/pair", 0, &rest_pairing_redeem_body, NULL, OUTSIDE | GUESSED, NULL,
     rest_pairing_redeem, "pairDevice", "Swap a code for an API key of the device's own.",
     .answer = {201, ONE, &rest_pairing_paired}},
    {GET, "/pair", 0, NULL, NULL, OUTSIDE, NULL, rest_pairing_page, "getPairingPage",
     "For who opens a pairing link without the app.",
     .answer = {200, ONE, NULL, "text/html; charset=utf-8"}},
};
const struct route_table routes_pairing = {rows, LEN(rows)};
