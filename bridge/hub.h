/*
 * The one door through which state changes: reports of printers, the passing of time and writes of
 * REST or the command line all become plans that run in one writer's transaction, and are seen by
 * readers only after its COMMIT.
 *
 * Owner: whoever opened it closes it, after every thread that uses it has stopped. It owns the
 * writer connection.
 * Thread: hub_report and hub_flush belong to one feeding thread (the links loop, or replay);
 * everything else may be called from any thread. No lock of the caller may be held.
 */
#ifndef BRIDGE_HUB_H
#define BRIDGE_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct hub;
struct job;
struct printer;
struct told_print;
struct told_slot;

struct hub_options {
    /* Asks a printer for a full report after its state could not be kept; NULL: nobody asks.
     * Called without locks of the hub, from the thread whose plan failed. */
    void (*ask_full)(void *ctx, int64_t printer);
    /* Tells that the printer refuses commands (LAN mode with authorisation); NULL: nobody asks. */
    void (*note_refused)(void *ctx, int64_t printer);
    /* A print began, ended or got to be known better: its sliced file may be wanted. NULL: nobody
     * cares. Called as ask_full. */
    void (*job_changed)(void *ctx, int64_t printer);
    void *ctx;
};

/* Counters of one printer since its entry was made. */
struct hub_counts {
    uint64_t messages;        /* payloads that arrived */
    uint64_t rejected;        /* payloads that were no JSON object */
    uint64_t rejected_fields; /* single values that were unreadable and skipped */
    uint64_t writes;          /* messages, or passings of time, that left something durable */
    uint64_t failed_commits;
    int64_t last_message_at; /* ms since 1970; 0: none yet */
};

/* Take over ${writer} (an open, migrated connection) and load the state of every printer. On
 * failure ${writer} stays the caller's. */
enum err hub_open(struct db *writer, const struct hub_options *options, struct hub **ret_hub,
                  struct why *why);
void hub_close(struct hub *hub); /* NULL is fine; checkpoints and closes the writer */

/* Refuse writes from now on (ERR_BUSY) and wake every hub_wait: the first step of a stop. */
void hub_refuse(struct hub *hub);
bool hub_refuses(struct hub *hub);

/* One payload of ${printer} (its row id) as it arrived at ${now} (ms since 1970). It is parsed here
 * and kept; hub_flush decides all that was kept in one group and commits once. False: it is no
 * JSON object, and was counted as rejected. */
bool hub_report(struct hub *hub, int64_t printer, const void *bytes, size_t len, int64_t now);
void hub_flush(struct hub *hub);

/* Let time pass for every printer: settle times and job ends. Cheap when nothing is due. */
void hub_tick(struct hub *hub, int64_t now);
/* The next time at which hub_tick has something to do; INT64_MAX: nothing waits. */
int64_t hub_deadline(struct hub *hub);

/* Run one write in the writer's transaction at the time ${now}: committed and durable when OK is
 * returned. ${run} may be called on any thread, must not block and must not call the hub. */
typedef enum err hub_run(void *ctx, struct db *db, struct why *why);
enum err hub_write(struct hub *hub, int64_t now, hub_run *run, void *ctx, struct why *why);

/* What Home Assistant tells of a printer (its row id), and what became of it. */
enum hub_told_action {
    HUB_TOLD_IGNORED, /* reason says why */
    HUB_TOLD_JOB_STARTED,
    HUB_TOLD_JOB_UPDATED,
    HUB_TOLD_JOB_ENDED,
    HUB_TOLD_SLOT,
};

enum { HUB_REASON_SIZE = 160 };

struct hub_told {
    const struct told_print *print; /* one of the two is there */
    const struct told_slot *slot;
    enum hub_told_action action; /* of the result */
    char reason[HUB_REASON_SIZE];
    int64_t job; /* row of the print that it is about; 0 none */
};

/* Fold it in, in one transaction: ignored while the printer's own link is heard. Any thread. */
enum err hub_tell(struct hub *hub, int64_t printer, struct hub_told *told, int64_t now,
                  struct why *why);

/* Forget the cached state of a printer that was changed or deleted behind the hub. */
void hub_forget(struct hub *hub, int64_t printer);

/* Drop everything that is in memory only and read it from the store again, as a restart does. */
enum err hub_restart(struct hub *hub, struct why *why);

/* Copies of the committed state; false: no such printer is known. */
bool hub_printer(struct hub *hub, int64_t printer, struct printer *ret_printer);
bool hub_job(struct hub *hub, int64_t printer, struct job *ret_job); /* the last one, or JOB_NONE */
bool hub_counters(struct hub *hub, int64_t printer, struct hub_counts *ret_counts);

/* The number of the last report, or write that changed something. hub_wait returns once it is
 * beyond ${seen}, after
 * ${timeout_ms}, or at once when the hub refuses. Readers then look at the change table. */
uint64_t hub_generation(struct hub *hub);
/* door_version of its door: is what was read from the store still true? */
uint64_t hub_version(const struct hub *hub);
uint64_t hub_wait(struct hub *hub, uint64_t seen, int timeout_ms);
void hub_nudge(struct hub *hub); /* wake whoever waits there, without news */

#endif
