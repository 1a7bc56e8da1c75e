/*
 * One request and its answer on a connection of civetweb: bytes in, dispatcher, bytes out.
 * Owner: nothing is kept. Thread: the connection's worker.
 */
#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H

struct mg_connection;

enum {
    EXCHANGE_REQUEST_MS = 10000,   /* for a head, and again for a body */
    EXCHANGE_KEEP_ALIVE_MS = 5000, /* longest silence between two requests of one connection */
};

/* Callbacks of civetweb; user data is the struct api. */
int exchange_open(const struct mg_connection *connection, void **ret_data);
int exchange_begin(struct mg_connection *connection);
/* What civetweb finds wrong before there is a request: broken or too long heads, lost time. */
int exchange_error(struct mg_connection *connection, int status, const char *message);

#endif
