/*
 * The package for Home Assistants that filamentd talks to by MQTT: alerts become notifications, and
 * the question about a slot one with buttons, which press those of the slot.
 * Thread: main.
 */
#ifndef SERVICE_CMD_HA_PACKAGE_MQTT_H
#define SERVICE_CMD_HA_PACKAGE_MQTT_H

struct buf;
struct cmd_ha_package_printer;

void cmd_ha_package_mqtt_begin(struct buf *out);
/* ${notify}: name of the notify action of a phone, such as mobile_app_phone; NULL: notifications
 * stay in Home Assistant, without buttons. */
void cmd_ha_package_mqtt_print(struct buf *out, const struct cmd_ha_package_printer *printer,
                               const char *notify);

#endif
