/*
 * `filamentd ha-package`: the package YAML for Home Assistant, written for the printers of this
 * installation. It tells prints and slots by webhooks; over HTTPS it does not verify our
 * certificate, which is our own and no CA's, and says so.
 * Thread: main.
 */
#ifndef SERVICE_CMD_HA_PACKAGE_H
#define SERVICE_CMD_HA_PACKAGE_H

struct command_context;

int cmd_ha_package_main(struct command_context *context, char **words);

#endif
