#include "tests/simulator/script.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "tests/simulator/verbs.h"

bool script_open(struct script *script, const char *path)
{
    auto_file *file = fopen(path, "r");
    memset(script, 0, sizeof *script);
    script->waits_at = -1;
    if (!file || !text_copy(script->name, sizeof script->name, path)) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return false;
    }
    char line[COMMAND_SIZE];
    while (script->count < SCRIPT_LINES && fgets(line, sizeof line, file))
        script->lines[script->count++] = strdup(line);
    return true;
}

void script_close(struct script *script)
{
    for (int i = 0; i < script->count; i++)
        free(script->lines[i]);
    script->count = 0;
}

static bool at_end(const struct script *script)
{
    return script->next >= script->count;
}

bool script_ended(const struct script *script, int64_t wall)
{
    return at_end(script) && script->wait_until <= wall;
}

int64_t script_next(const struct script *script)
{
    return at_end(script) && !script->wait_until ? INT64_MAX : script->wait_until;
}

static bool complain(const struct script *script, int line, const char *text)
{
    fprintf(stderr, "%s:%d: %s\n", script->name, line + 1, text);
    return false;
}

static bool seconds_of(const struct command *command, int64_t *ret_ms)
{
    double seconds;
    if (!text_to_double(command_word(command, 1), &seconds) || seconds < 0)
        return false;
    *ret_ms = (int64_t)(seconds * 1000);
    return true;
}

static bool holds(struct sim *sim, const struct command *command)
{
    const struct printer *printer = sim_printer(sim, command_word(command, 1));
    const char *what = command_word(command, 2);
    if (!printer)
        return true;
    if (!strcmp(what, "idle"))
        return !printer->job.active && printer->step_count == 0;
    if (!strcmp(what, "running"))
        return printer->shown.state == GCODE_RUNNING;
    if (!strcmp(what, "paused"))
        return printer->shown.state == GCODE_PAUSE;
    int layer = (int)command_number(command, "layer", 0);
    return !printer->job.active || printer->job.layer >= layer;
}

/* until PRINTER idle|running|paused|layer=N: asked again at every event. */
static bool run_until(struct script *script, struct sim *sim, const struct command *command)
{
    if (!sim_printer(sim, command_word(command, 1)))
        return complain(script, script->next, "no printer of that name");
    if (holds(sim, command)) {
        script->next++;
        script->waits_at = -1;
        script->wait_until = 0;
        return true;
    }
    int64_t next = sim_next(sim);
    script->waits_at = script->next;
    script->wait_until = next > sim->wall ? next : sim->wall + 1;
    return true;
}

static bool run_repeat(struct script *script, const struct command *command)
{
    int64_t times = -1;
    if (script->depth == SCRIPT_DEPTH)
        return complain(script, script->next, "repeats too deep");
    if (command->word_count > 1 && (!text_to_int(command_word(command, 1), &times) || times < 1))
        return complain(script, script->next, "repeat [TIMES]");
    script->repeats[script->depth].line = script->next++;
    script->repeats[script->depth++].left = (int)times;
    return true;
}

static bool run_end(struct script *script, const struct sim *sim)
{
    if (script->depth == 0)
        return complain(script, script->next, "end without repeat");
    int *left = &script->repeats[script->depth - 1].left;
    if (*left > 0)
        --*left;
    if (*left == 0) {
        script->depth--;
        script->next++;
    } else {
        script->next = script->repeats[script->depth - 1].line + 1;
        script->wait_until = sim->wall + 100; /* an empty loop must not stand still in time */
    }
    return true;
}

static bool run_wait(struct script *script, const struct sim *sim, const struct command *command)
{
    int64_t ms;
    if (!seconds_of(command, &ms))
        return complain(script, script->next, "wait SECONDS");
    script->wait_until = sim->wall + ms;
    script->next++;
    return true;
}

static bool run_line(struct script *script, struct sim *sim)
{
    struct command command;
    char reply[REPLY_SIZE];
    const char *line = script->lines[script->next];
    if (!command_split(&command, line))
        return complain(script, script->next, "too long, or a quote stays open");
    const char *verb = command_word(&command, 0);
    if (!strcmp(verb, "wait"))
        return run_wait(script, sim, &command);
    if (!strcmp(verb, "until"))
        return run_until(script, sim, &command);
    if (!strcmp(verb, "repeat"))
        return run_repeat(script, &command);
    if (!strcmp(verb, "end"))
        return run_end(script, sim);
    if (!verbs_run(sim, line, reply))
        return complain(script, script->next, reply);
    if (!strcmp(verb, "show") || !strcmp(verb, "truth"))
        printf("%s\n", reply);
    script->next++;
    return true;
}

bool script_run(struct script *script, struct sim *sim)
{
    while (!at_end(script) && !sim->over && script->wait_until <= sim->wall) {
        if (!run_line(script, sim)) {
            script->next = script->count;
            return false;
        }
    }
    if (at_end(script) && script->wait_until <= sim->wall)
        script->wait_until = 0;
    return true;
}
