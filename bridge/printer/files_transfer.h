/*
 * One FTPS connection to one printer's storage (implicit TLS, port 990): ask for the size of a
 * file, fetch a file. The identity is proved in the handshake, before the code is sent, as for
 * MQTT. A fetch counts as complete by its bytes, asked for before and after: libcurl's own result
 * says neither that a file is whole nor that it is not.
 * Protocol facts: ClusterM/open-bamboo-networking 06.03-ftps.md; bambuddy ftp_profiles.py.
 *
 * Owner: whoever opened it closes it. Thread: one; every call blocks, and SIGPIPE must be blocked
 * or ignored in it.
 */
#ifndef BRIDGE_PRINTER_FILES_TRANSFER_H
#define BRIDGE_PRINTER_FILES_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bridge/printer/identity.h"

struct files_transfer;

enum files_outcome {
    FILES_OK,
    FILES_MISSING, /* 550: no such file */
    FILES_SHORT,   /* fewer bytes than the size, or the size changed meanwhile */
    FILES_TOO_BIG,
    FILES_LOGIN,       /* 530: the code is wrong */
    FILES_UNTRUSTED,   /* the identity refused: files_transfer_reason */
    FILES_UNREACHABLE, /* no service, or it went silent */
    FILES_LOCAL,       /* our own disk or memory */
    FILES_ABORTED,     /* by the progress callback */
};

struct files_transfer_options {
    const struct identity *identity;
    const char *serial, *host, *access_code, *pin_sha256; /* pin "": the chain decides */
    int port;
    int connect_ms; /* 0: 10 s; also for the TLS handshake */
    int response_s; /* 0: 20 s for an answer to a command */
    int stall_s;    /* 0: 30 s that a transfer may be slower than 2 KiB/s */
    int linger_ms;  /* 0: 3 s; wait for 226 after the last byte, which some never send */
    int64_t most_bytes;
    /* Where a file does not come through an encrypted data channel, ask for one in the clear (PROT
     * C): some A1 need it. Only the file's content is exposed; login and names stay encrypted. */
    bool plain_data;
    /* Called often during a fetch; false aborts. May be NULL. */
    bool (*progress)(void *ctx, int64_t bytes, int64_t size);
    void *ctx;
};

/* Texts of ${options} are copied. Connects only when first used. */
enum err files_transfer_open(const struct files_transfer_options *options,
                             struct files_transfer **ret_transfer, struct why *why);
void files_transfer_close(struct files_transfer *transfer); /* NULL is fine */

/* ${path} is absolute. FILES_OK: ${ret_size} is known and not above the most. */
enum files_outcome files_transfer_size(struct files_transfer *transfer, const char *path,
                                       int64_t *ret_size);
/* Write the file of ${size} bytes into ${fd}, from its start on. */
enum files_outcome files_transfer_fetch(struct files_transfer *transfer, const char *path,
                                        int64_t size, int fd);

/* Of FILES_UNTRUSTED. */
enum link_reason files_transfer_reason(const struct files_transfer *transfer);
const char *files_transfer_detail(const struct files_transfer *transfer); /* for people */

#endif
