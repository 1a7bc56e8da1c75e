#include "core/job_identity.h"

#include <string.h>

#include "base/text.h"
#include "core/job.h"
#include "core/rules.h"

static bool is_replaced(char c)
{
    return strchr(":/\\*?\"<>|_ ", c) != NULL;
}

/* Length without the endings that depend on how a print was started. */
static size_t stem_length(const char *name)
{
    static const char *const endings[] = {".gcode.3mf", ".gcode", ".3mf"};
    for (size_t i = 0; i < 3; i++)
        if (text_ends_nocase(name, endings[i]))
            return strlen(name) - strlen(endings[i]);
    return strlen(name);
}

bool job_same_title(const char *a, const char *b)
{
    size_t len = stem_length(a);
    if (len != stem_length(b))
        return false;
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i] && !(is_replaced(a[i]) && is_replaced(b[i])))
            return false;
    return true;
}

bool job_replaced(const struct job *job, const struct printer *printer)
{
    const struct print_identity *now = &printer->identity;
    if (*job->task_id && *now->task_id)
        return strcmp(job->task_id, now->task_id) != 0;
    if (*job->subtask_id && *now->subtask_id)
        return strcmp(job->subtask_id, now->subtask_id) != 0;
    if (*now->task_id && !*job->task_id && job->start_seen)
        return !job_same_title(job->name, now->subtask_name);
    if (*job->name && *now->subtask_name && !job_same_title(job->name, now->subtask_name))
        return true;
    /* The same name from other storage, or again after a restart of the count of layers. */
    return job->fresh && printer->layer > 0 && printer->layer + 1 < job->layer;
}

bool job_nameless(const struct printer *printer)
{
    const struct print_identity *now = &printer->identity;
    return !*now->task_id && !*now->subtask_id && !*now->gcode_file;
}

bool job_is_utility(const struct printer *printer)
{
    const struct print_identity *now = &printer->identity;
    return strcmp(now->print_type, "system") == 0 || text_starts(now->subtask_name, "auto_cali_") ||
           text_starts(now->gcode_file, "/usr/");
}

/* Keep ${now} in ${slot} where it says something; true where that is new. */
static bool learn(char *slot, size_t size, const char *now)
{
    if (!*now || strcmp(slot, now) == 0)
        return false;
    return text_copy(slot, size, now);
}

bool job_learn_identity(struct job *job, const struct printer *printer)
{
    const struct print_identity *now = &printer->identity;
    bool changed = learn(job->task_id, sizeof job->task_id, now->task_id);
    changed |= learn(job->subtask_id, sizeof job->subtask_id, now->subtask_id);
    changed |= learn(job->file, sizeof job->file, now->gcode_file);
    changed |= learn(job->name, sizeof job->name, now->subtask_name);
    if (strcmp(now->print_type, "idle") != 0)
        changed |= learn(job->kind, sizeof job->kind, now->print_type);
    if (now->plate > 0 && job->plate != now->plate) {
        job->plate = now->plate;
        changed = true;
    }
    int utility = job->utility || job_is_utility(printer);
    changed |= utility != job->utility;
    job->utility = utility;
    return changed;
}

/* Ids decide where both have them, else the title: the reports rewrite it. */
static bool command_is_of(const struct job *job, const struct print_command *command)
{
    if (*command->task_id && *job->task_id)
        return strcmp(command->task_id, job->task_id) == 0;
    if (*command->subtask_id && *job->subtask_id)
        return strcmp(command->subtask_id, job->subtask_id) == 0;
    if (*command->title && *job->name)
        return job_same_title(command->title, job->name);
    const char *base = strrchr(command->file, '/');
    base = base ? base + 1 : command->file;
    return *base && *job->file && job_same_title(base, job->file);
}

bool job_learn_command(struct job *job, const struct printer *printer, int64_t since)
{
    const struct print_command *command = &printer->command;
    if (!command->at || command->refused || command->at < since ||
        command->number == job->command || command->number == job->command_before ||
        !command_is_of(job, command))
        return false;
    job->command = command->number;
    learn(job->title, sizeof job->title, command->title);
    learn(job->md5, sizeof job->md5, command->md5);
    if (command->plate > 0)
        job->plate = command->plate;
    return true;
}

static bool take_mapping(struct job *job, const struct printer *printer,
                         enum job_mapping_source source, int count,
                         struct slot_address (*slot_of)(const struct printer *, int))
{
    struct slot_address mapping[PRINTER_MAPPING_MAX];
    memset(mapping, 0, sizeof mapping);
    bool any = false;
    for (int i = 0; i < count && i < PRINTER_MAPPING_MAX; i++) {
        mapping[i] = slot_of(printer, i);
        any |= !address_none(mapping[i]);
    }
    if (!any)
        return false;
    bool same = job->mapping_source == source && job->mapping_count == count &&
                memcmp(job->mapping, mapping, sizeof mapping) == 0;
    memcpy(job->mapping, mapping, sizeof mapping);
    job->mapping_source = source;
    job->mapping_count = count;
    return !same;
}

/* Telemetry keeps the last job's mapping while idle: it counts once this job has run. */
static bool telemetry_counts(const struct job *job, const struct printer *printer)
{
    return printer->mapping.known && job->ran &&
           (job->layer >= 1 || printer->mapping_at >= job->started_at || !job->start_seen ||
            !address_none(job->source));
}

bool job_learn_mapping(struct job *job, const struct printer *printer)
{
    const struct print_command *command = &printer->command;
    bool heard = job->command && command->number == job->command;
    int count =
        command->ams_mapping2.known ? command->ams_mapping2.count : command->ams_mapping.count;
    if (heard && (command->ams_mapping.known || command->ams_mapping2.known) &&
        take_mapping(job, printer, MAPPING_COMMAND, count, printer_commanded))
        return true;
    if (job->mapping_source == MAPPING_COMMAND || !telemetry_counts(job, printer))
        return false;
    return take_mapping(job, printer, MAPPING_TELEMETRY, printer->mapping.count, printer_mapped);
}
