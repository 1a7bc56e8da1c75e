/*
 * A layer under SQLite that counts what is written to disk and, at a chosen count, fails it or
 * kills the process. It becomes the default for every database opened afterwards.
 * Owner: static. Thread: any; the counter is atomic.
 */
#ifndef TESTS_FAULT_VFS_H
#define TESTS_FAULT_VFS_H

#include <stdbool.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_IO,   /* SQLITE_IOERR_WRITE, or _FSYNC for a sync */
    FAULT_FULL, /* SQLITE_FULL for a write, an error of I/O for a sync */
    FAULT_KILL, /* SIGKILL to ourselves, before the write */
};

void fault_install(void);
/* From now on writes are counted from 1; number ${first} and the ${count} - 1 after it fail. */
void fault_arm(enum fault_kind kind, long first, long count);
/* Stop failing; has any failed? */
bool fault_disarm(void);
long fault_counted(void);
/* Since fault_arm: commits that wrote something into a log, and pages in them. */
long fault_commits(void);
long fault_pages(void);

/* Tests that fail every single write do so on the release build; under the sanitizers, which are
 * slow, the variable FAULT_STEP makes them larger steps. */
long fault_step(void);

#endif
