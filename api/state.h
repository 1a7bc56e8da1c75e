/*
 * Inside of struct api, for the files of api/ alone.
 * Thread: constant after api_start, but for what has a lock of its own.
 */
#ifndef API_STATE_H
#define API_STATE_H

#include <stdatomic.h>

#include "api/api.h"
#include "api/auth.h"
#include "api/guard.h"
#include "api/memo.h"
#include "api/relief.h"
#include "api/repeat.h"
#include "api/stream_places.h"
#include "api/ticket.h"

struct identity;
struct mg_context;
struct tls;

enum { API_LISTENERS = 8, API_ADDRESS_SIZE = 128 };

struct api {
    struct api_context context;
    struct guard_names names;
    char host[256];
    struct auth auth;
    struct auth pairing; /* failures of its own: wrong keys do not keep a right code out */
    struct relief relief;
    struct repeats repeats;
    struct memo memo;
    int64_t relieved_at;       /* ms, monotonic; main thread only */
    struct identity *identity; /* anchors for probes of printers; NULL: none */
    struct tls *tls;           /* NULL: no listener needs it */
    struct mg_context *server;
    struct tickets tickets;
    struct stream_places places;
    int64_t drop_at;              /* of old tombstones next; ms, monotonic; main thread only */
    bool webhooks_apart;          /* a listener serves them alone; constant while it serves */
    atomic_size_t listener_count; /* those before it are constant */
    struct {
        char host[API_ADDRESS_SIZE]; /* as in a URL */
        int port;
        bool tls, webhooks_only;
    } listeners[API_LISTENERS];
};

#endif
