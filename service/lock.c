#include "service/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"

static int open_file(const char *state_dir, int flags, char *ret_path, size_t size)
{
    if ((size_t)snprintf(ret_path, size, "%s/lock", state_dir) >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(ret_path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static long read_pid(int fd)
{
    char text[24] = "";
    int64_t pid = 0;
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    if (len <= 0)
        return 0;
    text_trim(text);
    return text_to_int(text, &pid) ? (long)pid : 0;
}

static enum err write_pid(int fd, struct why *why)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len)
        return OK;
    return why_fail(why, ERR_IO, "lock_failed", "", "cannot write the lock file: %s",
                    strerror(errno));
}

/* Of the open file, not of the process: it can be asked about without being taken. */
static struct flock whole_file(void)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

enum err lock_take(const char *state_dir, int *ret_fd, struct why *why)
{
    char path[1100];
    auto_fd fd = open_file(state_dir, O_RDWR | O_CREAT, path, sizeof path);
    if (fd < 0)
        return why_fail(why, ERR_IO, "lock_failed", "", "cannot open %s: %s", path,
                        strerror(errno));
    struct flock lock = whole_file();
    if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
        long pid = read_pid(fd);
        return why_fail(why, ERR_CONFLICT, "already_running", "",
                        "a filamentd with pid %ld already serves %s; stop it first, or name "
                        "another --state-dir",
                        pid, state_dir);
    }
    enum err e = write_pid(fd, why);
    if (e != OK)
        return e;
    *ret_fd = fd;
    fd = -1;
    return OK;
}

void lock_release(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool lock_held(const char *state_dir, long *ret_pid)
{
    char path[1100];
    auto_fd fd = open_file(state_dir, O_RDWR, path, sizeof path);
    *ret_pid = 0;
    struct flock lock = whole_file();
    if (fd < 0 || fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
        return false;
    *ret_pid = read_pid(fd);
    return true;
}
