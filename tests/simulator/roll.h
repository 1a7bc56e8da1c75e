/*
 * Rolls as scripts describe them. Owner: plain values. Thread: one. Lock: none.
 */
#ifndef TESTS_SIMULATOR_ROLL_H
#define TESTS_SIMULATOR_ROLL_H

#include "tests/simulator/command.h"
#include "tests/simulator/sim.h"

/* A roll from roll=NAME and the other keys of ${command}; false with the reason in ${reply}. */
bool roll_parse(struct sim *sim, const struct command *command, struct roll *ret_roll,
                char reply[REPLY_SIZE]);
/* Keep it under ${name}, so that the same roll can be loaded again. */
bool roll_keep(struct sim *sim, const char *name, const struct roll *roll);
/* Write what is left on a roll back to its name, when it leaves a slot. */
void roll_returned(struct sim *sim, const struct roll *roll);

#endif
