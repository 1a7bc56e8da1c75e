/*
 * `filamentd ha-package`: the package YAML for Home Assistant, written for the printers of this
 * installation. Without direct MQTT it tells prints and slots by webhooks; with it (--mqtt) it
 * notifies of what our entities show, and takes the answers.
 * Thread: main.
 */
#ifndef SERVICE_CMD_HA_PACKAGE_H
#define SERVICE_CMD_HA_PACKAGE_H

#include <jansson.h>

struct command_context;

int cmd_ha_package_main(struct command_context *context, char **words);

enum { CMD_HA_PACKAGE_SLUG_SIZE = 128 };

/* One printer to write for; all texts are borrowed. */
struct cmd_ha_package_printer {
    const char *name;    /* as its webhooks call it: the serial where there is one */
    const char *id;      /* printer_id */
    const char *prefix;  /* of its entities of the ha-bambulab integration */
    const json_t *slots; /* rows of ams_slots; none: nothing was reported yet */
};

/* As in ids of entities: small letters, digits and underscores. */
void cmd_ha_package_slug(const char *text, char ret[CMD_HA_PACKAGE_SLUG_SIZE]);

#endif
