/*
 * Hundreds of printers behind one port, for the test of the farm: an MQTT service over TLS that
 * makes the certificate for whatever serial the SNI asks for.
 * Owner: the child process that runs it; counters live in memory shared with the test.
 * Thread: one.
 */
#ifndef TESTS_LINKS_FARM_PEER_H
#define TESTS_LINKS_FARM_PEER_H

#include <stdatomic.h>

#include "tests/links/farm_certs.h"

struct farm_counts {
    atomic_int port; /* set once it listens */
    atomic_int connects, subscribes, requests, reports, goodbyes;
    atomic_int drop;    /* set by the test: cut every connection */
    atomic_int dropped; /* how often that was done */
};

/* Serve until the process is killed. Answers each pushall with {"serial":"<serial>"}. */
_Noreturn void farm_peer_run(const struct farm_authority *authority, struct farm_counts *counts);

#endif
