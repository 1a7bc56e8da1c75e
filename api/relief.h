/*
 * Workers for everybody: civetweb pins one worker to each connection, so that a few clients that
 * connect and then say nothing, or drip a request byte by byte, could starve all others. When
 * workers are short, connections that came a while ago and have not sent a whole request are ended.
 * Such a connection is not inside a handler, has got no byte of an answer since we looked first,
 * and either a worker has consumed what it sent or it waits with half a head.
 *
 * Owner: struct api. Thread: relief_enter and relief_leave on workers, relief_run on the main
 * thread. Lock: its own, held for a few lines.
 */
#ifndef API_RELIEF_H
#define API_RELIEF_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RELIEF_ACTIVE = 64, /* requests inside handlers at once; at least the number of workers */
    RELIEF_SEEN = 512,  /* connections watched */
    RELIEF_AFTER_MS = 1000,
    RELIEF_PORTS = 8,
};

struct relief_peer {
    char address[48];
    int port;
};

struct relief_seen {
    int fd, port;      /* of the peer */
    uint64_t answered; /* bytes the peer acknowledged */
    int64_t since;     /* ms, monotonic */
    bool still;        /* seen in this run */
};

struct relief {
    pthread_mutex_t lock; /* over active */
    struct relief_peer active[RELIEF_ACTIVE];
    int ports[RELIEF_PORTS]; /* our listeners */
    size_t port_count, workers;
    struct relief_seen seen[RELIEF_SEEN]; /* main thread only */
    size_t seen_count;
};

void relief_init(struct relief *relief, size_t workers);
void relief_clear(struct relief *relief);
void relief_add_port(struct relief *relief, int port);

/* A request of this peer is inside a handler; the result is for relief_leave. */
int relief_enter(struct relief *relief, const char *address, int port);
void relief_leave(struct relief *relief, int entry);

/* The descriptor of its connection; -1: it is gone. */
int relief_socket(const struct relief *relief, const char *address, int port);

/* Take in what a peer is still sending, for a moment: when its connection were closed at once, it
 * would lose the answer to a reset. Nothing can be read from the connection afterwards. */
void relief_drain(const struct relief *relief, const char *address, int port);

/* About once a second. Returns how many connections were ended. */
size_t relief_run(struct relief *relief, int64_t mono);

#endif
