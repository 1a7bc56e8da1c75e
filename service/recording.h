/*
 * Recorded reports as a stream of messages with their times: `.json` is one message, `.jsonl` holds
 * one a line, {"t": time, "payload": message}; {"t", "assign"} is what a person did. What is no
 * JSON is a message too: of bytes that the core rejects. Owner: recording_close; a message's bytes
 * are the recording's until the next one. Thread: one at a time. Lock: none.
 */
#ifndef SERVICE_RECORDING_H
#define SERVICE_RECORDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct recording;

/* ${clock}: time of the last message before it, ms since 1970; 0 for the first file. */
enum err recording_open(const char *path, int64_t clock, struct recording **ret_recording,
                        struct why *why);
void recording_close(struct recording *recording); /* NULL is fine */

/* False at the end. Times never go back: one without a readable time is a second after the one
 * before. */
bool recording_next(struct recording *recording, const char **ret_bytes, size_t *ret_len,
                    int64_t *ret_time);
/* What a person did at the time of the last message, instead of a message of the printer: the body
 * of an assignment, {"t", "assign": {ams_unit_number, slot_number, spool_id}}; NULL: nothing. */
const json_t *recording_assign(const struct recording *recording);
/* What Home Assistant told then, {"t", "print_event": body} or {"t", "ams_update": body}; NULL:
 * nothing. */
const json_t *recording_told(const struct recording *recording, bool *ret_print);

/* A failure of reading that ended the stream early; OK without one. */
enum err recording_status(const struct recording *recording, struct why *why);

#endif
