/*
 * What time and links tell of without a report: a printer that has been away for a while, refuses
 * its access code or shows another certificate, and the day on which a roll wants drying. Written
 * through the hub as alerts, and only when something changed.
 * Owner: whoever opened it closes it; the hub and what it looks at are borrowed.
 * Thread: main. Lock: none.
 */
#ifndef SERVICE_WATCH_H
#define SERVICE_WATCH_H

#include <stdint.h>

#include "base/err.h"

struct hub;
struct reach;
struct watch;

/* ${away_ms}: how long a printer has to be away before it is told. */
enum err watch_open(struct hub *hub, int64_t away_ms, struct watch **ret_watch, struct why *why);
void watch_close(struct watch *watch); /* NULL is fine */

/* Look at all links and the calendar. */
void watch_tick(struct watch *watch, const struct reach *reach, int64_t now);

#endif
