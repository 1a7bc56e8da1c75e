#include "bridge/notify/vapid.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "bridge/notify/jwt.h"

enum { PATH_SIZE = 4096 };

static enum err io_fail(struct why *why, const char *path)
{
    return why_fail(why, ERR_IO, "vapid_key_io", "", "%.200s: %s", path, strerror(errno));
}

static enum err write_text(const char *path, const char *text, struct why *why)
{
    size_t len = strlen(text);
    auto_fd fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, len) != (ssize_t)len || fsync(fd) != 0)
        return io_fail(why, path);
    return OK;
}

/* Complete before it gets its name. */
static enum err keep(const char *dir, const char *path, const char *pem, struct why *why)
{
    char fresh[PATH_SIZE];
    snprintf(fresh, sizeof fresh, "%s/vapid.key.new", dir);
    unlink(fresh);
    enum err e = write_text(fresh, pem, why);
    if (e == OK && rename(fresh, path) != 0)
        e = io_fail(why, path);
    auto_fd dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (e == OK && (dir_fd < 0 || fsync(dir_fd) != 0))
        e = io_fail(why, dir);
    return e;
}

static enum err make(const char *dir, const char *path, struct jwt_key **ret_key, struct why *why)
{
    char pem[JWT_PEM_SIZE] = "";
    struct jwt_key *key = NULL;
    enum err e = jwt_key_new(&key, why);
    if (e == OK)
        e = jwt_key_pem(key, pem, why);
    if (e == OK)
        e = keep(dir, path, pem, why);
    OPENSSL_cleanse(pem, sizeof pem);
    if (e == OK)
        *ret_key = key;
    else
        jwt_key_close(key);
    return e;
}

static enum err read_kept(int fd, const char *path, struct jwt_key **ret_key, struct why *why)
{
    char pem[JWT_PEM_SIZE];
    struct why fault;
    ssize_t len = read(fd, pem, sizeof pem - 1);
    if (len < 0)
        return io_fail(why, path);
    pem[len] = '\0';
    enum err e = jwt_key_read(pem, ret_key, &fault);
    OPENSSL_cleanse(pem, sizeof pem);
    return e == OK ? OK
                   : why_fail(why, e, "vapid_key_broken", "",
                              "%.150s: %.120s; restore it, or remove it and let browsers subscribe "
                              "anew",
                              path, fault.text);
}

enum err vapid_open(const char *state_dir, const char *pem, struct jwt_key **ret_key,
                    struct why *why)
{
    char path[PATH_SIZE];
    if (pem)
        return jwt_key_read(pem, ret_key, why);
    int len = snprintf(path, sizeof path, "%s/vapid.key", state_dir);
    if (len < 0 || (size_t)len + 16 > sizeof path)
        return why_fail(why, ERR_TOO_BIG, "path_too_long", "", "the state directory's path");
    auto_fd fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        return read_kept(fd, path, ret_key, why);
    return errno == ENOENT ? make(state_dir, path, ret_key, why) : io_fail(why, path);
}
