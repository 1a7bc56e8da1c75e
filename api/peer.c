#include "api/peer.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct peer peer_look(int fd)
{
    struct peer peer = {0};
    struct pollfd state = {.fd = fd, .events = POLLRDHUP};
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    int queued = 0;
    if (fd < 0)
        return peer;
    peer.gone = poll(&state, 1, 0) > 0 && state.revents & (POLLRDHUP | POLLHUP | POLLERR);
    if (ioctl(fd, SIOCOUTQ, &queued) == 0 && queued > 0)
        peer.backlog = (size_t)queued;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
        peer.received = info.tcpi_bytes_acked;
    return peer;
}

void peer_make_room(int fd, int bytes)
{
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) != 0)
        return; /* the default room does as well */
}
