#include "bridge/printer/archive.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/auto.h"

/* Plate gcode shrinks 3 to 30 times; deflate cannot shrink more than 1032 times, which only a bomb
 * comes near. */
static const uint64_t ratio_most = 300;
static const uint64_t ratio_free = 4 * 1024 * 1024; /* small entries may shrink as they like */

/* libzip allocates for as many entries as a directory claims, before it looks at one. A sliced file
 * has some 20, and 8 for each further plate. */
static const uint64_t entries_most = 8192;
static const uint64_t directory_most = 1024 * 1024;
enum { TAIL = 65535 + 22 + 20, END = 22, LOCATOR = 20, END64 = 56 };

struct archive {
    zip_t *zip;
    size_t count;
    uint64_t bytes; /* of the file */
};

struct archive_entry {
    zip_file_t *file;
    uint64_t left;
};

/* ---- what the directory claims ---- */

static uint64_t number(const uint8_t *bytes, int size)
{
    uint64_t value = 0;
    while (size--)
        value = value << 8 | bytes[size];
    return value;
}

static bool is_modest(uint64_t entries, uint64_t size)
{
    return entries <= entries_most && size <= directory_most;
}

/* ${end}: an end record, behind ${before} bytes of the tail. What needs 64 bits stands elsewhere.
 */
static bool end_is_modest(int fd, const uint8_t *end, size_t before)
{
    uint8_t wide[END64];
    uint64_t entries = number(end + 10, 2), size = number(end + 12, 4);
    bool elsewhere = before >= LOCATOR && memcmp(end - LOCATOR, "PK\6\7", 4) == 0;
    if (!elsewhere)
        return is_modest(entries, size);
    if (pread(fd, wide, sizeof wide, (off_t)number(end - LOCATOR + 8, 8)) != sizeof wide ||
        memcmp(wide, "PK\6\6", 4) != 0)
        return false;
    return is_modest(number(wide + 24, 8), 0) && is_modest(number(wide + 32, 8), 0) &&
           is_modest(0, number(wide + 40, 8));
}

/* Any end record in the tail may be the one that libzip prefers, so all must be modest. What is no
 * archive at all is modest: libzip has better words for it. */
static bool directory_is_modest(const char *path, uint64_t *ret_bytes)
{
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t *tail auto_free = malloc(TAIL);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    off_t start = size > TAIL ? size - TAIL : 0;
    ssize_t len = tail && size >= 0 ? pread(fd, tail, TAIL, start) : -1;
    for (ssize_t at = 0; at + END <= len; at++)
        if (memcmp(tail + at, "PK\5\6", 4) == 0 && !end_is_modest(fd, tail + at, (size_t)at))
            return false;
    *ret_bytes = size > 0 ? (uint64_t)size : 0;
    return true;
}

/* ---- the archive ---- */

enum err archive_open(const char *path, struct archive **ret_archive, struct why *why)
{
    int code = 0;
    uint64_t bytes = 0;
    if (!directory_is_modest(path, &bytes))
        return why_fail(why, ERR_TOO_BIG, "too_big", NULL,
                        "The archive claims more entries than any sliced file has.");
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    if (!zip)
        return why_fail(why, code == ZIP_ER_NOENT ? ERR_NOT_FOUND : ERR_INVALID, "not_an_archive",
                        NULL, "The file is no readable zip archive; send a sliced .gcode.3mf.");
    struct archive *archive = calloc(1, sizeof *archive);
    if (!archive) {
        zip_discard(zip);
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    }
    archive->zip = zip;
    archive->bytes = bytes;
    archive->count = (size_t)zip_get_num_entries(zip, 0);
    *ret_archive = archive;
    return OK;
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    zip_discard(archive->zip);
    free(archive);
}

size_t archive_count(const struct archive *archive)
{
    return archive->count;
}

const char *archive_name(const struct archive *archive, size_t i)
{
    const char *name = zip_get_name(archive->zip, i, 0);
    return name ? name : "";
}

bool archive_has(const struct archive *archive, const char *name)
{
    return zip_name_locate(archive->zip, name, 0) >= 0;
}

static enum err check_size(const struct archive *archive, const zip_stat_t *stat, uint64_t most,
                           struct why *why)
{
    const char *name = stat->name;
    if (!(stat->valid & ZIP_STAT_SIZE) || !(stat->valid & ZIP_STAT_COMP_SIZE))
        return why_fail(why, ERR_INVALID, "unreadable", name, "%s has no size.", name);
    if (stat->comp_size > archive->bytes) /* to look less like a bomb */
        return why_fail(why, ERR_INVALID, "unreadable", name,
                        "%s claims to be larger than the archive that holds it.", name);
    if (stat->size > most)
        return why_fail(why, ERR_TOO_BIG, "too_big", name, "%s unpacks to more than %llu MiB.",
                        name, (unsigned long long)(most >> 20));
    if (stat->size > ratio_free && stat->size / ratio_most > stat->comp_size)
        return why_fail(why, ERR_TOO_BIG, "too_big", name,
                        "%s unpacks to over %llu times its size, as no sliced file does.", name,
                        (unsigned long long)ratio_most);
    return OK;
}

enum err archive_entry_open(struct archive *archive, const char *name, uint64_t most,
                            struct archive_entry **ret_entry, struct why *why)
{
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat(archive->zip, name, 0, &stat) != 0)
        return why_fail(why, ERR_NOT_FOUND, "plate_missing", name, "The archive has no %s.", name);
    enum err e = check_size(archive, &stat, most, why);
    if (e != OK)
        return e;
    struct archive_entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    entry->file = zip_fopen(archive->zip, name, 0);
    entry->left = stat.size;
    if (!entry->file) {
        free(entry);
        return why_fail(why, ERR_INVALID, "unreadable", name, "%s cannot be unpacked.", name);
    }
    *ret_entry = entry;
    return OK;
}

int archive_entry_read(void *ctx, char *bytes, int size)
{
    struct archive_entry *entry = ctx;
    zip_int64_t got = zip_fread(entry->file, bytes, (zip_uint64_t)size);
    if (got < 0 || (uint64_t)got > entry->left)
        return -1;
    entry->left -= (uint64_t)got;
    return got == 0 && entry->left ? -1 : (int)got;
}

void archive_entry_close(struct archive_entry *entry)
{
    if (!entry)
        return;
    zip_fclose(entry->file);
    free(entry);
}
