#include "bridge/printer/archive.h"

#include <stdlib.h>
#include <zip.h>

#include "base/auto.h"

/* Plate gcode shrinks 3 to 30 times; deflate cannot shrink more than 1032 times, which only a bomb
 * comes near. */
static const uint64_t ratio_most = 300;
static const uint64_t ratio_free = 4 * 1024 * 1024; /* small entries may shrink as they like */
static const zip_uint64_t entries_most = 20000;

struct archive {
    zip_t *zip;
    size_t count;
};

struct archive_entry {
    zip_file_t *file;
    uint64_t left;
};

enum err archive_open(const char *path, struct archive **ret_archive, struct why *why)
{
    int code = 0;
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    if (!zip)
        return why_fail(why, code == ZIP_ER_NOENT ? ERR_NOT_FOUND : ERR_INVALID, "not_an_archive",
                        NULL, "The file is no readable zip archive; send a sliced .gcode.3mf.");
    zip_int64_t count = zip_get_num_entries(zip, 0);
    struct archive *archive = NULL;
    if (count >= 0 && (zip_uint64_t)count <= entries_most)
        archive = calloc(1, sizeof *archive);
    if (!archive) {
        zip_discard(zip);
        return why_fail(why, ERR_TOO_BIG, "too_big", NULL, "The archive has too many entries.");
    }
    archive->zip = zip;
    archive->count = (size_t)count;
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

static enum err check_size(const zip_stat_t *stat, const char *name, uint64_t most, struct why *why)
{
    if (!(stat->valid & ZIP_STAT_SIZE) || !(stat->valid & ZIP_STAT_COMP_SIZE))
        return why_fail(why, ERR_INVALID, "unreadable", name, "%s has no size.", name);
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
    enum err e = check_size(&stat, name, most, why);
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
