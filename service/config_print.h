/*
 * The configuration as an INI text in which every line says where its value came from; secrets
 * show only that they are set. It can be read back as a file but for those.
 * Thread: one at a time. Lock: none.
 */
#ifndef SERVICE_CONFIG_PRINT_H
#define SERVICE_CONFIG_PRINT_H

struct buf;
struct config;

void config_print_values(const struct config *config, struct buf *out);

#endif
