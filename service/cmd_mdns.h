/*
 * `filamentd mdns-service`: the avahi service file that announces this daemon on the LAN as
 * _filament-track._tcp, with what an app needs to recognise it: id, name, version, api, tls, fp.
 * Format: avahi.service(5).
 * Owner: nothing is kept. Thread: main.
 */
#ifndef SERVICE_CMD_MDNS_H
#define SERVICE_CMD_MDNS_H

struct command_context;

int cmd_mdns_main(struct command_context *context, char **words);

#endif
