#include <string.h>

#include "base/text.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/out.h"
#include "tests/simulator/render.h"
#include "tests/simulator/verbs.h"

static bool fails(char *reply, const char *text)
{
    text_copy(reply, REPLY_SIZE, text);
    return false;
}

static void silence(struct sim *sim, struct printer *printer, double seconds)
{
    printer->faults.silent_until = sim->wall + (int64_t)(seconds * 1000);
}

bool verbs_gap(struct sim *sim, struct printer *printer, const struct command *command, char *reply)
{
    double seconds;
    if (!text_to_double(command_word(command, 2), &seconds) || seconds < 0)
        return fails(reply, "gap PRINTER SECONDS");
    silence(sim, printer, seconds);
    return true;
}

bool verbs_reboot(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply)
{
    (void)reply;
    silence(sim, printer, command_number(command, "silent", 20));
    engine_boot(printer, command_flag(command, "recovers"));
    return true;
}

/* The AMS loses its power first: some last reports without any roll, then nothing. */
bool verbs_power_off(struct sim *sim, struct printer *printer, const struct command *command,
                     char *reply)
{
    (void)reply;
    int frames = (int)command_number(command, "frames", 2);
    printer->faults.dying = true;
    for (int i = 0; i < frames; i++)
        out_report(sim, printer);
    printer->faults.off = !command_flag(command, "stays");
    return true;
}

bool verbs_power_on(struct sim *sim, struct printer *printer, const struct command *command,
                    char *reply)
{
    (void)reply;
    printer->faults.dying = printer->faults.off = false;
    printer->now = sim_process_time(sim);
    engine_boot(printer, command_flag(command, "recovers"));
    printer->next_report = sim->wall;
    return true;
}

static bool count_of(const struct command *command, int *ret_count, char *reply)
{
    int64_t count;
    if (!text_to_int(command_word(command, 2), &count) || count < 0 || count > 1000000)
        return fails(reply, "how many messages?");
    *ret_count = (int)count;
    return true;
}

bool verbs_drop(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply)
{
    (void)sim;
    return count_of(command, &printer->faults.drop, reply);
}

bool verbs_twice(struct sim *sim, struct printer *printer, const struct command *command,
                 char *reply)
{
    (void)sim;
    return count_of(command, &printer->faults.twice, reply);
}

bool verbs_faults(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply)
{
    (void)sim;
    (void)reply;
    printer->faults.drop_share = command_number(command, "drop", 0) / 100;
    printer->faults.twice_share = command_number(command, "twice", 0) / 100;
    return true;
}

/* Bytes as they stand in the script, JSON or not. */
bool verbs_raw(struct sim *sim, struct printer *printer, const struct command *command, char *reply)
{
    if (command->word_count < 3)
        return fails(reply, "raw PRINTER BYTES");
    const char *bytes = command->rest[2];
    out_bytes(sim, printer, bytes, strcspn(bytes, "\r\n"));
    return true;
}

bool verbs_full(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply)
{
    (void)command;
    (void)reply;
    out_full(sim, printer);
    return true;
}

bool verbs_version(struct sim *sim, struct printer *printer, const struct command *command,
                   char *reply)
{
    (void)command;
    (void)reply;
    out_message(sim, printer, render_version(printer, "0"));
    return true;
}
