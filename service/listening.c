#include "service/listening.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"
#include "service/commands.h"
#include "service/listeners.h"
#include "service/lock.h"

enum { PATH_SIZE = COMMANDS_PATH + 16, FILE_SIZE = LISTENING_MAX * 160 };

static void path_of(const char *state_dir, char ret_path[PATH_SIZE])
{
    snprintf(ret_path, PATH_SIZE, "%s/listening", state_dir);
}

enum err listening_write(const char *state_dir, const char *urls, struct why *why)
{
    char path[PATH_SIZE];
    path_of(state_dir, path);
    unlink(path);
    auto_fd fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t len = strlen(urls);
    if (fd >= 0 && write(fd, urls, len) == (ssize_t)len)
        return OK;
    return why_fail(why, ERR_IO, "listening", "", "cannot write %s: %s", path, strerror(errno));
}

void listening_remove(const char *state_dir)
{
    char path[PATH_SIZE];
    path_of(state_dir, path);
    unlink(path);
}

/* "127.0.0.1:8480", "[::1]:8480", "*:8443". Port 0 is nobody's. */
static void add(struct listening *to, const char *address, bool tls)
{
    const char *colon = strrchr(address, ':');
    int64_t port = 0;
    if (!colon || to->count == LISTENING_MAX || !text_to_int(colon + 1, &port) || port <= 0 ||
        port > 65535)
        return;
    const char *host = text_starts(address, "*:") ? "0.0.0.0" : address;
    size_t len = host == address ? (size_t)(colon - address) : strlen(host);
    if (!text_copy_len(to->list[to->count].host, LISTENING_HOST_SIZE, host, len))
        return;
    to->list[to->count].port = (int)port;
    to->list[to->count++].tls = tls;
}

static void add_urls(struct listening *to, char *text)
{
    static const char https[] = "https://", http[] = "http://";
    while (text) {
        const char *line = strsep(&text, "\n");
        if (text_starts(line, https))
            add(to, line + sizeof https - 1, true);
        else if (text_starts(line, http))
            add(to, line + sizeof http - 1, false);
    }
}

/* False: no daemon wrote it. */
static bool read_file(const char *state_dir, struct listening *to)
{
    char path[PATH_SIZE], text[FILE_SIZE + 1];
    path_of(state_dir, path);
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t len = fd >= 0 ? read(fd, text, FILE_SIZE) : -1;
    if (len < 0)
        return false;
    text[len] = '\0';
    add_urls(to, text);
    return true;
}

enum err listening_read(const struct command_context *context, struct listening *ret_listening,
                        struct why *why)
{
    long pid;
    struct listeners said;
    *ret_listening = (struct listening){0};
    ret_listening->running = lock_held(context->state_dir, &pid);
    if (ret_listening->running && read_file(context->state_dir, ret_listening))
        return OK;
    enum err e = listeners_fill(context->config, &said, why);
    for (size_t i = 0; e == OK && i < said.served; i++)
        add(ret_listening, said.list[i].address, said.list[i].tls);
    if (e == OK)
        listeners_clear(&said);
    return e;
}

size_t listening_endpoints(const struct listening *listening, bool tls,
                           struct pair_endpoint ret_list[LISTENING_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < listening->count; i++)
        if (listening->list[i].tls == tls)
            ret_list[count++] =
                (struct pair_endpoint){listening->list[i].host, listening->list[i].port};
    return count;
}
