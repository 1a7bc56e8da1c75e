#include "service/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"

enum { STEP_MS = 1000 };
static const int64_t first_time = INT64_C(1767225600000); /* 2026-01-01T00:00:00Z */
static const size_t message_most = 16 * 1024 * 1024;

struct recording {
    char path[512];
    FILE *file;
    bool whole; /* one message is the whole file */
    int64_t clock;
    char *line;
    size_t size;
    json_t *record;
    char *payload; /* dumped, malloc */
    int failed;    /* errno; 0 */
};

enum err recording_open(const char *path, int64_t clock, struct recording **ret_recording,
                        struct why *why)
{
    struct recording *recording = calloc(1, sizeof *recording);
    if (!recording)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    recording->clock = clock;
    recording->whole = !text_ends_nocase(path, ".jsonl");
    recording->file = fopen(path, "re");
    if (!recording->file || !text_copy(recording->path, sizeof recording->path, path)) {
        recording_close(recording);
        return why_fail(why, ERR_NOT_FOUND, "unreadable", NULL, "%s cannot be read: %s", path,
                        strerror(errno));
    }
    *ret_recording = recording;
    return OK;
}

void recording_close(struct recording *recording)
{
    if (!recording)
        return;
    if (recording->file)
        fclose(recording->file);
    json_decref(recording->record);
    free(recording->payload);
    free(recording->line);
    free(recording);
}

/* Seconds or milliseconds since 1970, or text with or without a zone; false where unreadable. */
static bool time_of(const json_t *value, int64_t *ret_ms)
{
    if (json_is_number(value)) {
        double number = json_number_value(value);
        if (number < 0 || number > 1e15)
            return false;
        *ret_ms = (int64_t)(number > 1e11 ? number : number * 1000);
        return true;
    }
    const char *text = json_string_value(value);
    return text && text_to_time(text, true, ret_ms);
}

static void step_clock(struct recording *recording, const json_t *value)
{
    int64_t at;
    if (!time_of(value, &at))
        at = recording->clock ? recording->clock + STEP_MS : first_time;
    if (at > recording->clock)
        recording->clock = at;
}

/* The next line, or for a whole file everything in it; -1 at the end. */
static ssize_t read_text(struct recording *recording)
{
    errno = 0;
    ssize_t len = getdelim(&recording->line, &recording->size, recording->whole ? '\0' : '\n',
                           recording->file);
    if (len < 0 && ferror(recording->file))
        recording->failed = errno ? errno : EIO;
    if (len > (ssize_t)message_most) {
        recording->failed = EFBIG;
        return -1;
    }
    return len;
}

static bool blank(const char *text, size_t len)
{
    return strspn(text, " \t\r\n") >= len;
}

bool recording_next(struct recording *recording, const char **ret_bytes, size_t *ret_len,
                    int64_t *ret_time)
{
    ssize_t len;
    do
        len = read_text(recording);
    while (len >= 0 && blank(recording->line, (size_t)len));
    if (len < 0)
        return false;
    json_decref(recording->record);
    recording->record = json_loadb(recording->line, (size_t)len, JSON_ALLOW_NUL, NULL);
    const json_t *payload = json_object_get(recording->record, "payload");
    step_clock(recording, json_object_get(recording->record, "t"));
    free(recording->payload);
    recording->payload = NULL;
    *ret_bytes = recording->line;
    *ret_len = (size_t)len;
    *ret_time = recording->clock;
    if (json_is_string(payload)) { /* recorded bytes that were no JSON */
        *ret_bytes = json_string_value(payload);
        *ret_len = json_string_length(payload);
    } else if (payload) {
        recording->payload = json_dumps(payload, JSON_ENCODE_ANY | JSON_COMPACT);
        *ret_bytes = recording->payload ? recording->payload : "";
        *ret_len = strlen(*ret_bytes);
    }
    return true;
}

const json_t *recording_assign(const struct recording *recording)
{
    const json_t *assign = json_object_get(recording->record, "assign");
    return json_is_object(assign) ? assign : NULL;
}

const json_t *recording_told(const struct recording *recording, bool *ret_print)
{
    const json_t *print = json_object_get(recording->record, "print_event");
    *ret_print = print;
    return print ? print : json_object_get(recording->record, "ams_update");
}

enum err recording_status(const struct recording *recording, struct why *why)
{
    if (!recording->failed)
        return OK;
    return why_fail(why, ERR_IO, "unreadable", NULL, "%s cannot be read: %s", recording->path,
                    strerror(recording->failed));
}
