/*
 * The package for Home Assistants that tell filamentd by webhooks what the ha-bambulab integration
 * sees. Over HTTPS it does not verify our certificate, which is our own and no CA's, and says so.
 * Source of the entities: that integration's device names, translations and attributes.
 * Thread: main.
 */
#ifndef SERVICE_CMD_HA_PACKAGE_HOOK_H
#define SERVICE_CMD_HA_PACKAGE_HOOK_H

struct buf;
struct cmd_ha_package_printer;

/* ${url}: this daemon as Home Assistant reaches it, without a slash at the end. ${notify}: the
 * phone that alerts are handed on to, with the buttons that answer; NULL: none. */
void cmd_ha_package_hook_begin(struct buf *out, const char *url, const char *notify);
void cmd_ha_package_hook_print(struct buf *out, const struct cmd_ha_package_printer *printer);

#endif
