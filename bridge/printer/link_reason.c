#include "bridge/printer/link_reason.h"

#include <stddef.h>

#include "base/auto.h"

static const char *const slugs[] = {
    [LINK_CONNECTING] = "connecting",
    [LINK_CONNECTED] = "connected",
    [LINK_DISABLED] = "disabled",
    [LINK_NAME_NOT_FOUND] = "name_not_found",
    [LINK_UNREACHABLE] = "unreachable",
    [LINK_TIMEOUT] = "timeout",
    [LINK_TLS_UNTRUSTED] = "tls_untrusted",
    [LINK_CERTIFICATE_CHANGED] = "certificate_changed",
    [LINK_WRONG_SERIAL] = "wrong_serial",
    [LINK_WRONG_ACCESS_CODE] = "wrong_access_code",
    [LINK_CLIENT_LIMIT] = "client_limit",
    [LINK_CONNECTED_SILENT] = "connected_silent",
    [LINK_COMMANDS_REFUSED] = "commands_refused",
};

const char *link_reason_slug(enum link_reason reason)
{
    return (size_t)reason < LEN(slugs) ? slugs[reason] : "connecting";
}
