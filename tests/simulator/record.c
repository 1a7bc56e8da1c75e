#include "tests/simulator/record.h"

#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

bool record_open(struct record *record, const char *path, int64_t epoch_ms)
{
    struct stat info;
    memset(record, 0, sizeof *record);
    record->epoch_ms = epoch_ms;
    record->by_printer = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    if (!text_copy(record->path, sizeof record->path, path))
        return false;
    if (!record->by_printer)
        record->files[0] = fopen(path, "w");
    return record->by_printer || record->files[0];
}

void record_close(struct record *record)
{
    for (int i = 0; i < SIM_PRINTERS; i++) {
        if (record->files[i])
            fclose(record->files[i]);
        record->files[i] = NULL;
    }
}

static FILE *file_of(struct record *record, int number, const struct printer *printer)
{
    if (!record->by_printer)
        return record->files[0];
    if (!record->files[number]) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s.jsonl", record->path, printer->name);
        record->files[number] = fopen(path, "w");
    }
    return record->files[number];
}

void record_line(struct record *record, int number, const struct printer *printer, const char *text,
                 size_t len, int64_t wall)
{
    FILE *file = file_of(record, number, printer);
    int64_t ms = record->epoch_ms + wall;
    char time[TEXT_TIME_SIZE];
    json_t *parsed = json_loadb(text, len, JSON_DECODE_ANY, NULL);
    if (!file)
        return;
    text_time(time, ms);
    time[19] = 0; /* up to the seconds: milliseconds and zone follow */
    if (parsed)
        fprintf(file, "{\"t\":\"%s.%03dZ\",\"payload\":%.*s}\n", time, (int)(ms % 1000), (int)len,
                text);
    else
        fprintf(file, "%.*s\n", (int)len, text);
    json_decref(parsed);
    fflush(file);
}
