/*
 * What the text of a configuration value may be, by the kind of its key.
 * Thread: any; the configuration's own. Lock: none.
 */
#ifndef SERVICE_CONFIG_RULES_H
#define SERVICE_CONFIG_RULES_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct config_key;
struct config_value;

/* NULL: ${text} is allowed for ${key}; else what is wrong with it. */
const char *config_rules_fault(const struct config_key *key, const char *text);

/* Check a value just read, every item of a list; a fault becomes a problem. */
bool config_rules_accept(struct config *config, const struct config_value *value);

bool config_rules_bool(const char *text, bool *ret_on);
bool config_rules_grams(const char *text, int64_t *ret_mg);

/* A CONFIG_PIN text as 64 small hex digits. */
bool config_rules_pin(const char *text, char ret_pin[65]);

/* Host and port of a CONFIG_LISTEN text; the host is "*" for every address. */
bool config_rules_listen(const char *text, char *ret_host, unsigned host_size, int *ret_port);
bool config_rules_loopback(const char *host);

/* Parts of a CONFIG_SLOT text; ${ret_part} is "", "color" or "material". */
struct config_slot {
    char printer[65];
    int unit, slot;
    char part[9];
};
bool config_rules_slot(const char *text, struct config_slot *ret_slot);

#endif
