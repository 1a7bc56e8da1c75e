#include <string.h>
#include <sys/resource.h>

#include "base/text.h"
#include "bridge/printer/link.h"

enum err link_setup_target(struct link_target *target, struct why *why)
{
    uint8_t pin[IDENTITY_SHA256_SIZE];
    size_t len = 0;
    text_trim(target->serial);
    text_upper(target->serial);
    if (!target->port)
        target->port = LINKS_PORT;
    if (!*target->serial || strpbrk(target->serial, "+#/ "))
        return why_fail(why, ERR_INVALID, "invalid_serial", "serial", "no serial number");
    if (target->enabled && !*target->host)
        return why_fail(why, ERR_INVALID, "missing_host", "host", "no name or address");
    if (target->port < 0 || target->port > UINT16_MAX)
        return why_fail(why, ERR_INVALID, "invalid_port", "port", "no port number");
    if (*target->pin_sha256 &&
        (!text_unhex(pin, sizeof pin, target->pin_sha256, &len) || len != sizeof pin))
        return why_fail(why, ERR_INVALID, "invalid_pin", "pin_sha256", "64 hex digits");
    return OK;
}

void link_setup_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int or_else(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

struct links_options link_setup_options(const struct links_options *o)
{
    return (struct links_options){
        .certs_dir = NULL, /* read once, and not ours */
        .connect_ms = or_else(o->connect_ms, 10 * 1000),
        .backoff_min_ms = or_else(o->backoff_min_ms, 1000),
        .backoff_max_ms = or_else(o->backoff_max_ms, 30 * 1000),
        .slow_min_ms = or_else(o->slow_min_ms, 2 * 60 * 1000),
        .slow_max_ms = or_else(o->slow_max_ms, 10 * 60 * 1000),
        .silent_ms = or_else(o->silent_ms, 60 * 1000),
        .silent_grace_ms = or_else(o->silent_grace_ms, 30 * 1000),
        .pushall_gap_ms = or_else(o->pushall_gap_ms, 3000),
        .resync_gap_ms = or_else(o->resync_gap_ms, 60 * 1000),
        .refresh_gap_ms = or_else(o->refresh_gap_ms, 5 * 60 * 1000),
        .early_close_ms = or_else(o->early_close_ms, 5000),
        .close_ms = or_else(o->close_ms, 1000),
        .keepalive_s = or_else(o->keepalive_s, 15),
    };
}
