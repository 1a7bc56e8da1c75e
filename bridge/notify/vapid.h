/*
 * The key that browsers subscribe with (RFC 8292): as configured, or one that is made once and kept
 * in the state directory, since a subscription is worth nothing under another one.
 * Owner: the key is the caller's (jwt_key_close). Thread: the one that holds the state directory.
 */
#ifndef BRIDGE_NOTIFY_VAPID_H
#define BRIDGE_NOTIFY_VAPID_H

#include "base/err.h"

struct jwt_key;

/* ${pem}: as configured; NULL: ${state_dir}/vapid.key, which is made (mode 0600) where it is
 * missing. ERR_INVALID for a text that is no key. */
enum err vapid_open(const char *state_dir, const char *pem, struct jwt_key **ret_key,
                    struct why *why);

#endif
