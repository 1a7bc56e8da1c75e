/*
 * Live events (Server-Sent Events): the change feed from a cursor on, and what printers tell in
 * between.
 *
 * There is no queue: a stream reads the feed behind its cursor whenever something was committed,
 * so that it can neither overflow nor miss or repeat a change. Between two looks it holds neither a
 * connection to the database nor the door. Its worker is its own as long as it lives, which is why
 * there are at most LIMIT_STREAMS, and LIMIT_CLIENT_STREAMS of one client.
 *
 * Every event is one JSON object of stream_event_shape; its name is `<entity>.created`, `.updated`
 * or `.deleted`, `printer.telemetry`, `ready` or `reset`. Its id is a cursor for Last-Event-ID and
 * for /api/sync; telemetry has none. `reset`: what the client knows is no use any more, it loads
 * all again. It comes where the cursor was lost, and before a stream ends whose reader is too slow.
 *
 * Owner: the reply that it was opened for. Thread: one worker; woken by hub_refuse.
 */
#ifndef API_STREAM_H
#define API_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/peer.h"
#include "base/err.h"

struct api;
struct field_shape;
struct stream;

enum {
    STREAM_BEAT_MS = 5000,          /* a comment after that long a silence */
    STREAM_LOOK_MS = 400,           /* other processes write, and clients leave: look so often */
    STREAM_TELEMETRY_MS = 1000,     /* of each printer */
    STREAM_KEY_MS = 2000,           /* is the key still good? */
    STREAM_BACKLOG = 16 * 1024,     /* bytes on their way to the reader, beyond which we wait */
    STREAM_SLOW_MS = 5000,          /* longest such wait */
    STREAM_LOST_MS = 20000,         /* longest time in which the reader takes in nothing */
    STREAM_SEND_BYTES = 128 * 1024, /* room in the socket: one batch never blocks */
    STREAM_RETRY_MS = 2000,         /* after which a browser connects again */
};

struct stream_ask {
    int64_t since;    /* cursor; -1: from now on; STREAM_LOST: one that nobody gave */
    json_t *entities; /* names that are wanted and may be seen; taken over */
    bool telemetry;
    int64_t key;         /* row id of the key that asks; 0: none */
    const char *address; /* whose it is without a key; read by stream_open alone */
    char id[17];         /* of the request, for the log */
};

enum { STREAM_NOW = -1, STREAM_LOST = -2 };

/* Where events go: never called with anything held. */
struct stream_sink {
    bool (*write)(void *ctx, const void *bytes, size_t len);
    struct peer (*look)(void *ctx);
    void *ctx;
};

/* Take a place; ERR_BUSY where all are taken or the daemon stops, ERR_DENIED where this client has
 * its share of them already. */
enum err stream_open(struct api *api, struct stream_ask *ask, struct stream **ret_stream,
                     struct why *why);
/* Until the reader goes, is too slow, its key ends, or the daemon stops. */
void stream_run(struct stream *stream, const struct stream_sink *sink);
void stream_close(struct stream *stream); /* NULL is fine */

extern const struct field_shape stream_event_shape;

#endif
