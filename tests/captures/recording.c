#include "tests/captures/recording.h"

#include <dirent.h>

#include "base/auto.h"
#include "base/text.h"

enum { FIRST_MS = 1000000, STEP_MS = 1000 };

static int64_t time_of(const json_t *line, int64_t last)
{
    int64_t ms = 0;
    const json_t *t = json_object_get(line, "t");
    if (json_is_string(t) && text_to_time(json_string_value(t), true, &ms))
        return ms;
    return last + STEP_MS;
}

static void add_line(struct recording *recording, json_t *line)
{
    int64_t last = recording->count ? recording->times[recording->count - 1] : FIRST_MS;
    size_t size = (recording->count + 1) * sizeof(int64_t);
    recording->times = realloc(recording->times, size);
    if (!recording->times || !line)
        abort();
    recording->times[recording->count++] = time_of(line, last);
    json_array_append_new(recording->lines, line);
}

static void add_lines(struct recording *recording, FILE *file)
{
    size_t size = 0;
    auto_free char *text = NULL;
    while (getline(&text, &size, file) > 0) {
        if (*text != '\n')
            add_line(recording, json_loads(text, 0, NULL));
    }
}

bool recording_add(struct recording *recording, const char *path)
{
    auto_file *file = fopen(path, "r");
    if (!file)
        return false;
    if (!recording->lines)
        recording->lines = json_array();
    if (text_ends_nocase(path, ".jsonl"))
        add_lines(recording, file);
    else
        add_line(recording, json_pack("{s:o}", "payload", json_loadf(file, 0, NULL)));
    return true;
}

const json_t *recording_payload(const struct recording *recording, size_t index)
{
    return json_object_get(json_array_get(recording->lines, index), "payload");
}

void recording_clear(struct recording *recording)
{
    json_decref(recording->lines);
    free(recording->times);
    *recording = (struct recording){0};
}

static int compare(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;
    return strcmp(json_string_value(*x), json_string_value(*y));
}

static json_t *sorted(json_t *names)
{
    size_t count = json_array_size(names);
    json_t *list = json_array();
    auto_free json_t **order = calloc(count + 1, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = json_array_get(names, i);
    qsort(order, count, sizeof *order, compare);
    for (size_t i = 0; i < count; i++)
        json_array_append(list, order[i]);
    json_decref(names);
    return list;
}

json_t *recording_list(const char *folder, const char *suffix)
{
    json_t *names = json_array();
    DIR *dir = opendir(folder);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        if (text_ends_nocase(entry->d_name, suffix))
            json_array_append_new(names, json_string(entry->d_name));
    }
    if (dir)
        closedir(dir);
    return sorted(names);
}
