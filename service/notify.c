#include "service/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"

bool notify_send(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') ||
        !text_copy(to.sun_path, sizeof to.sun_path, path))
        return false;
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (path[0] == '@')
        to.sun_path[0] = '\0';
    else
        len++;
    auto_fd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    const void *address = &to;
    return sendto(fd, state, strlen(state), MSG_NOSIGNAL, address, len) == (ssize_t)strlen(state);
}

int64_t notify_watchdog_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t period, owner;
    if (!usec || !text_to_int(usec, &period) || period <= 0)
        return 0;
    if (pid && (!text_to_int(pid, &owner) || owner != (int64_t)getpid()))
        return 0;
    return period / 2000;
}
