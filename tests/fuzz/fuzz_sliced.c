/*
 * Any bytes as a sliced file: as they are where they begin like an archive or hold no zero byte;
 * else the texts between the zero bytes as a plate's gcode, the slicer's info and its settings,
 * packed here, so that a change of one needs no new checksum. Whatever is read can be told and
 * kept.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zip.h>

#include "base/auto.h"
#include "bridge/printer/sliced.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void put(int fd, const void *bytes, size_t size)
{
    must(write(fd, bytes, size) == (ssize_t)size);
}

static void add_texts(zip_t *zip, const uint8_t *bytes, size_t size)
{
    static const char *const names[] = {"Metadata/plate_1.gcode", "Metadata/slice_info.config",
                                        "Metadata/project_settings.config"};
    for (size_t i = 0; i < LEN(names) && size; i++) {
        const uint8_t *zero = memchr(bytes, 0, size);
        size_t len = zero && i + 1 < LEN(names) ? (size_t)(zero - bytes) : size;
        zip_source_t *text = zip_source_buffer(zip, bytes, len, 0);
        zip_int64_t at = zip_file_add(zip, names[i], text, 0);
        must(at >= 0 && zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0);
        size_t step = len < size ? len + 1 : len;
        bytes += step;
        size -= step;
    }
}

static void pack(int fd, const uint8_t *bytes, size_t size)
{
    zip_error_t error;
    zip_stat_t stat;
    zip_source_t *packed = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_source_keep(packed);
    zip_t *zip = zip_open_from_source(packed, ZIP_TRUNCATE, &error);
    must(zip);
    add_texts(zip, bytes, size);
    must(zip_close(zip) == 0 && zip_source_open(packed) == 0);
    must(zip_source_stat(packed, &stat) == 0);
    char *all auto_free = malloc((size_t)stat.size);
    must(all && zip_source_read(packed, all, stat.size) == (zip_int64_t)stat.size);
    put(fd, all, (size_t)stat.size);
    zip_source_close(packed);
    zip_source_free(packed);
}

static void must_hold(const struct sliced *sliced)
{
    for (int i = 0; i < sliced->filament_count; i++) {
        int before = i ? sliced->filaments[i - 1].index : 0;
        must(sliced->filaments[i].index > before);
        must(sliced->filaments[i].index <= SLICED_FILAMENTS);
    }
    for (size_t i = 0; i < sliced->point_count; i++) {
        must(i == 0 || sliced->points[i].layer >= sliced->points[i - 1].layer);
        must(sliced->points[i].filament >= 0 && sliced->points[i].filament < SLICED_FILAMENTS);
    }
    for (size_t i = 1; i < sliced->tool_count; i++)
        must(sliced->tools[i].filament != sliced->tools[i - 1].filament);
    json_auto_t *told = sliced_json(sliced, true), *kept = sliced_record(sliced);
    must(told && kept);
    for (size_t i = 0; i < 2; i++) {
        const json_t *list = json_object_get(i ? kept : told, "filaments");
        must(json_array_size(list) == (size_t)sliced->filament_count);
    }
    char *text auto_free = json_dumps(kept, 0);
    must(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[64];
    struct sliced sliced;
    struct why why = {0};
    bool as_it_is = (size >= 2 && memcmp(bytes, "PK", 2) == 0) || !memchr(bytes, 0, size);
    auto_fd fd = memfd_create("sliced", MFD_CLOEXEC);
    must(fd >= 0);
    if (as_it_is)
        put(fd, bytes, size);
    else
        pack(fd, bytes, size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (sliced_read(path, 0, &sliced, &why) == OK) {
        must_hold(&sliced);
        sliced_clear(&sliced);
    } else {
        must(*why.code && *why.text);
    }
    return 0;
}
