#include "bridge/printer/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/text.h"
#include "bridge/printer/files_round.h"

enum { REQUESTS = 512 };

struct fetch {
    struct fetch *next;
    struct files_request request;
    struct files_progress progress;
    int64_t due; /* monotonic ms */
    int missed, failed;
    bool running, cancelled;
};

struct files {
    struct files_options options;
    struct files_events events;
    char *dir;
    pthread_t threads[FILES_AT_ONCE];
    int thread_count;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct fetch *first;
    int count;
    bool stop;
};

struct run {
    struct files *files;
    struct fetch *fetch;
};

static const char *const slugs[] = {
    [FILES_QUEUED] = "queued",       [FILES_FETCHING] = "fetching", [FILES_FOUND] = "found",
    [FILES_NOT_FOUND] = "not_found", [FILES_FAILED] = "failed",
};

const char *files_state_slug(enum files_state state)
{
    return slugs[state];
}

/* ---- the queue; with the lock held ---- */

static struct fetch *find(const struct files *files, int64_t printer, int64_t job)
{
    for (struct fetch *at = files->first; at; at = at->next)
        if (at->request.printer == printer && at->request.job == job && !at->cancelled)
            return at;
    return NULL;
}

static bool printer_busy(const struct files *files, int64_t printer)
{
    for (const struct fetch *at = files->first; at; at = at->next)
        if (at->request.printer == printer && at->running)
            return true;
    return false;
}

/* The next one to work on now; else when to look again in ${ret_due}. */
static struct fetch *next_due(const struct files *files, int64_t *ret_due)
{
    int64_t now = clock_mono();
    *ret_due = INT64_MAX;
    for (struct fetch *at = files->first; at; at = at->next) {
        if (at->running || printer_busy(files, at->request.printer))
            continue;
        if (at->due <= now)
            return at;
        if (at->due < *ret_due)
            *ret_due = at->due;
    }
    return NULL;
}

static void drop(struct files *files, struct fetch *fetch)
{
    struct fetch **at = &files->first;
    while (*at && *at != fetch)
        at = &(*at)->next;
    if (*at)
        *at = fetch->next;
    files->count--;
    OPENSSL_cleanse(&fetch->request, sizeof fetch->request);
    free(fetch);
}

/* ---- working on one ---- */

static bool on_tell(void *ctx, const struct files_progress *progress)
{
    const struct run *run = ctx;
    pthread_mutex_lock(&run->files->lock);
    bool go_on = !run->files->stop && !run->fetch->cancelled;
    run->fetch->progress = *progress;
    pthread_mutex_unlock(&run->files->lock);
    return go_on;
}

static bool on_accept(void *ctx, const char *local, const char *remote)
{
    const struct run *run = ctx;
    const struct files_events *events = &run->files->events;
    const struct files_request *request = &run->fetch->request;
    return events->found(events->ctx, request->printer, request->job, local, remote);
}

static int64_t failure_delay(const struct files_options *o, int failed)
{
    int64_t delay = o->failure_ms;
    for (int i = 1; i < failed; i++)
        delay *= 2;
    return delay;
}

/* True: the request is over. With the lock held. */
static bool conclude(const struct files *files, struct fetch *fetch, enum files_round_end end)
{
    const struct files_options *o = &files->options;
    bool internal = files_paths_internal(&fetch->request.names);
    fetch->missed += end == ROUND_MISSING;
    fetch->failed += end == ROUND_FAILED;
    fetch->progress.state = FILES_QUEUED;
    if (end == ROUND_FOUND)
        fetch->progress.state = FILES_FOUND;
    else if (end == ROUND_HOPELESS || fetch->failed >= o->failures)
        fetch->progress.state = FILES_FAILED;
    else if (end == ROUND_MISSING && (fetch->missed >= o->rounds || internal))
        fetch->progress.state = FILES_NOT_FOUND;
    fetch->due =
        clock_mono() + (end == ROUND_FAILED ? failure_delay(o, fetch->failed) : o->round_ms);
    return fetch->progress.state != FILES_QUEUED;
}

/* Both are called with the lock held, and let it go meanwhile. */
static void end_request(struct files *files, struct fetch *fetch)
{
    int64_t printer = fetch->request.printer, job = fetch->request.job;
    struct files_progress last = fetch->progress;
    bool tell = !fetch->cancelled && files->events.ended;
    drop(files, fetch); /* first, so that `ended` may ask for it again */
    pthread_mutex_unlock(&files->lock);
    if (tell)
        files->events.ended(files->events.ctx, printer, job, &last);
    pthread_mutex_lock(&files->lock);
}

static void work_on(struct files *files, struct fetch *fetch)
{
    struct run run = {files, fetch};
    const struct files_options *o = &files->options;
    fetch->running = true;
    fetch->progress.state = FILES_FETCHING;
    fetch->progress.round++;
    struct files_round round = {
        .options = o,
        .request = &fetch->request,
        .everywhere = fetch->missed == 0 || fetch->missed == o->rounds - 1,
        .accept = on_accept,
        .tell = on_tell,
        .ctx = &run,
        .progress = fetch->progress,
    };
    pthread_mutex_unlock(&files->lock);
    enum files_round_end end = files_round_run(&round);
    pthread_mutex_lock(&files->lock);
    fetch->running = false;
    fetch->progress = round.progress;
    bool over = conclude(files, fetch, end) || fetch->cancelled;
    if (over && !files->stop)
        end_request(files, fetch);
}

static void *work(void *arg)
{
    struct files *files = arg;
    int64_t due = 0;
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipes, NULL);
    pthread_mutex_lock(&files->lock);
    while (!files->stop) {
        struct fetch *fetch = next_due(files, &due);
        if (fetch) {
            work_on(files, fetch);
            pthread_cond_broadcast(&files->changed); /* the printer is free for its next one */
        } else {
            (void)cond_wait(&files->changed, &files->lock, due);
        }
    }
    pthread_mutex_unlock(&files->lock);
    return NULL;
}

/* ---- from any thread ---- */

enum err files_fetch(struct files *files, const struct files_request *request, struct why *why)
{
    struct fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch)
        return why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    fetch->request = *request;
    if (!fetch->request.port)
        fetch->request.port = FILES_PORT;
    fetch->progress = (struct files_progress){.job = request->job, .size = -1};
    pthread_mutex_lock(&files->lock);
    bool known = find(files, request->printer, request->job);
    bool full = files->count >= REQUESTS;
    struct fetch **last = &files->first;
    while (*last)
        last = &(*last)->next;
    if (!known && !full) {
        *last = fetch;
        files->count++;
        pthread_cond_signal(&files->changed);
    }
    pthread_mutex_unlock(&files->lock);
    if (known || full)
        free(fetch);
    return full && !known ? why_fail(why, ERR_BUSY, "fetch_queue_full", "", "too many at once")
                          : OK;
}

void files_cancel(struct files *files, int64_t printer, int64_t job)
{
    pthread_mutex_lock(&files->lock);
    struct fetch *fetch = find(files, printer, job);
    if (fetch && fetch->running)
        fetch->cancelled = true;
    else if (fetch)
        drop(files, fetch);
    pthread_mutex_unlock(&files->lock);
}

bool files_progress(struct files *files, int64_t printer, struct files_progress *ret_progress)
{
    pthread_mutex_lock(&files->lock);
    const struct fetch *found = NULL;
    for (const struct fetch *at = files->first; at; at = at->next)
        if (at->request.printer == printer && !at->cancelled && (!found || at->running))
            found = at;
    if (found)
        *ret_progress = found->progress;
    pthread_mutex_unlock(&files->lock);
    return found;
}

/* ---- opening and closing ---- */

static int or_else(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

static struct files_options with_defaults(const struct files_options *given, const char *dir)
{
    struct files_options o = *given;
    o.dir = dir;
    o.most_bytes = o.most_bytes > 0 ? o.most_bytes : 512LL * 1024 * 1024;
    o.rounds = or_else(o.rounds, 12);
    o.round_ms = or_else(o.round_ms, 5000);
    o.failures = or_else(o.failures, 4);
    o.failure_ms = or_else(o.failure_ms, 15000);
    return o;
}

/* What a process that was killed in the middle left behind. */
static void remove_leftovers(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry = NULL;
    while (dir && (entry = readdir(dir)))
        if (text_starts(entry->d_name, "fetch-") && text_ends_nocase(entry->d_name, ".3mf"))
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}

static void start_lock(struct files *files)
{
    cond_init(&files->changed);
    pthread_mutex_init(&files->lock, NULL);
}

enum err files_open(const struct files_options *options, const struct files_events *events,
                    struct files **ret_files, struct why *why)
{
    struct files *files = calloc(1, sizeof *files);
    char *dir = strdup(options->dir);
    if (!files || !dir) {
        free(files);
        free(dir);
        return why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    }
    files->dir = dir;
    files->options = with_defaults(options, dir);
    files->events = *events;
    start_lock(files);
    remove_leftovers(dir);
    while (files->thread_count < FILES_AT_ONCE &&
           pthread_create(&files->threads[files->thread_count], NULL, work, files) == 0)
        files->thread_count++;
    if (!files->thread_count) {
        files_close(files);
        return why_fail(why, ERR_BUSY, "fetch_start", "", "the threads of fetching cannot start");
    }
    *ret_files = files;
    return OK;
}

void files_close(struct files *files)
{
    if (!files)
        return;
    pthread_mutex_lock(&files->lock);
    files->stop = true;
    pthread_cond_broadcast(&files->changed);
    pthread_mutex_unlock(&files->lock);
    for (int i = 0; i < files->thread_count; i++)
        pthread_join(files->threads[i], NULL);
    while (files->first)
        drop(files, files->first);
    pthread_cond_destroy(&files->changed);
    pthread_mutex_destroy(&files->lock);
    free(files->dir);
    free(files);
}
