/*
 * Messages to systemd (sd_notify(3)) as one datagram to $NOTIFY_SOCKET; nothing happens where that
 * is not set. Abstract names ("@...") work too.
 * Owner: nothing is kept. Thread: main. Lock: none.
 */
#ifndef SERVICE_NOTIFY_H
#define SERVICE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* ${state} holds lines such as "READY=1\nSTATUS=serving". False: nobody was told. */
bool notify_send(const char *state);

/* Milliseconds between two WATCHDOG=1, half of what systemd allows; 0: no watchdog. */
int64_t notify_watchdog_ms(void);

#endif
