#include "api/relief.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/text.h"

enum { DRAIN_MS = 1000, DRAIN_PAUSE_MS = 100, PEEK = 4096 };

void relief_init(struct relief *relief, size_t workers)
{
    memset(relief, 0, sizeof *relief);
    pthread_mutex_init(&relief->lock, NULL);
    relief->workers = workers;
}

void relief_clear(struct relief *relief)
{
    pthread_mutex_destroy(&relief->lock);
}

void relief_add_port(struct relief *relief, int port)
{
    if (relief->port_count < RELIEF_PORTS)
        relief->ports[relief->port_count++] = port;
}

int relief_enter(struct relief *relief, const char *address, int port)
{
    int entry = -1;
    pthread_mutex_lock(&relief->lock);
    for (int i = 0; i < RELIEF_ACTIVE && entry < 0; i++)
        if (!relief->active[i].port)
            entry = i;
    if (entry >= 0) {
        relief->active[entry].port = port;
        /* without the scope of a link-local address: sockets are asked without it too */
        text_copy_len(relief->active[entry].address, sizeof relief->active[entry].address, address,
                      strcspn(address, "%"));
    }
    pthread_mutex_unlock(&relief->lock);
    return entry;
}

void relief_leave(struct relief *relief, int entry)
{
    pthread_mutex_lock(&relief->lock);
    if (entry >= 0)
        relief->active[entry].port = 0;
    pthread_mutex_unlock(&relief->lock);
}

static bool is_active(struct relief *relief, const struct relief_peer *peer)
{
    bool active = false;
    pthread_mutex_lock(&relief->lock);
    for (size_t i = 0; i < RELIEF_ACTIVE; i++)
        active = active || (relief->active[i].port == peer->port &&
                            !strcmp(relief->active[i].address, peer->address));
    pthread_mutex_unlock(&relief->lock);
    return active;
}

union name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int port_of(const union name *name)
{
    if (name->any.sa_family == AF_INET)
        return ntohs(name->v4.sin_port);
    return name->any.sa_family == AF_INET6 ? ntohs(name->v6.sin6_port) : 0;
}

/* Is ${fd} a connection that came in at one of our listeners? */
static bool is_ours(const struct relief *relief, int fd, struct relief_peer *ret_peer)
{
    union name name = {0};
    socklen_t len = sizeof name;
    if (getsockname(fd, &name.any, &len) != 0)
        return false;
    bool ours = false;
    for (size_t i = 0; i < relief->port_count; i++)
        ours = ours || relief->ports[i] == port_of(&name);
    len = sizeof name;
    if (!ours || getpeername(fd, &name.any, &len) != 0)
        return false;
    const void *from = name.any.sa_family == AF_INET ? (const void *)&name.v4.sin_addr
                                                     : (const void *)&name.v6.sin6_addr;
    ret_peer->port = port_of(&name);
    return ret_peer->port &&
           inet_ntop(name.any.sa_family, from, ret_peer->address, sizeof ret_peer->address);
}

static uint64_t answered(int fd)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 ? info.tcpi_bytes_acked : 0;
}

/* Does it wait for a worker, with a request that deserves one? Bytes that nobody has read yet say
 * so, unless they are the beginning of a plain request whose head is not complete. */
static bool waits(int fd)
{
    char bytes[PEEK];
    ssize_t got = recv(fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
    if (got <= 0)
        return false;
    bool plain = bytes[0] >= 'A' && bytes[0] <= 'Z';
    return !plain || got == PEEK || memmem(bytes, (size_t)got, "\r\n\r\n", 4);
}

static void watch(struct relief *relief, int fd, int port, int64_t mono)
{
    uint64_t bytes = answered(fd);
    for (size_t i = 0; i < relief->seen_count; i++) {
        struct relief_seen *seen = &relief->seen[i];
        if (seen->fd != fd || seen->port != port)
            continue;
        if (seen->answered != bytes || waits(fd))
            seen->since = mono;
        seen->answered = bytes;
        seen->still = true;
        return;
    }
    if (relief->seen_count < RELIEF_SEEN)
        relief->seen[relief->seen_count++] = (struct relief_seen){fd, port, bytes, mono, true};
}

static void forget_gone(struct relief *relief)
{
    size_t kept = 0;
    for (size_t i = 0; i < relief->seen_count; i++)
        if (relief->seen[i].still)
            relief->seen[kept++] = relief->seen[i];
    relief->seen_count = kept;
}

/* The next connection of ours; -1: no more. */
static int next_of(const struct relief *relief, DIR *folder, struct relief_peer *ret_peer)
{
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        int64_t fd;
        if (text_to_int(entry->d_name, &fd) && is_ours(relief, (int)fd, ret_peer))
            return (int)fd;
    }
    return -1;
}

/* Look at every open connection; the count of ours. */
static size_t look(struct relief *relief, int64_t mono)
{
    size_t count = 0;
    struct relief_peer peer;
    DIR *folder = opendir("/proc/self/fd");
    for (size_t i = 0; i < relief->seen_count; i++)
        relief->seen[i].still = false;
    for (int fd; (fd = next_of(relief, folder, &peer)) >= 0; count++)
        watch(relief, fd, peer.port, mono);
    if (folder)
        closedir(folder);
    forget_gone(relief);
    return count;
}

static int find(const struct relief *relief, const struct relief_peer *wanted)
{
    int fd;
    struct relief_peer peer;
    DIR *folder = opendir("/proc/self/fd");
    do
        fd = next_of(relief, folder, &peer);
    while (fd >= 0 && (peer.port != wanted->port || strcmp(peer.address, wanted->address) != 0));
    if (folder)
        closedir(folder);
    return fd;
}

int relief_socket(const struct relief *relief, const char *address, int port)
{
    struct relief_peer peer = {.port = port};
    text_copy_len(peer.address, sizeof peer.address, address, strcspn(address, "%"));
    return find(relief, &peer);
}

void relief_drain(const struct relief *relief, const char *address, int port)
{
    char bytes[4096];
    struct pollfd wait = {.fd = relief_socket(relief, address, port), .events = POLLIN};
    int64_t deadline = clock_mono() + DRAIN_MS;
    ssize_t got = wait.fd >= 0;
    while (got > 0 && clock_mono() < deadline && poll(&wait, 1, DRAIN_PAUSE_MS) > 0)
        got = recv(wait.fd, bytes, sizeof bytes, MSG_DONTWAIT);
}

/* What it is about is asked again at the last moment: the number may belong to another by now. */
static bool end_idle(struct relief *relief, const struct relief_seen *seen, int64_t mono)
{
    struct relief_peer peer;
    if (mono - seen->since < RELIEF_AFTER_MS || !is_ours(relief, seen->fd, &peer) ||
        peer.port != seen->port || is_active(relief, &peer) || waits(seen->fd))
        return false;
    return shutdown(seen->fd, SHUT_RDWR) == 0;
}

size_t relief_run(struct relief *relief, int64_t mono)
{
    size_t ended = 0;
    if (look(relief, mono) + 2 < relief->workers)
        return 0;
    for (size_t i = 0; i < relief->seen_count; i++)
        ended += end_idle(relief, &relief->seen[i], mono);
    return ended;
}
