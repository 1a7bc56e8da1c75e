#include "bridge/printer/slice_settings.h"

#include <jansson.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/printer/archive.h"

static const uint64_t settings_most = 1024 * 1024;

/* Three bytes of JSON can take 230 of memory. Slicers write 200 braces, all of them in texts, and
 * 150 values for each filament. */
enum { BRACES_MOST = 4096, VALUES_MOST = 32 * 1024 };

static const double density_most = 30, diameter_most = 10, volume_most = 1e4;

struct reading {
    struct archive_entry *entry;
    int braces, values;
};

static size_t read_some(void *bytes, size_t size, void *ctx)
{
    struct reading *r = ctx;
    const char *text = bytes;
    int got = archive_entry_read(r->entry, bytes, size > 65536 ? 65536 : (int)size);
    for (int i = 0; i < got; i++) {
        r->braces += text[i] == '{';
        r->values += text[i] == ',' || text[i] == '[';
    }
    bool too_many = r->braces > BRACES_MOST || r->values > VALUES_MOST;
    return got < 0 || too_many ? (size_t)-1 : (size_t)got;
}

/* 0 for what is no number or cannot be meant. */
static double number_of(const json_t *value, double most)
{
    double number = json_number_value(value);
    const char *text = json_string_value(value);
    if (text && !text_to_double(text, &number))
        return 0;
    return number > 0 && number <= most ? number : 0;
}

/* A list with one number for each filament; a single value stands for the first. */
static void read_numbers(const json_t *value, double *ret_numbers, size_t room, double most)
{
    if (!json_is_array(value)) {
        ret_numbers[0] = number_of(value, most);
        return;
    }
    for (size_t i = 0; i < json_array_size(value) && i < room; i++)
        ret_numbers[i] = number_of(json_array_get(value, i), most);
}

void slice_settings_read(struct archive *archive, struct slice_settings *ret_settings)
{
    *ret_settings = (struct slice_settings){0};
    struct reading reading = {0};
    if (archive_entry_open(archive, "Metadata/project_settings.config", settings_most,
                           &reading.entry, NULL) != OK)
        return;
    json_auto_t *root = json_load_callback(read_some, &reading, 0, NULL);
    archive_entry_close(reading.entry);
    read_numbers(json_object_get(root, "filament_density"), ret_settings->density,
                 LEN(ret_settings->density), density_most);
    read_numbers(json_object_get(root, "filament_diameter"), ret_settings->diameter,
                 LEN(ret_settings->diameter), diameter_most);
    read_numbers(json_object_get(root, "nozzle_volume"), &ret_settings->nozzle_volume, 1,
                 volume_most);
}
