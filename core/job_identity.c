#include "core/job_identity.h"

#include <string.h>

#include "base/auto.h"
#include "base/sha256.h"
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

static const char erased_prefix[] = "erased:";

enum { ERASED_SIZE = sizeof erased_prefix - 1 + SHA256_HEX_SIZE };

bool job_name_erased(const char *name)
{
    return text_starts(name, erased_prefix);
}

/* Of two titles that are the same it makes the same text. */
static void erase(const char *name, char ret_erased[ERASED_SIZE])
{
    char title[PRINTER_TEXT];
    size_t len = stem_length(name);
    if (job_name_erased(name) && text_copy(ret_erased, ERASED_SIZE, name))
        return;
    len = len < sizeof title ? len : sizeof title;
    for (size_t i = 0; i < len; i++)
        title[i] = is_replaced(name[i]) ? '_' : name[i];
    text_copy(ret_erased, ERASED_SIZE, erased_prefix);
    sha256_hex(title, len, ret_erased + strlen(erased_prefix));
}

bool job_same_title(const char *a, const char *b)
{
    if (job_name_erased(a) || job_name_erased(b)) {
        char one[ERASED_SIZE], other[ERASED_SIZE];
        erase(a, one);
        erase(b, other);
        return strcmp(one, other) == 0;
    }
    size_t len = stem_length(a);
    if (len != stem_length(b))
        return false;
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i] && !(is_replaced(a[i]) && is_replaced(b[i])))
            return false;
    return true;
}

static void forget(char *name, size_t size)
{
    char erased[ERASED_SIZE];
    if (!*name)
        return;
    erase(name, erased);
    text_copy(name, size, erased);
}

void job_forget_names(struct job *job)
{
    forget(job->file, sizeof job->file);
    forget(job->name, sizeof job->name);
    forget(job->title, sizeof job->title);
}

static bool names_job(const struct job *job, const char *name)
{
    const char *const known[] = {job->file, job->name, job->title};
    for (size_t i = 0; i < LEN(known); i++)
        if (*known[i] && (job_same_title(name, known[i]) ||
                          job_same_title(text_base_name(name), text_base_name(known[i]))))
            return true;
    return false;
}

void job_forget_printer_names(const struct job *job, struct printer *printer)
{
    struct {
        char *name;
        size_t size;
    } names[] = {
        {printer->identity.gcode_file, sizeof printer->identity.gcode_file},
        {printer->identity.subtask_name, sizeof printer->identity.subtask_name},
        {printer->command.title, sizeof printer->command.title},
        {printer->command.file, sizeof printer->command.file},
        {printer->command.param, sizeof printer->command.param},
    };
    bool commanded = job->command && job->command == printer->command.number;
    for (size_t i = 0; i < LEN(names); i++)
        if (*names[i].name && ((commanded && i >= 2) || names_job(job, names[i].name)))
            forget(names[i].name, names[i].size);
}

/* It went by the name of its file until its title was told. */
static bool titled_late(const struct job *job, const struct print_identity *now)
{
    return *job->file && strcmp(job->file, now->gcode_file) == 0 &&
           job_same_title(job->name, text_base_name(job->file));
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
        return !titled_late(job, now);
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
    if (!*now || strcmp(slot, now) == 0 || (job_name_erased(slot) && job_same_title(slot, now)))
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
    const char *base = text_base_name(command->file);
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
