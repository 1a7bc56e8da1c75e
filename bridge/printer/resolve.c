#include "bridge/printer/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"

enum { THREADS_MAX = 4 }; /* one dead name server must not hold up every other printer */

struct lookup {
    struct lookup *next;
    struct resolve_answer answer;
};

struct queue {
    struct lookup *first, *last;
};

struct resolve {
    pthread_mutex_t lock;
    pthread_cond_t asked;
    struct queue questions, answers;
    int holders; /* the owner and each thread: the last one frees */
    int threads, idle;
    bool closed;
    int fd;
};

static void queue_put(struct queue *queue, struct lookup *lookup)
{
    lookup->next = NULL;
    if (queue->last)
        queue->last->next = lookup;
    else
        queue->first = lookup;
    queue->last = lookup;
}

static struct lookup *queue_take(struct queue *queue)
{
    struct lookup *lookup = queue->first;
    if (lookup) {
        queue->first = lookup->next;
        if (!queue->first)
            queue->last = NULL;
    }
    return lookup;
}

static void queue_clear(struct queue *queue)
{
    struct lookup *lookup = NULL;
    while ((lookup = queue_take(queue)))
        free(lookup);
}

/* Called with the lock held; gives it back. */
static void let_go(struct resolve *resolve)
{
    bool last = --resolve->holders == 0;
    pthread_mutex_unlock(&resolve->lock);
    if (!last)
        return;
    queue_clear(&resolve->questions);
    queue_clear(&resolve->answers);
    pthread_cond_destroy(&resolve->asked);
    pthread_mutex_destroy(&resolve->lock);
    close(resolve->fd);
    free(resolve);
}

/* ---- a lookup ---- */

static void note_address(struct resolve_answer *answer, const struct addrinfo *info)
{
    char text[NI_MAXHOST];
    if (answer->count == RESOLVE_ADDRESSES ||
        getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST))
        return;
    if (text_copy(answer->addresses[answer->count], RESOLVE_ADDRESS_SIZE, text))
        answer->count++;
}

static void look_up(struct resolve_answer *answer)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *list = NULL;
    int rc = getaddrinfo(answer->host, NULL, &hints, &list);
    for (const struct addrinfo *at = rc ? NULL : list; at; at = at->ai_next)
        note_address(answer, at);
    if (!answer->count)
        text_copy(answer->detail, sizeof answer->detail, rc ? gai_strerror(rc) : "no address");
    if (!rc)
        freeaddrinfo(list);
}

static void *work(void *arg)
{
    struct resolve *resolve = arg;
    pthread_mutex_lock(&resolve->lock);
    while (!resolve->closed) {
        struct lookup *lookup = queue_take(&resolve->questions);
        if (!lookup) {
            resolve->idle++;
            pthread_cond_wait(&resolve->asked, &resolve->lock);
            resolve->idle--;
            continue;
        }
        pthread_mutex_unlock(&resolve->lock);
        look_up(&lookup->answer);
        pthread_mutex_lock(&resolve->lock);
        queue_put(&resolve->answers, lookup);
        eventfd_write(resolve->fd, 1);
    }
    let_go(resolve);
    return NULL;
}

/* With the lock held. */
static enum err start_thread(struct resolve *resolve)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, resolve) != 0)
        return resolve->threads ? OK : ERR_BUSY;
    pthread_detach(thread);
    resolve->threads++;
    resolve->holders++;
    return OK;
}

/* ---- the owner's side ---- */

enum err resolve_open(struct resolve **ret_resolve, struct why *why)
{
    struct resolve *resolve = calloc(1, sizeof *resolve);
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!resolve || fd < 0) {
        free(resolve);
        if (fd >= 0)
            close(fd);
        return why_fail(why, ERR_NOMEM, "no_memory", "", "the resolver cannot start");
    }
    pthread_mutex_init(&resolve->lock, NULL);
    pthread_cond_init(&resolve->asked, NULL);
    resolve->holders = 1;
    resolve->fd = fd;
    *ret_resolve = resolve;
    return OK;
}

void resolve_close(struct resolve *resolve)
{
    if (!resolve)
        return;
    pthread_mutex_lock(&resolve->lock);
    resolve->closed = true;
    pthread_cond_broadcast(&resolve->asked);
    let_go(resolve);
}

int resolve_fd(const struct resolve *resolve)
{
    return resolve->fd;
}

enum err resolve_ask(struct resolve *resolve, int64_t key, const char *host)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup)
        return ERR_NOMEM;
    lookup->answer.key = key;
    enum err e = text_copy(lookup->answer.host, RESOLVE_HOST_SIZE, host) ? OK : ERR_TOO_BIG;
    pthread_mutex_lock(&resolve->lock);
    if (!e && !resolve->idle && resolve->threads < THREADS_MAX)
        e = start_thread(resolve);
    if (!e) {
        queue_put(&resolve->questions, lookup);
        pthread_cond_signal(&resolve->asked);
    }
    pthread_mutex_unlock(&resolve->lock);
    if (e)
        free(lookup);
    return e;
}

bool resolve_take(struct resolve *resolve, struct resolve_answer *ret_answer)
{
    pthread_mutex_lock(&resolve->lock);
    struct lookup *lookup = queue_take(&resolve->answers);
    eventfd_t ignored = 0;
    if (!resolve->answers.first)
        eventfd_read(resolve->fd, &ignored);
    pthread_mutex_unlock(&resolve->lock);
    if (!lookup)
        return false;
    *ret_answer = lookup->answer;
    free(lookup);
    return true;
}

bool resolve_numeric(const char *host)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *list = NULL;
    if (getaddrinfo(host, NULL, &hints, &list) != 0)
        return false;
    freeaddrinfo(list);
    return true;
}
