#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/slice.h"
#include "tests/simulator/verbs.h"

static bool fails(char *reply, const char *text)
{
    text_copy(reply, REPLY_SIZE, text);
    return false;
}

/* The next part of a comma list, "" at its end. */
static const char *next_part(const char *list, char to[64])
{
    size_t len = strcspn(list, ",");
    text_copy_len(to, 64, list, len < 63 ? len : 63);
    return list + len + (list[len] == ',');
}

static void describe(struct plan_filament *filament, const struct roll *roll, double grams)
{
    bool known = roll->profile[0];
    text_copy(filament->profile, sizeof filament->profile, known ? roll->profile : "GFL99");
    text_copy(filament->material, sizeof filament->material, known ? roll->material : "PLA");
    text_copy_len(filament->color, sizeof filament->color, known ? roll->color : "FFFFFF", 6);
    filament->density = !strncmp(filament->material, "PETG", 4)  ? 1.27
                        : !strncmp(filament->material, "ABS", 3) ? 1.04
                                                                 : 1.24;
    filament->grams = grams;
}

/* slots=1/3,-,ext and grams=12.5,0,8: the filaments of the project in their order. */
static bool parse_filaments(struct printer *printer, const struct command *command, struct job *job,
                            char *reply)
{
    const char *slots = command_text(command, "slots", "");
    const char *grams = command_text(command, "grams", "");
    char slot_text[64], grams_text[64];
    while (*slots && job->plan.filament_count < PLAN_FILAMENTS) {
        double weight = 1;
        int i = job->plan.filament_count++;
        slots = next_part(slots, slot_text);
        grams = next_part(grams, grams_text);
        text_to_double(grams_text, &weight);
        job->map[i] = !strcmp(slot_text, "-") ? PLACE_NONE : model_place(printer, slot_text);
        if (job->map[i] < 0)
            return fails(reply, "slots=: no such slot");
        static const struct roll nothing;
        const struct slot *slot = model_slot(printer, job->map[i]);
        describe(&job->plan.filaments[i], slot ? &slot->roll : &nothing, slot ? weight : 0);
    }
    return job->plan.filament_count > 0 || fails(reply, "slots= is needed: slots=1/3,1/1");
}

/* changes=8:2,13:1: from layer 8 on the second filament, and so on. */
static bool parse_changes(const struct command *command, struct plan *plan, char *reply)
{
    const char *list = command_text(command, "changes", "");
    char one[64];
    while (*list && plan->change_count < PLAN_CHANGES) {
        struct plan_change change;
        list = next_part(list, one);
        if (sscanf(one, "%d:%d", &change.layer, &change.filament) != 2 || change.filament < 1 ||
            change.filament > plan->filament_count)
            return fails(reply, "changes=LAYER:FILAMENT,...");
        change.filament--;
        plan->changes[plan->change_count++] = change;
    }
    return *list == 0 || fails(reply, "too many changes");
}

static void strip_suffix(char *text)
{
    static const char *const suffixes[] = {".gcode.3mf", ".3mf", ".gcode"};
    for (int i = 0; i < 3; i++) {
        if (text_ends_nocase(text, suffixes[i])) {
            text[strlen(text) - strlen(suffixes[i])] = 0;
            return;
        }
    }
}

static bool parse_plan(struct printer *printer, const struct command *command, struct job *job,
                       char *reply)
{
    struct plan *plan = &job->plan;
    const char *file = command_text(command, "file", "cube.gcode.3mf");
    plan->plate = (int)command_number(command, "plate", 1);
    plan->layers = (int)command_number(command, "layers", 50);
    plan->layer_ms = (int)(command_number(command, "layer_s", 8) * 1000);
    plan->start_mm = command_number(command, "start_mm", 0);
    plan->flush_mm = command_number(command, "flush_mm", 0);
    plan->nozzle_mm = command_number(command, "nozzle_mm", 38.25);
    plan->every_layer = command_flag(command, "every_layer");
    if (plan->layers < 1 || plan->layers > PLAN_LAYERS || plan->layer_ms < 1)
        return fails(reply, "layers= is 1 to 5000, layer_s= above 0");
    if (!text_copy(plan->file, sizeof plan->file, file) ||
        !text_copy(plan->title, sizeof plan->title, command_text(command, "title", file)))
        return fails(reply, "a name is too long");
    if (!command_get(command, "title"))
        strip_suffix(plan->title);
    return parse_filaments(printer, command, job, reply) && parse_changes(command, plan, reply);
}

static bool parse_source(const struct command *command, struct job *job, char *reply)
{
    const char *source = command_text(command, "source", "lan");
    if (!strcmp(source, "cloud"))
        job->source = FROM_CLOUD;
    else if (!strcmp(source, "lan"))
        job->source = FROM_LAN;
    else if (!strcmp(source, "screen"))
        job->source = FROM_SCREEN;
    else
        return fails(reply, "source= is cloud, lan or screen");
    job->refused = command_flag(command, "refused");
    job->never_starts = command_flag(command, "never");
    return true;
}

/* Local jobs have no ids on the delta models and a small one of the printer's own on the others. */
static void give_ids(struct printer *printer, struct job *job)
{
    unsigned long number = (unsigned long)++printer->jobs;
    bool delta = printer->family->delta;
    if (job->source == FROM_CLOUD) {
        number += 700000000 + 1000 * (unsigned long)(printer->serial[strlen(printer->serial) - 1]);
        snprintf(job->task_id, sizeof job->task_id, "%lu", 2 * number);
        snprintf(job->subtask_id, sizeof job->subtask_id, "%lu", 2 * number + 1);
        return;
    }
    snprintf(job->task_id, sizeof job->task_id, "%lu", delta ? 0 : 3000 + number);
    text_copy(job->subtask_id, sizeof job->subtask_id,
              delta || !printer->family->msg_zero ? "0" : "");
}

/* Where the printer's own FTP server would have the file. */
static void path_of(const struct printer *printer, const struct job *job, const char *root,
                    char *to, size_t size)
{
    char title[sizeof job->plan.title];
    text_copy(title, sizeof title, job->plan.title);
    for (char *c = title; *c; c++) {
        if (strchr(":/\\*?\"<>|", *c))
            *c = '_';
    }
    if (job->source == FROM_CLOUD)
        snprintf(to, size, "%s/%s/cache/%s.3mf", root, printer->serial, title);
    else if (printer->family->delta || job->source == FROM_SCREEN)
        snprintf(to, size, "%s/%s/%s", root, printer->serial, job->plan.file);
    else
        snprintf(to, size, "%s/%s/%s.gcode.3mf", root, printer->serial, title);
}

static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        int rc = mkdir(path, 0755);
        *slash = '/';
        if (rc != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

static bool write_file(const struct printer *printer, struct job *job, char *path, char *reply)
{
    struct why why;
    if (!make_folders(path))
        return fails(reply, "cannot make the folder of the sliced file");
    if (slice_write(&job->plan, printer->family->model_id, path, job->md5, &why) != OK)
        return fails(reply, why.text);
    return true;
}

bool verbs_print(struct sim *sim, struct printer *printer, const struct command *command,
                 char *reply)
{
    static struct job job;
    memset(&job, 0, sizeof job);
    if (printer->job.active)
        return fails(reply, "it is printing");
    if (!parse_source(command, &job, reply) || !parse_plan(printer, command, &job, reply))
        return false;
    if (sim->files[0]) {
        char path[1024];
        path_of(printer, &job, sim->files, path, sizeof path);
        if (!write_file(printer, &job, path, reply))
            return false;
        text_copy(reply, REPLY_SIZE, path);
    }
    give_ids(printer, &job);
    printer->job = job;
    engine_start(printer);
    return true;
}

bool verbs_calibrate(struct sim *sim, struct printer *printer, const struct command *command,
                     char *reply)
{
    static const char name[] = "auto_cali_for_user_param.gcode";
    (void)sim;
    (void)command;
    if (printer->job.active)
        return fails(reply, "it is printing");
    struct job *job = &printer->job;
    memset(job, 0, sizeof *job);
    job->source = FROM_CALIBRATION;
    job->plan.plate = 1;
    job->plan.layers = 1;
    text_copy(job->plan.title, sizeof job->plan.title, name);
    text_copy(job->plan.file, sizeof job->plan.file, name);
    text_copy(job->task_id, sizeof job->task_id, "0");
    text_copy(job->subtask_id, sizeof job->subtask_id, "0");
    engine_start(printer);
    return true;
}

bool verbs_slice(struct sim *sim, struct printer *printer, const struct command *command,
                 char *reply)
{
    static struct job job;
    (void)sim;
    char path[1024];
    memset(&job, 0, sizeof job);
    if (!text_copy(path, sizeof path, command_text(command, "out", "")) || !path[0])
        return fails(reply, "out=PATH is needed");
    return parse_plan(printer, command, &job, reply) && write_file(printer, &job, path, reply) &&
           text_copy(reply, REPLY_SIZE, job.md5);
}
