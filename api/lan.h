/*
 * How other machines of the network reach this one: its addresses, and its name in mDNS.
 * Owner: the caller's buffers. Thread: any. Lock: none.
 */
#ifndef API_LAN_H
#define API_LAN_H

#include <stdbool.h>
#include <stddef.h>

enum { LAN_TEXT_SIZE = 64 };

/* The addresses of ${family} (AF_INET, AF_INET6), as text without brackets. Left out are loopback,
 * addresses that are good on one link alone, and bridges between containers. Returns how many. */
size_t lan_addresses(int family, char ret_list[][LAN_TEXT_SIZE], size_t most);

/* "workshop.local"; false: the host has no name that mDNS could carry. */
bool lan_local_name(char ret_name[LAN_TEXT_SIZE + 16]);

#endif
