/*
 * What an app or a service worker gets with a push: who it is about, and the answers that can be
 * given, in no more bytes than a push service takes.
 * Owner: the caller's. Thread: any. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_PAYLOAD_H
#define BRIDGE_NOTIFY_PAYLOAD_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct channel_job;

enum { PAYLOAD_TITLE_MOST = 160, PAYLOAD_BODY_MOST = 600, PAYLOAD_CHOICE_MOST = 120 }; /* bytes */

/* {type, created_at, url, alert_id.. of the notice where they apply, data}. NULL: out of memory. */
json_t *payload_make(const struct channel_job *job);
/* A text of at most ${most} bytes, cut between characters, with an ellipsis then. */
json_t *payload_text(const char *text, size_t most);
/* As JSON into ${ret_body} (failed where it cannot be), without data, printer and url, in this
 * order, where it would be more than ${most} bytes. */
void payload_write(json_t *moved_payload, size_t most, struct buf *ret_body);

#endif
