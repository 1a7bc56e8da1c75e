/*
 * One daemon for each state directory: an advisory lock on DIR/lock, which also holds the pid for
 * people. The kernel drops it with the process, so a crash leaves nothing to clean up.
 * Owner: whoever took it releases it. Thread: main. Lock: none of ours.
 */
#ifndef SERVICE_LOCK_H
#define SERVICE_LOCK_H

#include <stdbool.h>

#include "base/err.h"

/* ERR_CONFLICT, naming the pid, where another daemon holds it. ${ret_fd} is closed on exec. */
enum err lock_take(const char *state_dir, int *ret_fd, struct why *why);
void lock_release(int fd);

/* Does a daemon run on this directory right now? ${ret_pid} is 0 where it is not known. */
bool lock_held(const char *state_dir, long *ret_pid);

#endif
