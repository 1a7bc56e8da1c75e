#include "bridge/fetch.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/fetch_offer.h"
#include "bridge/hub.h"
#include "core/job.h"
#include "core/printer.h"
#include "store/tracks.h"

enum { WHOLE_PERCENT = 99, LATE_MS = 60 * 60 * 1000 };

/* One printer. */
struct watch {
    struct watch *next;
    struct files_request request; /* where to ask, and what was asked for last */
    char refusal[32];             /* why the last file on offer was not the one */
    bool asked, noted, gone;
    int plate;
};

struct fetch {
    struct hub *hub;
    char *certs_dir, *dir;
    pthread_mutex_t lock; /* guards the watches and files */
    struct watch *first;
    struct identity *identity;
    struct files *files; /* NULL: nothing was fetched yet */
};

static struct watch *find(const struct fetch *fetch, int64_t printer)
{
    struct watch *at = fetch->first;
    while (at && at->request.printer != printer)
        at = at->next;
    return at;
}

/* ---- what became of it ---- */

/* What files knows of a refused file is only that it was refused; with the lock held. */
static void name_refusal(const struct watch *watch, struct files_progress *progress)
{
    if (watch && *watch->refusal && watch->request.job == progress->job &&
        strcmp(progress->reason, "another_file") == 0)
        text_copy(progress->reason, sizeof progress->reason, watch->refusal);
}

struct note {
    int64_t job;
    const char *state, *reason;
};

static enum err run_note(void *ctx, struct db *db, struct why *why)
{
    const struct note *note = ctx;
    struct tracks_wish wish;
    enum err e = tracks_sliced_wish(db, note->job, &wish, why);
    return e || wish.known ? e : tracks_sliced_state(db, note->job, note->state, note->reason, why);
}

static void note_state(const struct fetch *fetch, int64_t job, const char *state,
                       const char *reason)
{
    struct note note = {job, state, reason};
    struct why why;
    if (hub_write(fetch->hub, clock_now(), run_note, &note, &why) != OK)
        log_line(LOG_WARN, "sliced_file", "job=%lld problem=\"%s\"", (long long)job, why.text);
}

/* On a thread of files. */
static bool on_found(void *ctx, int64_t printer, int64_t job, const char *local, const char *remote)
{
    struct fetch *fetch = ctx;
    struct why why = {0};
    (void)remote;
    pthread_mutex_lock(&fetch->lock);
    const struct watch *watch = find(fetch, printer);
    bool proved = watch && watch->request.job == job && *watch->request.md5;
    pthread_mutex_unlock(&fetch->lock);
    enum err e = fetch_offer(fetch->hub, printer, job, local, proved, &why);
    log_line(LOG_INFO, "sliced_file", "printer=%lld job=%lld result=%s", (long long)printer,
             (long long)job, e == OK ? "ready" : why.code);
    if (e == OK)
        return true;
    pthread_mutex_lock(&fetch->lock);
    struct watch *refused = find(fetch, printer);
    if (refused)
        text_copy(refused->refusal, sizeof refused->refusal, why.code);
    pthread_mutex_unlock(&fetch->lock);
    return false;
}

static void on_ended(void *ctx, int64_t printer, int64_t job, const struct files_progress *progress)
{
    struct fetch *fetch = ctx;
    struct files_progress last = *progress;
    if (progress->state == FILES_FOUND)
        return;
    pthread_mutex_lock(&fetch->lock);
    name_refusal(find(fetch, printer), &last);
    pthread_mutex_unlock(&fetch->lock);
    log_line(LOG_WARN, "sliced_file", "printer=%lld job=%lld result=failed reason=%s rounds=%d",
             (long long)printer, (long long)job, last.reason, last.round);
    note_state(fetch, job, "failed", last.reason);
}

/* ---- asking ---- */

/* Where the printer's own view of its storage begins with a mount, the whole path is known. */
static void set_url(struct files_names *names)
{
    static const char *const mounts[] = {"/sdcard/", "/mnt/sdcard/", "/media/usb0/"};
    const char *scheme = text_starts(names->file, "emmc/") ? "brtc://" : "ftp://";
    if (!strchr(names->file, '/'))
        return;
    for (size_t i = 0; i < LEN(mounts); i++)
        if (text_starts(names->file, mounts[i]))
            scheme = "file://";
    snprintf(names->url, sizeof names->url, "%s%s", scheme, names->file);
}

/* What the messages of the printer say of the file of ${job}. */
static void describe(struct files_request *request, const struct printer *printer,
                     const struct job *job)
{
    struct files_names *names = &request->names;
    *names = (struct files_names){0};
    request->job = job->row;
    if (job->command && job->command == printer->command.number)
        text_copy(names->file, sizeof names->file, printer->command.file);
    text_copy(names->gcode_file, sizeof names->gcode_file, job->file);
    text_copy(names->subtask_name, sizeof names->subtask_name, *job->name ? job->name : job->title);
    set_url(names);
    if (!text_copy(request->md5, sizeof request->md5, job->md5) || strlen(request->md5) != 32)
        request->md5[0] = '\0';
}

/* X1 and newer copy the file in the first seconds of RUNNING, P1 and A1 before. */
static bool is_whole(const struct printer *printer, const struct job *job)
{
    return job->ran || !job_active(job) || printer->gcode_state == GCODE_RUNNING ||
           printer->live.prepare_percent >= WHOLE_PERCENT;
}

static bool may_want(const struct job *job, int64_t now)
{
    return job->row && job->status != JOB_NONE && !job->utility &&
           (job_active(job) || now - job->ended_at < LATE_MS);
}

struct claim {
    int64_t job;
    bool whole, reachable;
    bool wanted, plain_data;
};

/* Decide and note it in one transaction, so that the state never lies. */
static enum err run_claim(void *ctx, struct db *db, struct why *why)
{
    struct claim *claim = ctx;
    struct tracks_wish wish;
    enum err e = tracks_sliced_wish(db, claim->job, &wish, why);
    claim->wanted = false;
    if (e != OK || wish.known || (wish.ended && wish.failed))
        return e;
    if (!wish.on || !claim->reachable)
        return tracks_sliced_state(db, claim->job, "off",
                                   wish.on ? "no_access_code" : "switched_off", why);
    claim->wanted = true;
    claim->plain_data = wish.plain_data;
    return tracks_sliced_state(db, claim->job, claim->whole ? "fetching" : "waiting", NULL, why);
}

static enum err open_files(struct fetch *fetch, struct why *why)
{
    const struct files_events events = {fetch, on_found, on_ended};
    struct files *files = NULL;
    if (fetch->files)
        return OK;
    enum err e = fetch->identity ? OK : identity_open(fetch->certs_dir, &fetch->identity, why);
    const struct files_options options = {.identity = fetch->identity, .dir = fetch->dir};
    if (e == OK)
        e = files_open(&options, &events, &files, why);
    pthread_mutex_lock(&fetch->lock);
    fetch->files = files;
    pthread_mutex_unlock(&fetch->lock);
    return e;
}

static bool same_request(const struct watch *watch, const struct files_request *next, int plate)
{
    return watch->asked && watch->request.job == next->job && watch->plate == plate &&
           memcmp(&watch->request.names, &next->names, sizeof next->names) == 0 &&
           strcmp(watch->request.md5, next->md5) == 0;
}

static void start(struct fetch *fetch, struct files_request *request, int plate)
{
    struct why why;
    enum err e = open_files(fetch, &why);
    pthread_mutex_lock(&fetch->lock);
    struct watch *watch = find(fetch, request->printer);
    if (watch) {
        watch->request = *request;
        watch->plate = plate;
        watch->asked = true;
        watch->refusal[0] = '\0';
    }
    pthread_mutex_unlock(&fetch->lock);
    if (e == OK) {
        files_cancel(fetch->files, request->printer, request->job); /* it asked by other names */
        e = files_fetch(fetch->files, request, &why);
    }
    if (e != OK) {
        log_line(LOG_ERROR, "sliced_file", "printer=%lld problem=\"%s\"",
                 (long long)request->printer, why.text);
        note_state(fetch, request->job, "failed", why.code);
    }
}

/* False: look again at the next tick. */
static bool consider(struct fetch *fetch, struct files_request *request, const struct job *job,
                     const struct watch *watch, const struct printer *printer)
{
    struct why why;
    describe(request, printer, job);
    if (same_request(watch, request, job->plate))
        return true;
    struct claim claim = {.job = job->row,
                          .whole = is_whole(printer, job),
                          .reachable = *request->host && *request->access_code};
    enum err e = hub_write(fetch->hub, clock_now(), run_claim, &claim, &why);
    request->plain_data = claim.plain_data;
    if (e == OK && claim.wanted && claim.whole)
        start(fetch, request, job->plate);
    return e == OK && (claim.whole || !claim.wanted);
}

/* A struct printer is too large for a stack; it is needed only while a print begins. */
static bool look_at(struct fetch *fetch, const struct watch *watch, int64_t now)
{
    struct job job;
    struct files_request request = watch->request;
    bool done = true;
    if (hub_job(fetch->hub, request.printer, &job) && may_want(&job, now)) {
        auto_free struct printer *printer = malloc(sizeof *printer);
        done = printer && hub_printer(fetch->hub, request.printer, printer) &&
               consider(fetch, &request, &job, watch, printer);
    }
    OPENSSL_cleanse(&request, sizeof request);
    return done;
}

/* ---- from outside ---- */

enum err fetch_open(const struct fetch_options *options, struct fetch **ret_fetch, struct why *why)
{
    struct fetch *fetch = calloc(1, sizeof *fetch);
    if (fetch) {
        fetch->hub = options->hub;
        fetch->certs_dir = strdup(options->certs_dir);
        fetch->dir = strdup(options->dir);
        pthread_mutex_init(&fetch->lock, NULL);
    }
    if (!fetch || !fetch->certs_dir || !fetch->dir) {
        fetch_close(fetch);
        return why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    }
    *ret_fetch = fetch;
    return OK;
}

static void free_watch(struct watch *watch)
{
    OPENSSL_cleanse(&watch->request, sizeof watch->request);
    free(watch);
}

void fetch_close(struct fetch *fetch)
{
    if (!fetch)
        return;
    files_close(fetch->files);
    identity_close(fetch->identity);
    while (fetch->first) {
        struct watch *watch = fetch->first;
        fetch->first = watch->next;
        free_watch(watch);
    }
    pthread_mutex_destroy(&fetch->lock);
    free(fetch->certs_dir);
    free(fetch->dir);
    free(fetch);
}

static void aim(struct files_request *request, const struct fetch_target *target)
{
    request->printer = target->printer;
    request->port = target->port;
    text_copy(request->serial, sizeof request->serial, target->serial);
    text_copy(request->host, sizeof request->host, target->host);
    text_copy(request->access_code, sizeof request->access_code, target->access_code);
    text_copy(request->pin_sha256, sizeof request->pin_sha256, target->pin_sha256);
}

void fetch_set(struct fetch *fetch, const struct fetch_target *target)
{
    pthread_mutex_lock(&fetch->lock);
    struct watch *watch = find(fetch, target->printer);
    if (!watch && (watch = calloc(1, sizeof *watch))) {
        watch->next = fetch->first;
        fetch->first = watch;
    }
    if (watch) {
        bool moved = strcmp(watch->request.host, target->host) != 0 ||
                     strcmp(watch->request.access_code, target->access_code) != 0 ||
                     strcmp(watch->request.pin_sha256, target->pin_sha256) != 0;
        watch->asked &= !moved;
        aim(&watch->request, target);
        watch->noted = true;
        watch->gone = false;
    }
    pthread_mutex_unlock(&fetch->lock);
}

void fetch_remove(struct fetch *fetch, int64_t printer)
{
    pthread_mutex_lock(&fetch->lock);
    struct watch *watch = find(fetch, printer);
    int64_t job = watch && watch->asked ? watch->request.job : 0;
    if (watch)
        watch->gone = true;
    struct files *files = fetch->files;
    pthread_mutex_unlock(&fetch->lock);
    if (files && job)
        files_cancel(files, printer, job);
}

void fetch_job_changed(struct fetch *fetch, int64_t printer)
{
    pthread_mutex_lock(&fetch->lock);
    struct watch *watch = find(fetch, printer);
    if (watch)
        watch->noted = true;
    pthread_mutex_unlock(&fetch->lock);
}

/* Watches are never freed before the end, so one stays good without the lock; only here, and in
 * fetch_set on the same thread, does its request change. */
void fetch_tick(struct fetch *fetch, int64_t now)
{
    pthread_mutex_lock(&fetch->lock);
    for (struct watch *at = fetch->first; at; at = at->next) {
        if (!at->noted || at->gone)
            continue;
        at->noted = false;
        pthread_mutex_unlock(&fetch->lock);
        bool done = look_at(fetch, at, now);
        pthread_mutex_lock(&fetch->lock);
        at->noted |= !done;
    }
    pthread_mutex_unlock(&fetch->lock);
}

bool fetch_progress(struct fetch *fetch, int64_t printer, struct files_progress *ret_progress)
{
    pthread_mutex_lock(&fetch->lock);
    struct files *files = fetch->files;
    pthread_mutex_unlock(&fetch->lock);
    if (!files || !files_progress(files, printer, ret_progress))
        return false;
    pthread_mutex_lock(&fetch->lock);
    name_refusal(find(fetch, printer), ret_progress);
    pthread_mutex_unlock(&fetch->lock);
    return true;
}
