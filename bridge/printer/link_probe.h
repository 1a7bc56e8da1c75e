/*
 * Look at a printer's certificate without trusting it: TCP and the TLS handshake, then close. The
 * access code is no parameter, so it cannot be sent. The user sees the SHA-256 before a pin is
 * made.
 * Thread: any; blocks up to the timeout (and for as long as the system takes to resolve a name).
 */
#ifndef BRIDGE_PRINTER_LINK_PROBE_H
#define BRIDGE_PRINTER_LINK_PROBE_H

#include <stdbool.h>

#include "bridge/printer/identity.h"

struct link_probe_result {
    bool reachable;          /* a TLS peer showed a certificate */
    bool chain_ok;           /* it verifies against a CA we hold: no pin is needed */
    bool pinnable;           /* the CN is the serial, and it does not claim a CA we hold in vain */
    enum link_reason reason; /* LINK_CONNECTED: would be accepted without a pin */
    char cn[IDENTITY_CN_SIZE];
    char spki_sha256[IDENTITY_SHA256_TEXT]; /* "" when not reachable */
    char detail[IDENTITY_DETAIL_SIZE];      /* of what went wrong, for people */
};

/* ${timeout_ms} 0: ten seconds. Always fills ${ret_result}. */
void link_probe(const struct identity *identity, const char *host, int port, const char *serial,
                int timeout_ms, struct link_probe_result *ret_result);

#endif
