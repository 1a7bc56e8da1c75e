/*
 * What a notification says: an alert in the words of a lock screen, with the answers that can be
 * tapped. One JSON object, which every channel puts into its own form:
 *   {type, title, message, level: passive|active|time-sensitive, severity, tag, delivery_id,
 *    alert_id, created_at, printer_id, printer, label, ams_slot_id, ams_unit_number, slot_number,
 * spool_id, job_id, question_id, data, open_questions (how many wait for an answer), actions:
 * [{answer: candidate|confirm|dismiss, choice, spool_id, title}]} What does not apply is null. A
 * newer one with the same tag stands for the older one. Owner: the caller's. Thread: any. Lock:
 * none.
 */
#ifndef BRIDGE_NOTIFY_NOTICE_H
#define BRIDGE_NOTIFY_NOTICE_H

#include <jansson.h>

enum { NOTICE_TAG_MOST = 64 }; /* bytes: apns-collapse-id */

/* ${row}: of store/deliveries_next. NULL: out of memory. */
json_t *notice_make(const json_t *row);

#endif
