/*
 * What Home Assistant tells, on its way to the hub: bodies of its webhooks, and what a poll read.
 * Both come as the same JSON, are read leniently (core/told.h), find their printer - one that
 * nobody configured is made - and are kept as source events with what was made of them.
 *
 * Owner: answers are the caller's. Thread: any; no lock may be held.
 */
#ifndef BRIDGE_HOMEASSISTANT_EVENTS_H
#define BRIDGE_HOMEASSISTANT_EVENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct entities;
struct hub;

struct events {
    struct hub *hub;
    const struct entities *entities; /* which slot an entity is; NULL: none is configured */
    const char *source;              /* "webhook" or "poll" */
    bool quiet; /* it comes again and again: what does nothing is kept once for each reason */
};

/* {status: "ok"|"ignored", action: job_started|job_updated|job_ended|ignored, reason, printer_id,
 * job_id, skipped_fields}. ERR_INVALID names what is wrong with the body. */
enum err events_print(const struct events *events, const json_t *body, int64_t now,
                      json_t **ret_answer, struct why *why);
/* {status, action: slot_updated|ignored, reason, printer_id, ams_unit_number, slot_number, match,
 * question_id, skipped_fields}. */
enum err events_slot(const struct events *events, const json_t *body, int64_t now,
                     json_t **ret_answer, struct why *why);

#endif
