/*
 * The verbs of the script language, see README.md. Waiting and repeating are script.h's.
 * Owner: works on the caller's simulator. Thread: one. Lock: none.
 */
#ifndef TESTS_SIMULATOR_VERBS_H
#define TESTS_SIMULATOR_VERBS_H

#include "tests/simulator/command.h"
#include "tests/simulator/sim.h"

/* Run one line. ${reply}: "" or an answer where it is true, the reason where it is false. */
bool verbs_run(struct sim *sim, const char *line, char reply[REPLY_SIZE]);

/* What is really in the slots and in the nozzle; the caller owns it. */
json_t *verbs_show(struct printer *printer);
/* What every slot really gave to the current or last job, in grams; the caller owns it. */
json_t *verbs_truth(const struct printer *printer);

/* One verb each, in verbs_job.c, verbs_slot.c and verbs_fault.c. ${command} is split, ${printer} is
 * found and knows the time; the result is as of verbs_run. */
bool verbs_print(struct sim *sim, struct printer *printer, const struct command *command,
                 char *reply);
bool verbs_calibrate(struct sim *sim, struct printer *printer, const struct command *command,
                     char *reply);
bool verbs_slice(struct sim *sim, struct printer *printer, const struct command *command,
                 char *reply);
bool verbs_unit(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply);
bool verbs_load(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply);
bool verbs_unload(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply);
bool verbs_set(struct sim *sim, struct printer *printer, const struct command *command,
               char *reply);
bool verbs_blank(struct sim *sim, struct printer *printer, const struct command *command,
                 char *reply);
bool verbs_runout(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply);
bool verbs_swap(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply);
bool verbs_gap(struct sim *sim, struct printer *printer, const struct command *command,
               char *reply);
bool verbs_reboot(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply);
bool verbs_power_off(struct sim *sim, struct printer *printer, const struct command *command,
                     char *reply);
bool verbs_power_on(struct sim *sim, struct printer *printer, const struct command *command,
                    char *reply);
bool verbs_drop(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply);
bool verbs_twice(struct sim *sim, struct printer *printer, const struct command *command,
                 char *reply);
bool verbs_faults(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply);
bool verbs_raw(struct sim *sim, struct printer *printer, const struct command *command,
               char *reply);
bool verbs_full(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply);
bool verbs_version(struct sim *sim, struct printer *printer, const struct command *command,
                   char *reply);

#endif
