/*
 * Printers as clients of their brokers: publish to device/<serial>/report, answer
 * device/<serial>/request. The broker plays the printer's own endpoint
 * and has a plain listener for this side.
 * Owner: link_close. Thread: one, in the loop of main. Lock: none.
 */
#ifndef TESTS_SIMULATOR_LINK_H
#define TESTS_SIMULATOR_LINK_H

#include <poll.h>

#include "tests/simulator/sim.h"

struct mosquitto;

struct link {
    struct mosquitto *client;
    struct links *links;
    struct printer *printer;
    char host[64];
    int port;
    bool up;
    int64_t retry_at; /* wall time */
};

struct links {
    struct sim *sim;
    struct link list[SIM_PRINTERS];
    int count;
    const char *broker; /* HOST:PORT where a printer names none */
    FILE *requests;     /* one JSON line for each request of the daemon; may be NULL */
};

void link_init(struct links *links, struct sim *sim);
void link_close(struct links *links);
void link_add(struct links *links, struct printer *printer);
void link_publish(struct links *links, const struct printer *printer, const char *text, size_t len);

/* Fill ${ret_polls} (room for all printers); returns how many. */
int link_polls(struct links *links, struct pollfd *ret_polls);
/* Read, write and reconnect as ${polls} say. */
void link_serve(struct links *links, const struct pollfd *polls, int count);
/* Wall time at which it must be called again. */
int64_t link_next(const struct links *links);

#endif
