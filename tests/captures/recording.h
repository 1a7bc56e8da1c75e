/*
 * Recorded messages of a printer, read from .json (one message) or .jsonl ({"t", "payload"} lines).
 * Owner: the caller frees with recording_clear. Thread: any. Test code: aborts on unreadable files.
 */
#ifndef TESTS_RECORDING_H
#define TESTS_RECORDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recording {
    json_t *lines; /* array: the whole object of each line; a bare message is wrapped */
    int64_t *times;
    size_t count;
};

/* Adds ${path} behind what is there; lines without a time follow one second after the last. */
bool recording_add(struct recording *recording, const char *path);
const json_t *recording_payload(const struct recording *recording, size_t index);
void recording_clear(struct recording *recording);

/* Names of the files in ${folder} that end with ${suffix}, sorted; an array of texts. */
json_t *recording_list(const char *folder, const char *suffix);

#endif
