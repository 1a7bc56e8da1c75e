#include "tests/simulator/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/feed.h"
#include "tests/simulator/hand.h"
#include "tests/simulator/out.h"
#include "tests/simulator/render.h"
#include "tests/simulator/roll.h"

enum { CANCELLED = 0x0300400C, SERIAL_LENGTH = 15 };

static bool fails(char *reply, const char *text)
{
    text_copy(reply, REPLY_SIZE, text);
    return false;
}

/* A code in hex with 0x, or decimal. */
static uint32_t code_of(const struct command *command, const char *key, uint32_t otherwise)
{
    const char *text = command_get(command, key);
    return text ? (uint32_t)strtoul(text, NULL, 0) : otherwise;
}

static bool do_cancel(struct sim *sim, struct printer *printer, const struct command *command,
                      char *reply)
{
    (void)sim;
    if (!printer->job.active)
        return fails(reply, "nothing is printing");
    engine_cancel(printer, code_of(command, "code", CANCELLED));
    return true;
}

static bool do_fail(struct sim *sim, struct printer *printer, const struct command *command,
                    char *reply)
{
    (void)sim;
    if (!printer->job.active)
        return fails(reply, "nothing is printing");
    engine_fail(printer, code_of(command, "code", 0x0300800A));
    return true;
}

static bool do_pause(struct sim *sim, struct printer *printer, const struct command *command,
                     char *reply)
{
    (void)sim;
    if (!printer->job.active)
        return fails(reply, "nothing is printing");
    engine_pause(printer, code_of(command, "code", 0), (int)command_number(command, "stage", 16));
    return true;
}

static bool do_resume(struct sim *sim, struct printer *printer, const struct command *command,
                      char *reply)
{
    (void)sim;
    (void)command;
    return engine_resume(printer) || fails(reply, "nothing waits");
}

static bool do_feed_error(struct sim *sim, struct printer *printer, const struct command *command,
                          char *reply)
{
    (void)sim;
    (void)command;
    if (!printer->job.active)
        return fails(reply, "nothing is printing");
    engine_feed_error(printer);
    return true;
}

static bool do_backup(struct sim *sim, struct printer *printer, const struct command *command,
                      char *reply)
{
    (void)sim;
    (void)reply;
    printer->backup = strcmp(command_word(command, 2), "off");
    printer->changed = true;
    return true;
}

static bool do_at(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply)
{
    (void)sim;
    int layer = (int)command_number(command, "layer", 0);
    if (layer < 1 || command->word_count < 3)
        return fails(reply, "at PRINTER layer=N COMMAND");
    for (int i = 0; i < TRIGGERS_MAX; i++) {
        struct trigger *trigger = &printer->triggers[i];
        if (trigger->armed)
            continue;
        if (!text_copy(trigger->command, sizeof trigger->command, command->rest[2]))
            return fails(reply, "too long");
        trigger->layer = layer;
        trigger->armed = true;
        return true;
    }
    return fails(reply, "too many of them wait already");
}

static bool do_show(struct sim *sim, struct printer *printer, const struct command *command,
                    char *reply)
{
    (void)sim;
    json_t *show =
        !strcmp(command_word(command, 0), "show") ? verbs_show(printer) : verbs_truth(printer);
    auto_free char *text = json_dumps(show, JSON_COMPACT | JSON_REAL_PRECISION(8));
    json_decref(show);
    return text && text_copy(reply, REPLY_SIZE, text);
}

static const struct {
    const char *name;
    bool (*run)(struct sim *, struct printer *, const struct command *, char *);
} verbs[] = {
    {"unit", verbs_unit},
    {"load", verbs_load},
    {"unload", verbs_unload},
    {"set", verbs_set},
    {"blank", verbs_blank},
    {"backup", do_backup},
    {"print", verbs_print},
    {"calibrate", verbs_calibrate},
    {"slice", verbs_slice},
    {"cancel", do_cancel},
    {"fail", do_fail},
    {"pause", do_pause},
    {"resume", do_resume},
    {"runout", verbs_runout},
    {"swap", verbs_swap},
    {"feederror", do_feed_error},
    {"reboot", verbs_reboot},
    {"poweroff", verbs_power_off},
    {"poweron", verbs_power_on},
    {"gap", verbs_gap},
    {"drop", verbs_drop},
    {"twice", verbs_twice},
    {"faults", verbs_faults},
    {"raw", verbs_raw},
    {"full", verbs_full},
    {"version", verbs_version},
    {"at", do_at},
    {"show", do_show},
    {"truth", do_show},
};

/* The family's prefix, then the number of the printer, filled up by zeros. */
static void default_serial(const struct sim *sim, const struct family *family, char serial[32])
{
    int number = sim->printer_count + 1;
    text_copy(serial, 32, family->prefix);
    for (size_t i = strlen(serial); i < SERIAL_LENGTH; i++)
        serial[i] = '0';
    serial[SERIAL_LENGTH - 2] = (char)('0' + number / 10);
    serial[SERIAL_LENGTH - 1] = (char)('0' + number % 10);
}

static bool add_printer(struct sim *sim, const struct command *command, char *reply)
{
    const struct family *family = family_find(command_text(command, "family", ""));
    const char *name = command_word(command, 1);
    if (!family || !name[0])
        return fails(reply, "printer NAME family=... : x1 x1c x1e p1p p1s a1 a1mini a2l p2s h2s "
                            "h2d h2dpro h2c x2d");
    char serial[32];
    default_serial(sim, family, serial);
    struct printer *printer = sim_add(sim, family, name, command_text(command, "serial", serial));
    if (!printer)
        return fails(reply, "that name or serial is taken, or there are too many printers");
    if (strcmp(command_text(command, "ams", "yes"), "none"))
        model_add_unit(printer, family->unit, family->unit == UNIT_A2L ? 16 : 0, 0);
    if (!text_copy(printer->broker, sizeof printer->broker, command_text(command, "broker", "")))
        return fails(reply, "broker= is too long");
    if (sim->sink.added)
        sim->sink.added(sim->sink.ctx, printer);
    return text_copy(reply, REPLY_SIZE, printer->serial);
}

static bool add_roll(struct sim *sim, const struct command *command, char *reply)
{
    struct roll roll;
    return roll_parse(sim, command, &roll, reply) &&
           (roll_keep(sim, command_word(command, 1), &roll) ||
            fails(reply, "that roll exists, or there are too many"));
}

static bool set_speed(struct sim *sim, const struct command *command, char *reply)
{
    double speed;
    if (!text_to_double(command_word(command, 1), &speed) || speed <= 0 || speed > 10000)
        return fails(reply, "speed FACTOR, up to 10000");
    sim_set_speed(sim, speed);
    return true;
}

static bool run_for_printer(struct sim *sim, const struct command *command, char *reply)
{
    for (size_t i = 0; i < LEN(verbs); i++) {
        if (strcmp(verbs[i].name, command_word(command, 0)))
            continue;
        struct printer *printer = sim_printer(sim, command_word(command, 1));
        if (!printer)
            return fails(reply, "no printer of that name");
        printer->now = sim_process_time(sim);
        bool done = verbs[i].run(sim, printer, command, reply);
        if (printer->changed)
            sim_flush(sim, printer);
        return done;
    }
    return fails(reply, "no such command");
}

bool verbs_run(struct sim *sim, const char *line, char reply[REPLY_SIZE])
{
    struct command command;
    reply[0] = 0;
    if (!command_split(&command, line))
        return fails(reply, "too long, or a quote stays open");
    const char *verb = command_word(&command, 0);
    if (!verb[0])
        return true;
    if (!strcmp(verb, "printer"))
        return add_printer(sim, &command, reply);
    if (!strcmp(verb, "roll"))
        return add_roll(sim, &command, reply);
    if (!strcmp(verb, "speed"))
        return set_speed(sim, &command, reply);
    if (!strcmp(verb, "quit"))
        return sim->over = true;
    return run_for_printer(sim, &command, reply);
}
