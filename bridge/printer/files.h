/*
 * Fetching sliced files from printers: a queue, bounded tries, and FILES_AT_ONCE transfers under
 * way over all printers, so that a slow printer does not hold up the others; from one printer never
 * more than one, as its server has little to give. A fetched file is offered to its asker, who may
 * say that it is another print's; the search then goes on.
 *
 * Owner: whoever opened it closes it. Thread: functions may be called from any thread. Callbacks
 * run on a thread of this module, without its lock held.
 */
#ifndef BRIDGE_PRINTER_FILES_H
#define BRIDGE_PRINTER_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bridge/printer/files_paths.h"
#include "bridge/printer/files_transfer.h"

struct files;

enum { FILES_PORT = 990, FILES_MD5_SIZE = 33, FILES_AT_ONCE = 2 };

enum files_state {
    FILES_QUEUED, /* for the next try */
    FILES_FETCHING,
    FILES_FOUND,
    FILES_NOT_FOUND, /* it is nowhere, or only as another print's file of that name */
    FILES_FAILED,    /* the printer could not be asked, or the file not be brought whole */
};

struct files_request {
    int64_t printer, job; /* row ids; name the request */
    char serial[IDENTITY_SERIAL_SIZE];
    char host[256];
    int port; /* 0: 990 */
    char access_code[64];
    char pin_sha256[IDENTITY_SHA256_TEXT]; /* "": the chain decides */
    struct files_names names;
    char md5[FILES_MD5_SIZE]; /* hex, of project_file; "" when unknown */
    bool plain_data;          /* of files_transfer.h */
};

struct files_progress {
    int64_t job;
    enum files_state state;
    char path[FILES_PATH_SIZE]; /* on the printer: the present or the last one */
    int64_t bytes, size;        /* of the present transfer; size -1: not known yet */
    int round;                  /* 1 is the first */
    char reason[32]; /* missing, another_file, short, too_big, wrong_access_code, unreachable,
                        tls_untrusted ..., local; "" while all is well */
    char detail[IDENTITY_DETAIL_SIZE];
};

struct files_events {
    void *ctx;
    /* The file lies complete at ${local} until this returns. False: it is not this print's. */
    bool (*found)(void *ctx, int64_t printer, int64_t job, const char *local, const char *remote);
    /* The request is over, after the last `found`. May be NULL. */
    void (*ended)(void *ctx, int64_t printer, int64_t job, const struct files_progress *progress);
};

/* Milliseconds and counts; 0 means the default in brackets. */
struct files_options {
    const struct identity *identity; /* outlives this */
    const char *dir;                 /* for the files while they are looked at; must exist */
    int64_t most_bytes;              /* [512 MiB] */
    int rounds;                      /* [12] passes over all paths while the file is missing */
    int round_ms;                    /* [5 s] between them */
    int failures;                    /* [4] passes that ended with the printer unreachable */
    int failure_ms;                  /* [15 s] after such a pass, doubling */
    int connect_ms, response_s, stall_s, linger_ms; /* of files_transfer.h */
};

enum err files_open(const struct files_options *options, const struct files_events *events,
                    struct files **ret_files, struct why *why);
void files_close(struct files *files); /* aborts what runs; NULL is fine */

/* Queue it; the same printer and job again changes nothing while it is not over. */
enum err files_fetch(struct files *files, const struct files_request *request, struct why *why);
/* Forget the request; `ended` is not called for it. */
void files_cancel(struct files *files, int64_t printer, int64_t job);
/* Of the printer's present request; false: there is none. */
bool files_progress(struct files *files, int64_t printer, struct files_progress *ret_progress);

const char *files_state_slug(enum files_state state);

#endif
