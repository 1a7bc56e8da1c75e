/*
 * What a person does at the printer: put rolls in and take them out, describe them on the screen.
 * And what the AMS then does to know them. Owner: works on the caller's printer. Thread: one.
 */
#ifndef TESTS_SIMULATOR_HAND_H
#define TESTS_SIMULATOR_HAND_H

#include "tests/simulator/model.h"

/* ${at_once}: known without the seconds that recognising takes. */
void hand_load(struct printer *printer, int place, const struct roll *roll, bool at_once);
void hand_unload(struct printer *printer, int place);
/* New settings for the roll that is in ${place}, as typed on the screen. */
void hand_describe(struct printer *printer, int place, const struct roll *roll);
/* "Reset": a roll is there, nothing is known of it. */
void hand_blank(struct printer *printer, int place);

/* Process time at which the AMS knows more of some slot; INT64_MAX: never. */
int64_t hand_due(const struct printer *printer);
void hand_tick(struct printer *printer);

#endif
