/*
 * Where the daemon of a state directory listens, for commands that run beside it: DIR/listening, a
 * URL a line, written once the ports are known and removed on a clean stop. After a crash it is
 * stale; that the lock is free tells so.
 * Owner: nothing is kept. Thread: main. Lock: none.
 */
#ifndef SERVICE_LISTENING_H
#define SERVICE_LISTENING_H

#include "api/pair.h"
#include "base/err.h"

struct command_context;

enum { LISTENING_MAX = 16, LISTENING_HOST_SIZE = 128 };

struct listening {
    struct {
        char host[LISTENING_HOST_SIZE]; /* as in a URL; "0.0.0.0": all */
        int port;
        bool tls;
    } list[LISTENING_MAX];
    size_t count;
    bool running; /* as the daemon says; else as the configuration does */
};

/* ${urls}: a URL a line. */
enum err listening_write(const char *state_dir, const char *urls, struct why *why);
void listening_remove(const char *state_dir);

/* What the running daemon wrote; where none runs, what the configuration says, without ports that
 * the system picks. The context is loaded. */
enum err listening_read(const struct command_context *context, struct listening *ret_listening,
                        struct why *why);

/* Those of ${listening} with or without TLS; texts are borrowed. Returns how many. */
size_t listening_endpoints(const struct listening *listening, bool tls,
                           struct pair_endpoint ret_list[LISTENING_MAX]);

#endif
