/*
 * The bytes of live events: frames of text/event-stream with one JSON object each.
 * Owner: the caller's buffer. Thread: any. Lock: none.
 */
#ifndef API_STREAM_EVENTS_H
#define API_STREAM_EVENTS_H

#include <jansson.h>
#include <stdint.h>

struct buf;
struct db;

/* `ready` or `reset`, with the cursor as its id. */
void stream_events_word(const char *word, int64_t cursor, struct buf *out);
/* A row of feed_read, to a reader that has seen everything up to ${since}. Returns its number. */
int64_t stream_events_change(struct db *db, const json_t *row, int64_t since, struct buf *out);
/* ${shown}: of telemetry_read. */
void stream_events_telemetry(const char *printer_id, const json_t *shown, struct buf *out);

#endif
