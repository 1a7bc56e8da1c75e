/*
 * From the words of the command line to a checked configuration, a state directory and an open
 * database.
 * Owner: what is loaded lives in the context. Thread: main. Lock: none.
 */
#ifndef SERVICE_LOAD_H
#define SERVICE_LOAD_H

#include "base/err.h"

struct command_context;
struct db;

/* Read file, environment and command line and check all of it. Problems stay in
 * context->config; only a file that cannot be read, or a state directory that cannot be named, is
 * a failure. */
enum err load_sources(struct command_context *context, struct why *why);

/* load_sources, with every problem printed to stderr. The result is an exit code, or -1: go on. */
int load_config(struct command_context *context);

/* Make the state directory (0700) where it is missing. */
enum err load_state_dir(struct command_context *context, struct why *why);

/* For commands: load_config, load_state_dir, and the database opened for short transactions. A
 * schema that a running daemon of another version uses is not touched. The result is an exit code,
 * or -1: go on. */
int load_database(struct command_context *context, struct db **ret_db);

/* SHA-256 of the public key of the HTTPS certificate that the daemon presents, as hex of
 * TLS_PIN_SIZE (api/tls.h). The context is loaded. */
enum err load_pin(const struct command_context *context, char *ret_pin, struct why *why);

/* Close the database. What root made in the state directory of a service's own user is given to
 * that user, who could not open it otherwise. */
void load_close(struct command_context *context, struct db *db);

#endif
