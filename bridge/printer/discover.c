#include "bridge/printer/discover.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum { SOCKETS = 2, DATAGRAM = 4096, REJOIN_MS = 60 * 1000, NOTICE_BURST = 64 };

static const int default_ports[SOCKETS] = {2021, 1990};
static const char group[] = "239.255.255.250";

static const char search_text[] = "M-SEARCH * HTTP/1.1\r\n"
                                  "HOST: 239.255.255.250:1990\r\n"
                                  "MAN: \"ssdp:discover\"\r\n"
                                  "MX: 3\r\n"
                                  "ST: urn:bambulab-com:device:3dprinter:1\r\n\r\n";

struct discover {
    struct discover_options options;
    int sockets[SOCKETS];
    int ports[SOCKETS]; /* really bound; 0: not */
    int wake;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    struct discover_printer printers[DISCOVER_PRINTERS];
    size_t count;
    bool stop;
};

/* ---- the table ---- */

static struct discover_printer *place_for(struct discover *d, const char *serial)
{
    struct discover_printer *oldest = &d->printers[0];
    for (size_t i = 0; i < d->count; i++) {
        if (strcmp(d->printers[i].serial, serial) == 0)
            return &d->printers[i];
        if (d->printers[i].last_seen < oldest->last_seen)
            oldest = &d->printers[i];
    }
    if (d->count < DISCOVER_PRINTERS)
        oldest = &d->printers[d->count++];
    memset(oldest, 0, sizeof *oldest);
    return oldest;
}

static void note(struct discover *d, struct discover_printer *seen)
{
    pthread_mutex_lock(&d->lock);
    struct discover_printer *place = place_for(d, seen->serial);
    bool known = place->last_seen != 0;
    bool moved = known && strcmp(place->host, seen->host) != 0;
    seen->last_seen = clock_now();
    seen->first_seen = known ? place->first_seen : seen->last_seen;
    *place = *seen;
    pthread_mutex_unlock(&d->lock);
    if ((!known || moved) && d->options.seen)
        d->options.seen(d->options.ctx, seen, moved);
}

static int by_serial(const void *a, const void *b)
{
    const struct discover_printer *left = a, *right = b;
    return strcmp(left->serial, right->serial);
}

size_t discover_list(struct discover *discover, struct discover_printer *ret_list, size_t size)
{
    pthread_mutex_lock(&discover->lock);
    size_t count = discover->count < size ? discover->count : size;
    memcpy(ret_list, discover->printers, count * sizeof *ret_list);
    pthread_mutex_unlock(&discover->lock);
    qsort(ret_list, count, sizeof *ret_list, by_serial);
    return count;
}

/* ---- listening ---- */

static void receive(struct discover *d, int fd)
{
    char bytes[DATAGRAM], sender[INET_ADDRSTRLEN];
    struct discover_printer printer;
    for (int i = 0; i < NOTICE_BURST; i++) {
        struct sockaddr_in from = {0};
        socklen_t size = sizeof from;
        ssize_t len =
            recvfrom(fd, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
        if (len < 0)
            return;
        inet_ntop(AF_INET, &from.sin_addr, sender, sizeof sender);
        if (discover_parse(bytes, (size_t)len, sender, &printer))
            note(d, &printer);
    }
}

/* Every interface; those that came up since the last time too. */
static void join_group(const struct discover *d)
{
    struct ifaddrs *list = NULL;
    if (d->options.loopback || getifaddrs(&list) != 0)
        return;
    for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
        if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET || !(at->ifa_flags & IFF_MULTICAST))
            continue;
        struct ip_mreqn wish = {.imr_ifindex = (int)if_nametoindex(at->ifa_name)};
        inet_pton(AF_INET, group, &wish.imr_multiaddr);
        for (int i = 0; i < SOCKETS; i++)
            if (d->sockets[i] >= 0)
                setsockopt(d->sockets[i], IPPROTO_IP, IP_ADD_MEMBERSHIP, &wish, sizeof wish);
    }
    freeifaddrs(list);
}

static bool stopped(struct discover *d)
{
    pthread_mutex_lock(&d->lock);
    bool stop = d->stop;
    pthread_mutex_unlock(&d->lock);
    return stop;
}

static void *run(void *arg)
{
    struct discover *d = arg;
    struct pollfd fds[SOCKETS + 1];
    for (int i = 0; i < SOCKETS; i++)
        fds[i] = (struct pollfd){.fd = d->sockets[i], .events = POLLIN};
    fds[SOCKETS] = (struct pollfd){.fd = d->wake, .events = POLLIN};
    int64_t joined_at = 0;
    while (!stopped(d)) {
        if (!joined_at || clock_mono() > joined_at + REJOIN_MS) {
            join_group(d);
            joined_at = clock_mono();
        }
        poll(fds, SOCKETS + 1, REJOIN_MS);
        for (int i = 0; i < SOCKETS; i++)
            if (fds[i].revents)
                receive(d, d->sockets[i]);
    }
    return NULL;
}

/* ---- asking ---- */

static bool send_to(int fd, const char *host, int port, int interface)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control = {0};
    struct iovec text = {.iov_base = (void *)(uintptr_t)search_text,
                         .iov_len = sizeof search_text - 1};
    struct msghdr message = {
        .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &text, .msg_iovlen = 1};
    inet_pton(AF_INET, host, &to.sin_addr);
    if (interface) {
        struct in_pktinfo info = {.ipi_ifindex = interface};
        message.msg_control = &control;
        message.msg_controllen = sizeof control.room;
        control.head = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
        memcpy(CMSG_DATA(&control.head), &info, sizeof info);
    }
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static int asking_socket(const struct discover *d)
{
    return d->sockets[0] >= 0 ? d->sockets[0] : d->sockets[1];
}

static unsigned ask_interfaces(const struct discover *d)
{
    unsigned sent = 0;
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) != 0)
        return 0;
    for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
        bool usable = at->ifa_addr && at->ifa_addr->sa_family == AF_INET &&
                      (at->ifa_flags & IFF_MULTICAST) && (at->ifa_flags & IFF_UP);
        for (int i = 0; usable && i < SOCKETS; i++)
            sent += send_to(asking_socket(d), group, default_ports[i],
                            (int)if_nametoindex(at->ifa_name));
    }
    freeifaddrs(list);
    return sent;
}

enum err discover_search(struct discover *discover, struct why *why)
{
    unsigned sent = discover->options.loopback ? send_to(asking_socket(discover), "127.0.0.1",
                                                         discover->options.ask_port, 0)
                                               : ask_interfaces(discover);
    return sent ? OK
                : why_fail(why, ERR_IO, "discover_send", "", "no network takes the search: %s",
                           strerror(errno));
}

/* ---- opening and closing ---- */

static int open_socket(const struct discover *d, int index, int *ret_port)
{
    int on = 1, port = d->options.ports[index];
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    at.sin_addr.s_addr = htonl(d->options.loopback ? INADDR_LOOPBACK : INADDR_ANY);
    if (port >= 0)
        at.sin_port = htons((uint16_t)(port ? port : default_ports[index]));
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
        close(fd);
        return -1;
    }
    *ret_port = ntohs(at.sin_port);
    return fd;
}

static void release(struct discover *d)
{
    for (int i = 0; i < SOCKETS; i++)
        if (d->sockets[i] >= 0)
            close(d->sockets[i]);
    if (d->wake >= 0)
        close(d->wake);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

enum err discover_open(const struct discover_options *options, struct discover **ret_discover,
                       struct why *why)
{
    struct discover *d = calloc(1, sizeof *d);
    if (!d)
        return why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    d->options = *options;
    pthread_mutex_init(&d->lock, NULL);
    d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (int i = 0; i < SOCKETS; i++)
        d->sockets[i] = open_socket(d, i, &d->ports[i]);
    int error = errno;
    if (d->wake < 0 || (d->sockets[0] < 0 && d->sockets[1] < 0) ||
        pthread_create(&d->thread, NULL, run, d) != 0) {
        release(d);
        return why_fail(why, ERR_IO, "discover_bind", "",
                        "the ports of discovery cannot be opened: %s", strerror(error));
    }
    *ret_discover = d;
    return OK;
}

void discover_close(struct discover *discover)
{
    if (!discover)
        return;
    pthread_mutex_lock(&discover->lock);
    discover->stop = true;
    pthread_mutex_unlock(&discover->lock);
    eventfd_write(discover->wake, 1);
    pthread_join(discover->thread, NULL);
    release(discover);
}

int discover_port(const struct discover *discover, int index)
{
    return discover->ports[index];
}
