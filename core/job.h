/*
 * The life of a print on one printer, as a state machine over two neighbouring states of struct
 * printer: start, identity, which slot fed from which layer, pause, end and its reason.
 *
 * Owner: a plain value of the caller's, durable: dumped after a step and loaded again, the
 * following steps give the same. Nothing volatile decides. Thread: any. Lock: none. Times are ms
 * since 1970 of the host's clock. Rules: design of print jobs in docs/architecture.md; numbers in
 * core/rules.h.
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/printer.h"

enum job_status {
    JOB_NONE,
    JOB_PRINTING,
    JOB_PAUSED,
    JOB_ENDING, /* FAILED was seen; whether it was cancelled shows within seconds */
    JOB_COMPLETED,
    JOB_FAILED,
    JOB_CANCELLED,
    JOB_UNKNOWN, /* it ended while nobody looked */
};

/* Where the mapping of filaments to slots comes from, best first. */
enum job_mapping_source { MAPPING_NONE, MAPPING_COMMAND, MAPPING_TELEMETRY };

enum { JOB_NAME = PRINTER_TEXT };

struct job {
    int64_t row; /* of the stored job; set by the caller after JOB_EVENT_START */
    enum job_status status;
    int32_t start_seen; /* 0: found running, the start was missed */
    int32_t utility;    /* 1: calibration and alike, no filament is charged */
    int32_t ran;        /* 1: RUNNING was seen */
    int64_t started_at, ended_at;
    int64_t ending_at;     /* FAILED was seen; 0: it was not */
    int64_t idle_until;    /* idle without identity: then it ends; 0: it is not idle */
    int32_t told;          /* 1: Home Assistant tells of it, and the printer itself does not */
    int32_t reserved_told; /* no padding */

    char task_id[40], subtask_id[40];
    char file[JOB_NAME];    /* gcode_file at the start */
    char name[JOB_NAME];    /* as the reports call it */
    char title[JOB_NAME];   /* as the print command called it; "" unknown */
    char md5[40];           /* of the sliced file; "" unknown */
    char kind[16];          /* print_type while it ran */
    int64_t command;        /* number of the print command that started it; 0 none */
    int64_t command_before; /* of the job before: it is not this one's */

    int32_t plate;        /* 0 unknown */
    int32_t fresh;        /* 1: layer is this job's; 0: maybe still the job's before */
    int32_t stale_layer;  /* what was shown when the job began */
    int32_t layer;        /* the highest of this job; -1 none yet */
    int32_t total_layers; /* -1 unknown */
    int32_t percent;      /* that came with the last change of layer or source; -1 none */
    int32_t end_percent;  /* at which it paused or stopped; -1 unknown, or it goes on */

    struct slot_address source; /* what fed last; none: nothing yet */
    int32_t from_layer;         /* since when */
    int32_t from_percent;
    int64_t from_at;

    enum job_mapping_source mapping_source;
    int32_t mapping_count;
    int32_t mapping_confirmed;                        /* a layer or a change bore it out */
    int32_t reserved;                                 /* no padding: values compare by bytes */
    struct slot_address mapping[PRINTER_MAPPING_MAX]; /* by filament (0-based); none: unused */
    int64_t error;                                    /* code that explains the end; 0 none */
};

enum job_event_kind {
    JOB_EVENT_START, /* a new job; `job` of the step's result is it */
    JOB_EVENT_KNOWN, /* identity, names, totals or mapping changed */
    JOB_EVENT_FEED,  /* another slot feeds: what fed until now is `part`, empty at the first */
    JOB_EVENT_LAYER, /* layer moved on */
    JOB_EVENT_EMPTY, /* the slot that fed last became empty in the running print */
    JOB_EVENT_PAUSE,
    JOB_EVENT_RESUME,
    JOB_EVENT_END, /* `part` is the last one; status and times are in `job` */
};

/* What one slot fed: from a layer to a layer, both inclusive where they are shared. */
struct job_part {
    struct slot_address at;
    int32_t from_layer, to_layer;
    int32_t from_percent, to_percent; /* -1 unknown */
    int64_t from_at, to_at;
};

struct job_event {
    enum job_event_kind kind;
    struct job_part part; /* at none: there is none */
    struct job job;       /* as it was after this event */
};

enum { JOB_EVENTS_MAX = 8 };

struct job_events {
    struct job_event list[JOB_EVENTS_MAX];
    int count;
};

/* What follows from ${old} becoming ${next} at ${now}. ${job} is changed in place. */
void job_step(struct job *job, const struct printer *old, const struct printer *next, int64_t now,
              struct job_events *ret_events);

/* Time passes: FAILED gets its reason, an abandoned job ends. */
int64_t job_deadline(const struct job *job); /* INT64_MAX: nothing waits */
void job_tick(struct job *job, const struct printer *printer, int64_t now,
              struct job_events *ret_events);

bool job_active(const struct job *job);
/* Does this job draw from the slot, as far as is known? Unknown counts as yes. */
bool job_uses(const struct job *job, struct slot_address at);

json_t *job_dump(const struct job *job);
bool job_load(struct job *job, const json_t *dump);

/* "printing", "paused", "completed"...; JOB_ENDING still prints for others. "" for none. */
const char *job_status_slug(enum job_status status);
const char *job_mapping_slug(enum job_mapping_source source);

#endif
