/*
 * Why a printer's link is as it is: the reason codes that the API shows.
 * Thread: any. Lock: none.
 */
#ifndef BRIDGE_PRINTER_LINK_REASON_H
#define BRIDGE_PRINTER_LINK_REASON_H

enum link_reason {
    LINK_CONNECTING, /* first try since it was set; nothing is known yet */
    LINK_CONNECTED,
    LINK_DISABLED,
    LINK_NAME_NOT_FOUND,
    LINK_UNREACHABLE, /* refused, no route, or the connection was lost */
    LINK_TIMEOUT,
    LINK_TLS_UNTRUSTED,
    LINK_CERTIFICATE_CHANGED, /* the pin differs: the link stops until it is set anew */
    LINK_WRONG_SERIAL, /* the certificate names another one, or nothing ever came after subscribing
                        */
    LINK_WRONG_ACCESS_CODE, /* slow retries */
    LINK_CLIENT_LIMIT,      /* the printer closes the connection right after it was made */
    LINK_CONNECTED_SILENT,  /* it spoke before, and no longer does */
    LINK_COMMANDS_REFUSED,  /* connected and reporting, but it refuses commands of the network */
};

/* Slug such as "wrong_access_code". Never NULL. */
const char *link_reason_slug(enum link_reason reason);

#endif
