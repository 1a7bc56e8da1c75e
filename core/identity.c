#include "core/identity.h"

#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/fault.h"
#include "core/field.h"

static const struct field report_fields[] = {
    FIELD("task_id", "task_id", K_TEXT, struct print_identity, task_id, 0, 0),
    FIELD("subtask_id", "subtask_id", K_TEXT, struct print_identity, subtask_id, 0, 0),
    FIELD("project_id", "project_id", K_TEXT, struct print_identity, project_id, 0, 0),
    FIELD("profile_id", "profile_id", K_TEXT, struct print_identity, profile_id, 0, 0),
    FIELD("job_id", "job_id", K_TEXT, struct print_identity, job_id, 0, 0),
    FIELD("gcode_file", "gcode_file", K_TEXT, struct print_identity, gcode_file, 0, 0),
    FIELD("subtask_name", "subtask_name", K_TEXT, struct print_identity, subtask_name, 0, 0),
    FIELD("print_type", "print_type", K_TEXT, struct print_identity, print_type, 0, 0),
    FIELD("gcode_start_time", "gcode_start_time", K_INT, struct print_identity, gcode_start, 0, 0),
    FIELD("plate_idx", "plate_idx", K_INT, struct print_identity, plate, 0, 10000),
};

static const struct field command_fields[] = {
    FIELD("task_id", "task_id", K_TEXT, struct print_command, task_id, 0, 0),
    FIELD("subtask_id", "subtask_id", K_TEXT, struct print_command, subtask_id, 0, 0),
    FIELD("project_id", "project_id", K_TEXT, struct print_command, project_id, 0, 0),
    FIELD("profile_id", "profile_id", K_TEXT, struct print_command, profile_id, 0, 0),
    FIELD("job_id", "job_id", K_TEXT, struct print_command, job_id, 0, 0),
    FIELD("subtask_name", "subtask_name", K_TEXT, struct print_command, title, 0, 0),
    FIELD("file", "file", K_TEXT, struct print_command, file, 0, 0),
    FIELD("param", "param", K_TEXT, struct print_command, param, 0, 0),
    FIELD("md5", "md5", K_TEXT, struct print_command, md5, 0, 0),
    FIELD("use_ams", "use_ams", K_BOOL, struct print_command, use_ams, 0, 0),
    FIELD("plate_idx", "plate_idx", K_INT, struct print_command, plate, 0, 10000),
};

enum {
    COMMAND_REPEAT_MS = 10000, /* the same echo again within this time is a duplicate */
    UNUSED = 65535,            /* in telemetry's mapping; also put for an unreadable entry */
};

static void tidy_id(char *id, size_t size)
{
    if (strspn(id, "0") == strlen(id))
        memset(id, 0, size);
}

static const struct field number_field = {
    .name = "number", .kind = K_INT, .size = sizeof(int32_t), .min = -1, .max = 0xFFFF};

static unsigned take_list(struct mapping *mapping, const json_t *list, int32_t unused)
{
    size_t index;
    json_t *value;
    unsigned bad = 0;
    if (!list || json_is_null(list))
        return 0;
    if (!json_is_array(list) || json_array_size(list) > PRINTER_MAPPING_MAX)
        return 1;
    memset(mapping, 0, sizeof *mapping);
    mapping->known = 1;
    mapping->count = (int32_t)json_array_size(list);
    json_array_foreach (list, index, value) {
        mapping->list[index] = unused;
        bad += field_take(&number_field, &mapping->list[index], value) == FIELD_BAD;
    }
    return bad;
}

unsigned identity_take(struct printer *printer, const json_t *print, int64_t now)
{
    struct print_identity *identity = &printer->identity;
    struct mapping before = printer->mapping;
    unsigned bad = field_load_wire(report_fields, LEN(report_fields), identity, print);
    tidy_id(identity->task_id, sizeof identity->task_id);
    tidy_id(identity->subtask_id, sizeof identity->subtask_id);
    tidy_id(identity->project_id, sizeof identity->project_id);
    tidy_id(identity->profile_id, sizeof identity->profile_id);
    tidy_id(identity->job_id, sizeof identity->job_id);
    bad += take_list(&printer->mapping, json_object_get(print, "mapping"), UNUSED);
    if (memcmp(&before, &printer->mapping, sizeof before) != 0)
        printer->mapping_at = now;
    return bad;
}

static unsigned take_pairs(struct pair_mapping *pairs, const json_t *list)
{
    size_t index;
    json_t *value;
    unsigned bad = 0;
    if (!list || json_is_null(list))
        return 0;
    if (!json_is_array(list) || json_array_size(list) > PRINTER_MAPPING_MAX)
        return 1;
    pairs->known = 1;
    pairs->count = (int32_t)json_array_size(list);
    json_array_foreach (list, index, value) {
        pairs->ams_id[index] = pairs->slot_id[index] = 255;
        bad += field_take(&number_field, &pairs->ams_id[index], json_object_get(value, "ams_id")) !=
               FIELD_TAKEN;
        bad += field_take(&number_field, &pairs->slot_id[index],
                          json_object_get(value, "slot_id")) != FIELD_TAKEN;
    }
    return bad;
}

/* ftp://name or file:///sdcard/name: the place of the file. An https url is a secret: only that
 * there is one is kept. */
static void take_url(struct print_command *command, const char *url)
{
    const char *path = strstr(url, "://");
    command->has_url = *url != '\0';
    if (!path || text_starts(url, "http") || *command->file)
        return;
    text_copy(command->file, sizeof command->file, path + strlen("://"));
}

static int plate_in(const char *param)
{
    int64_t plate = 0;
    char digits[8];
    const char *at = strstr(param, "plate_");
    if (!at)
        return 0;
    at += strlen("plate_");
    size_t len = strspn(at, "0123456789");
    if (!text_copy_len(digits, sizeof digits, at, len) || !text_to_int(digits, &plate))
        return 0;
    return (int)plate;
}

static unsigned read_command(struct print_command *command, const json_t *print)
{
    const char *name = json_string_value(json_object_get(print, "command"));
    const json_t *url = json_object_get(print, "url");
    command->use_ams = -1;
    unsigned bad = field_load_wire(command_fields, LEN(command_fields), command, print);
    bad += take_list(&command->ams_mapping, json_object_get(print, "ams_mapping"), -1);
    bad += take_pairs(&command->ams_mapping2, json_object_get(print, "ams_mapping2"));
    tidy_id(command->task_id, sizeof command->task_id);
    tidy_id(command->subtask_id, sizeof command->subtask_id);
    tidy_id(command->project_id, sizeof command->project_id);
    tidy_id(command->profile_id, sizeof command->profile_id);
    tidy_id(command->job_id, sizeof command->job_id);
    text_upper(command->md5);
    command->plain = strcmp(name, "gcode_file") == 0;
    command->refused = fault_reply_failed(print);
    if (command->plain && !*command->file)
        memcpy(command->file, command->param, sizeof command->file);
    if (json_is_string(url))
        take_url(command, json_string_value(url));
    if (!command->plate)
        command->plate = plate_in(command->param);
    return bad + (url && !json_is_string(url) && !json_is_null(url));
}

unsigned identity_take_command(struct printer *printer, const json_t *print, int64_t now)
{
    struct print_command next;
    const struct print_command *before = &printer->command;
    memset(&next, 0, sizeof next);
    unsigned bad = read_command(&next, print);
    next.at = before->at;
    next.number = before->number;
    bool same = memcmp(&next, before, sizeof next) == 0;
    if (same && now - before->at < COMMAND_REPEAT_MS && before->at <= now)
        return bad;
    next.at = now;
    next.number++;
    printer->command = next;
    return bad;
}
