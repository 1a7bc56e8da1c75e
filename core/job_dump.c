/* The durable form of a job: what a restart reads back. */
#include "core/job.h"

#include <string.h>

#include "base/auto.h"
#include "core/field.h"

static const struct field fields[] = {
    FIELD(NULL, "row", K_INT, struct job, row, 0, 0),
    FIELD(NULL, "status", K_INT, struct job, status, 0, 0),
    FIELD(NULL, "start_seen", K_INT, struct job, start_seen, 0, 0),
    FIELD(NULL, "utility", K_INT, struct job, utility, 0, 0),
    FIELD(NULL, "ran", K_INT, struct job, ran, 0, 0),
    FIELD(NULL, "started_at", K_INT, struct job, started_at, 0, 0),
    FIELD(NULL, "ended_at", K_INT, struct job, ended_at, 0, 0),
    FIELD(NULL, "ending_at", K_INT, struct job, ending_at, 0, 0),
    FIELD(NULL, "idle_until", K_INT, struct job, idle_until, 0, 0),
    FIELD(NULL, "told", K_INT, struct job, told, 0, 1),
    FIELD(NULL, "task_id", K_TEXT, struct job, task_id, 0, 0),
    FIELD(NULL, "subtask_id", K_TEXT, struct job, subtask_id, 0, 0),
    FIELD(NULL, "file", K_TEXT, struct job, file, 0, 0),
    FIELD(NULL, "name", K_TEXT, struct job, name, 0, 0),
    FIELD(NULL, "title", K_TEXT, struct job, title, 0, 0),
    FIELD(NULL, "md5", K_TEXT, struct job, md5, 0, 0),
    FIELD(NULL, "kind", K_TEXT, struct job, kind, 0, 0),
    FIELD(NULL, "plate", K_INT, struct job, plate, 0, 0),
    FIELD(NULL, "command", K_INT, struct job, command, 0, 0),
    FIELD(NULL, "command_before", K_INT, struct job, command_before, 0, 0),
    FIELD(NULL, "fresh", K_INT, struct job, fresh, 0, 0),
    FIELD(NULL, "stale_layer", K_INT, struct job, stale_layer, 0, 0),
    FIELD(NULL, "layer", K_INT, struct job, layer, 0, 0),
    FIELD(NULL, "total_layers", K_INT, struct job, total_layers, 0, 0),
    FIELD(NULL, "percent", K_INT, struct job, percent, 0, 0),
    FIELD(NULL, "end_percent", K_INT, struct job, end_percent, 0, 0),
    FIELD(NULL, "source_unit", K_INT, struct job, source.unit, 0, 0),
    FIELD(NULL, "source_slot", K_INT, struct job, source.slot, 0, 0),
    FIELD(NULL, "from_layer", K_INT, struct job, from_layer, 0, 0),
    FIELD(NULL, "from_percent", K_INT, struct job, from_percent, 0, 0),
    FIELD(NULL, "from_at", K_INT, struct job, from_at, 0, 0),
    FIELD(NULL, "mapping_source", K_INT, struct job, mapping_source, 0, 0),
    FIELD(NULL, "mapping_count", K_INT, struct job, mapping_count, 0, 0),
    FIELD(NULL, "mapping_confirmed", K_INT, struct job, mapping_confirmed, 0, 0),
    FIELD(NULL, "error", K_INT, struct job, error, 0, 0),
};

json_t *job_dump(const struct job *job)
{
    json_t *dump = json_object();
    field_dump(fields, LEN(fields), job, dump);
    json_t *mapping = json_array();
    for (int i = 0; i < job->mapping_count; i++)
        json_array_append_new(mapping,
                              json_integer(job->mapping[i].unit * 256 + job->mapping[i].slot));
    if (json_object_set_new(dump, "mapping", mapping) == 0)
        return dump;
    json_decref(dump);
    return NULL;
}

bool job_load(struct job *job, const json_t *dump)
{
    memset(job, 0, sizeof *job);
    if (!json_is_object(dump) || field_load(fields, LEN(fields), job, dump)) {
        memset(job, 0, sizeof *job);
        return false;
    }
    if (job->mapping_count < 0 || job->mapping_count > PRINTER_MAPPING_MAX)
        job->mapping_count = 0;
    const json_t *mapping = json_object_get(dump, "mapping");
    for (int i = 0; i < job->mapping_count; i++) {
        int value = (int)json_integer_value(json_array_get(mapping, (size_t)i));
        job->mapping[i] = (struct slot_address){(int16_t)(value / 256), (int16_t)(value % 256)};
    }
    return true;
}
