#include "store/backup.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/db.h"

/* The database library does not sync what it copies. */
static bool sync_path(const char *path, int flags)
{
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    return fd >= 0 && fsync(fd) == 0;
}

static bool sync_folder_of(const char *path)
{
    auto_free char *copy = strdup(path);
    return copy && sync_path(dirname(copy), O_DIRECTORY);
}

static enum err verify(const char *path, struct why *why)
{
    struct db *copy = NULL;
    enum err e = db_open(path, DB_READ, &copy, why);
    if (e)
        return e;
    json_auto_t *row = db_row(copy, "PRAGMA integrity_check", NULL, NULL);
    const char *said = json_string_value(json_object_get(row, "integrity_check"));
    if (!said || strcmp(said, "ok") != 0)
        e = why_fail(why, ERR_CORRUPT, "backup_damaged", NULL, "the copy %s is damaged: %s", path,
                     said ? said : "unreadable");
    db_close(copy);
    return e;
}

static enum err fill(struct db *db, const char *path, struct why *why)
{
    json_auto_t *args = json_pack("{s:s}", "path", path);
    if (!args)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a backup");
    if (db_exec(db, "VACUUM INTO :path", args) != OK)
        return db_status(db, why);
    enum err e = verify(path, why);
    if (e == OK && !sync_path(path, 0))
        e = why_fail(why, ERR_IO, NULL, NULL, "cannot write the copy %s to the disk", path);
    return e;
}

enum err backup_make(struct db *db, const char *path, struct why *why)
{
    auto_buf part = {0};
    buf_text(&part, path);
    buf_text(&part, ".part");
    if (part.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a backup");
    unlink(part.data);
    enum err e = fill(db, part.data, why);
    if (e == OK && (rename(part.data, path) || !sync_folder_of(path)))
        e = why_fail(why, ERR_IO, NULL, NULL, "cannot put the copy at %s", path);
    if (e)
        unlink(part.data);
    return e;
}

/* "filamentd.db.before-0002" beside "filamentd.db" */
static bool is_copy(const char *name, const char *of)
{
    static const char mark[] = ".before-";
    size_t len = strlen(of);
    return strncmp(name, of, len) == 0 && strncmp(name + len, mark, strlen(mark)) == 0 &&
           name[len + strlen(mark)];
}

static bool drop_old(int folder, const char *name, int64_t before)
{
    struct stat seen;
    return fstatat(folder, name, &seen, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(seen.st_mode) &&
           (int64_t)seen.st_mtime * 1000 < before && unlinkat(folder, name, 0) == 0;
}

size_t backup_drop_old(const char *database, int64_t before)
{
    auto_free char *copy = strdup(database);
    DIR *folder = copy ? opendir(dirname(copy)) : NULL;
    size_t count = 0;
    if (!folder)
        return 0;
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (is_copy(entry->d_name, text_base_name(database)))
            count += drop_old(dirfd(folder), entry->d_name, before);
    closedir(folder);
    return count;
}
