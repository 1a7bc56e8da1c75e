#include "bridge/printer/links.h"

#include <mosquitto.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "bridge/printer/link.h"

enum { EVENTS = 128, TICK_MS = 1000, STALL_MS = 2000 };

struct links {
    pthread_mutex_t lock; /* guards list, count, stop and the shared part of each link */
    struct link **list;   /* grown by links_set, shrunk by the loop */
    size_t count, size;
    bool stop;

    pthread_t thread;
    int wake; /* eventfd: something was wished for */
    struct identity *identity;
    struct link_env env; /* the loop's own */
    int64_t ticked_at;
    bool woken;
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    mosquitto_lib_init();
}

/* ---- from any thread ---- */

/* With the lock held. */
static struct link *find(struct links *links, int64_t printer)
{
    for (size_t i = 0; i < links->count; i++)
        if (links->list[i]->wanted.printer == printer && !(links->list[i]->wishes & WISH_REMOVE))
            return links->list[i];
    return NULL;
}

static void wish(struct links *links, int64_t printer, enum link_wish what)
{
    pthread_mutex_lock(&links->lock);
    struct link *link = find(links, printer);
    if (link)
        link->wishes |= what;
    pthread_mutex_unlock(&links->lock);
    if (link)
        eventfd_write(links->wake, 1);
}

static enum err add(struct links *links, const struct link_target *target)
{
    struct link *link = NULL;
    if (links->count == links->size) {
        size_t size = links->size ? 2 * links->size : 16;
        struct link **list = realloc(links->list, size * sizeof(struct link *));
        if (!list)
            return ERR_NOMEM;
        links->list = list;
        links->size = size;
    }
    enum err e = link_new(&links->env, target, &link);
    if (!e)
        links->list[links->count++] = link;
    return e;
}

enum err links_set(struct links *links, const struct link_target *target, struct why *why)
{
    struct link_target checked = *target;
    enum err e = link_setup_target(&checked, why);
    if (e)
        return e;
    pthread_mutex_lock(&links->lock);
    struct link *link = find(links, checked.printer);
    if (link) {
        link->wanted = checked;
        link->wishes |= WISH_TARGET;
    } else {
        e = add(links, &checked);
    }
    pthread_mutex_unlock(&links->lock);
    OPENSSL_cleanse(&checked, sizeof checked);
    eventfd_write(links->wake, 1);
    return e ? why_fail(why, e, "no_memory", "", "out of memory") : OK;
}

void links_remove(struct links *links, int64_t printer)
{
    wish(links, printer, WISH_REMOVE);
}

void links_request_full(struct links *links, int64_t printer)
{
    wish(links, printer, WISH_FULL);
}

void links_request_refresh(struct links *links, int64_t printer)
{
    wish(links, printer, WISH_REFRESH);
}

void links_request_version(struct links *links, int64_t printer)
{
    wish(links, printer, WISH_VERSION);
}

void links_note_refused(struct links *links, int64_t printer)
{
    wish(links, printer, WISH_REFUSED);
}

void links_suggest(struct links *links, const char *serial, const char *host)
{
    bool any = false;
    if (!resolve_numeric(host))
        return;
    pthread_mutex_lock(&links->lock);
    for (size_t i = 0; i < links->count; i++) {
        struct link *link = links->list[i];
        if (!text_equal_nocase(link->wanted.serial, serial) ||
            !text_copy(link->wanted_suggestion, sizeof link->wanted_suggestion, host))
            continue;
        link->wishes |= WISH_SUGGEST;
        any = true;
    }
    pthread_mutex_unlock(&links->lock);
    if (any)
        eventfd_write(links->wake, 1);
}

bool links_status(struct links *links, int64_t printer, struct link_status *ret_status)
{
    pthread_mutex_lock(&links->lock);
    const struct link *link = find(links, printer);
    if (link)
        *ret_status = link->shown;
    pthread_mutex_unlock(&links->lock);
    return link != NULL;
}

/* ---- the loop ---- */

/* Only the loop takes links out of the list, so it may use one without the lock. */
static struct link *at(struct links *links, size_t i)
{
    pthread_mutex_lock(&links->lock);
    struct link *link = i < links->count ? links->list[i] : NULL;
    pthread_mutex_unlock(&links->lock);
    return link;
}

static void take_wishes(struct links *links)
{
    eventfd_t ignored = 0;
    struct link *link = NULL;
    eventfd_read(links->wake, &ignored);
    links->woken = false;
    for (size_t i = 0; (link = at(links, i)); i++) {
        pthread_mutex_lock(&links->lock);
        bool any = link->wishes != 0;
        pthread_mutex_unlock(&links->lock);
        if (any)
            link_take_wishes(link);
    }
}

static void take_answers(struct links *links)
{
    struct resolve_answer answer;
    struct link *link = NULL;
    while (resolve_take(links->env.resolve, &answer))
        for (size_t i = 0; (link = at(links, i)); i++)
            if (link->target.printer == answer.key && !link->gone)
                link_resolved(link, &answer);
}

static void pass_time(struct links *links)
{
    struct link *link = NULL;
    bool tick = links->env.now >= links->ticked_at + TICK_MS;
    if (!tick && links->env.now < links->env.due)
        return;
    if (tick)
        links->ticked_at = links->env.now;
    links->env.due = INT64_MAX;
    for (size_t i = 0; (link = at(links, i)); i++) {
        if (tick)
            link_tick(link);
        link_time(link);
        int64_t due = link->gone ? INT64_MAX : link_deadline(link);
        if (due < links->env.due)
            links->env.due = due;
    }
}

static void sweep(struct links *links)
{
    pthread_mutex_lock(&links->lock);
    for (size_t i = links->count; i-- > 0;) {
        if (!links->list[i]->gone)
            continue;
        link_free(links->list[i]);
        links->list[i] = links->list[--links->count];
    }
    pthread_mutex_unlock(&links->lock);
}

/* While nobody read, brokers dropped messages in silence: ask for everything. */
static void catch_up(struct links *links)
{
    struct link *link = NULL;
    for (size_t i = 0; (link = at(links, i)); i++)
        link_up_want_full(link, links->env.options.pushall_gap_ms);
}

static void end_round(struct links *links)
{
    bool reports = links->env.reports > 0;
    links->env.reports = 0;
    if (reports && links->env.events.round_end && !links->env.stopping)
        links->env.events.round_end(links->env.events.ctx);
    if (reports && clock_mono() - links->env.now > STALL_MS)
        catch_up(links);
}

static bool stop_now(struct links *links)
{
    struct link *link = NULL;
    pthread_mutex_lock(&links->lock);
    bool stop = links->stop;
    pthread_mutex_unlock(&links->lock);
    if (stop && !links->env.stopping) {
        links->env.stopping = true;
        for (size_t i = 0; (link = at(links, i)); i++)
            link_leave(link);
        sweep(links);
    }
    return stop && !at(links, 0);
}

static int pause_ms(const struct links *links)
{
    int64_t tick = links->ticked_at + TICK_MS;
    int64_t rest = (links->env.due < tick ? links->env.due : tick) - clock_mono();
    return rest < 0 ? 0 : (int)rest;
}

static void handle(struct links *links, const struct epoll_event *event)
{
    if (event->data.ptr == &links->wake)
        links->woken = true;
    else if (event->data.ptr != links) /* else: the resolver, looked at in each round */
        link_drive(event->data.ptr, event->events);
}

static void *run(void *arg)
{
    struct links *links = arg;
    struct epoll_event events[EVENTS];
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE); /* OpenSSL writes to sockets that a peer has closed */
    pthread_sigmask(SIG_BLOCK, &pipes, NULL);
    while (!stop_now(links)) {
        int count = epoll_wait(links->env.epoll, events, EVENTS, pause_ms(links));
        links->env.now = clock_mono();
        for (int i = 0; i < count; i++)
            handle(links, &events[i]);
        if (links->woken)
            take_wishes(links);
        take_answers(links);
        pass_time(links);
        end_round(links);
        sweep(links);
    }
    return NULL;
}

/* ---- opening and closing ---- */

static bool watch_own(struct links *links)
{
    struct epoll_event wake = {.events = EPOLLIN, .data.ptr = &links->wake};
    struct epoll_event answers = {.events = EPOLLIN, .data.ptr = links};
    links->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    links->env.epoll = epoll_create1(EPOLL_CLOEXEC);
    return links->wake >= 0 && links->env.epoll >= 0 &&
           epoll_ctl(links->env.epoll, EPOLL_CTL_ADD, links->wake, &wake) == 0 &&
           epoll_ctl(links->env.epoll, EPOLL_CTL_ADD, resolve_fd(links->env.resolve), &answers) ==
               0;
}

static void release(struct links *links)
{
    for (size_t i = 0; i < links->count; i++)
        link_free(links->list[i]);
    free(links->list);
    if (links->wake >= 0)
        close(links->wake);
    if (links->env.epoll >= 0)
        close(links->env.epoll);
    resolve_close(links->env.resolve);
    identity_close(links->identity);
    pthread_mutex_destroy(&links->lock);
    free(links);
}

static enum err start(struct links *links, const char *certs_dir, struct why *why)
{
    enum err e = identity_open(certs_dir, &links->identity, why);
    if (!e)
        e = resolve_open(&links->env.resolve, why);
    if (e)
        return e;
    links->env.identity = links->identity;
    if (!watch_own(links) || pthread_create(&links->thread, NULL, run, links) != 0)
        return why_fail(why, ERR_IO, "links_start", "", "the thread of the links cannot start");
    return OK;
}

enum err links_open(const struct links_options *options, const struct link_events *events,
                    struct links **ret_links, struct why *why)
{
    struct links *links = calloc(1, sizeof *links);
    if (!links)
        return why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    pthread_once(&library_once, start_library);
    link_setup_files();
    pthread_mutex_init(&links->lock, NULL);
    links->wake = links->env.epoll = -1;
    links->env.lock = &links->lock;
    links->env.options = link_setup_options(options);
    links->env.events = *events;
    links->env.now = links->ticked_at = clock_mono();
    links->env.due = INT64_MAX;
    enum err e = start(links, options->certs_dir, why);
    if (e)
        release(links);
    else
        *ret_links = links;
    return e;
}

void links_close(struct links *links)
{
    if (!links)
        return;
    pthread_mutex_lock(&links->lock);
    links->stop = true;
    pthread_mutex_unlock(&links->lock);
    eventfd_write(links->wake, 1);
    pthread_join(links->thread, NULL);
    release(links);
}
