/*
 * Printers seen on the network: listens for their SSDP notices (UDP 2021 and 1990) and asks for
 * them on demand. Nothing here is proof: an address is a suggestion, the certificate decides.
 * Protocol facts: ClusterM/open-bamboo-networking 06.01-ssdp.md; bambuddy discovery.py.
 *
 * Owner: whoever opened it closes it. Thread: any; a thread of its own listens, and runs `seen`.
 */
#ifndef BRIDGE_PRINTER_DISCOVER_H
#define BRIDGE_PRINTER_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct discover;

enum { DISCOVER_PRINTERS = 512 }; /* the table's bound; the longest unseen one makes room */

struct discover_printer {
    char serial[32];
    char host[46];                 /* numeric IPv4 */
    char model[24];                /* model code such as N7, C12, BL-P001 */
    char name[128];                /* the user's name for it, UTF-8 */
    char connect[16];              /* lan, cloud, farm */
    char bind[16];                 /* free, occupied */
    char version[32];              /* firmware */
    int signal_dbm;                /* 0: unknown */
    int64_t first_seen, last_seen; /* ms since 1970 */
};

struct discover_options {
    int ports[2];  /* 0: 2021 and 1990 */
    bool loopback; /* tests: 127.0.0.1 alone, without multicast; port -1: any */
    int ask_port;  /* with loopback: where M-SEARCH goes */
    /* A printer is new, or came from another address. NULL: nobody asks. */
    void (*seen)(void *ctx, const struct discover_printer *printer, bool moved);
    void *ctx;
};

/* A port that cannot be bound is no failure while the other one can. */
enum err discover_open(const struct discover_options *options, struct discover **ret_discover,
                       struct why *why);
void discover_close(struct discover *discover); /* NULL is fine; no callback runs after it */

/* Send M-SEARCH now; answers arrive in the table over the next seconds. Never blocks. */
enum err discover_search(struct discover *discover, struct why *why);

/* Copy what is known, at most ${size}, by serial. Returns how many were copied. */
size_t discover_list(struct discover *discover, struct discover_printer *ret_list, size_t size);

/* The port really bound for ${index} 0 or 1, 0 when it is not. */
int discover_port(const struct discover *discover, int index);

/* Read one datagram from ${sender} (numeric): false when it is no notice of a printer. Pure. */
bool discover_parse(const char *bytes, size_t len, const char *sender,
                    struct discover_printer *ret_printer);

#endif
