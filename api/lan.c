#include "api/lan.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"

/* Up, and not a bridge between containers of this machine, which no phone reaches. */
static bool is_outside(const struct ifaddrs *at)
{
    static const char *const inner[] = {"docker", "br-", "veth", "virbr", "cni", "podman"};
    for (size_t i = 0; i < LEN(inner); i++)
        if (text_starts(at->ifa_name, inner[i]))
            return false;
    return at->ifa_addr && (at->ifa_flags & IFF_UP) && !(at->ifa_flags & IFF_LOOPBACK);
}

/* False: it is of another family, or good on one link alone. */
static bool address_text(const struct sockaddr *address, int family, char ret_text[LAN_TEXT_SIZE])
{
    const void *any = address;
    if (address->sa_family != family)
        return false;
    if (family == AF_INET) {
        const struct sockaddr_in *four = any;
        bool link_local = (ntohl(four->sin_addr.s_addr) >> 16) == 0xA9FE; /* 169.254/16 */
        return !link_local && inet_ntop(AF_INET, &four->sin_addr, ret_text, LAN_TEXT_SIZE);
    }
    const struct sockaddr_in6 *six = any;
    return family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr) &&
           inet_ntop(AF_INET6, &six->sin6_addr, ret_text, LAN_TEXT_SIZE);
}

size_t lan_addresses(int family, char ret_list[][LAN_TEXT_SIZE], size_t most)
{
    struct ifaddrs *list = NULL;
    size_t count = 0;
    if (getifaddrs(&list) != 0)
        return 0;
    for (const struct ifaddrs *at = list; at && count < most; at = at->ifa_next)
        if (is_outside(at) && address_text(at->ifa_addr, family, ret_list[count]))
            count++;
    freeifaddrs(list);
    return count;
}

bool lan_local_name(char ret_name[LAN_TEXT_SIZE + 16])
{
    char host[LAN_TEXT_SIZE] = "";
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (gethostname(host, sizeof host - 1) != 0)
        return false;
    host[strcspn(host, ".")] = '\0';
    text_lower(host);
    if (!*host || strspn(host, allowed) != strlen(host) || strcmp(host, "localhost") == 0)
        return false;
    snprintf(ret_name, LAN_TEXT_SIZE + 16, "%s.local", host);
    return true;
}
