/*
 * Inside of struct config, for the config_*.c files alone.
 * Thread: one at a time. Lock: none.
 */
#ifndef SERVICE_CONFIG_VALUES_H
#define SERVICE_CONFIG_VALUES_H

#include "service/config.h"

struct config {
    struct config_value *values; /* in order of arrival, one entry for each value of a list */
    size_t value_count;
    char **problems;
    size_t problem_count;
};

/* Keep a copy of ${value} by the rules of config_set; its key is known. */
void config_values_put(struct config *config, const struct config_value *value);

#endif
