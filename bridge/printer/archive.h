/*
 * A zip archive from outside, opened within limits: number of entries, size of its directory, size
 * and ratio of each entry. Owner: archive_close; entries are closed before their archive. Thread:
 * one at a time.
 */
#ifndef BRIDGE_PRINTER_ARCHIVE_H
#define BRIDGE_PRINTER_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct archive;
struct archive_entry;

enum err archive_open(const char *path, struct archive **ret_archive, struct why *why);
void archive_close(struct archive *archive);

size_t archive_count(const struct archive *archive);
const char *archive_name(const struct archive *archive, size_t i); /* borrowed, never NULL */
bool archive_has(const struct archive *archive, const char *name);

/* Open one entry that unpacks to at most ${most} bytes. */
enum err archive_entry_open(struct archive *archive, const char *name, uint64_t most,
                            struct archive_entry **ret_entry, struct why *why);
/* Bytes read, 0 at the end, -1 where it is damaged or larger than announced. */
int archive_entry_read(void *entry, char *bytes, int size);
void archive_entry_close(struct archive_entry *entry);

#endif
