#include "fault_vfs.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Our handle; the real one lies behind it in the same block. */
struct fault_file {
    sqlite3_file base;
    sqlite3_file *real;
    bool log; /* the write-ahead log, not the database */
};

/* Its format (sqlite.org/fileformat.html, 4.1): before each page a header, which in the last frame
 * of a commit tells the size of the database. */
enum { FRAME_HEADER = 24, FRAME_SIZE_AT = 4, FRAME_SIZE_LEN = 4 };

static sqlite3_vfs *real_vfs, shim;
static atomic_long counted, tripped, commits, pages;
static _Atomic enum fault_kind armed;
static long fail_first, fail_count;

static sqlite3_file *real_of(sqlite3_file *file)
{
    struct fault_file *mine = (struct fault_file *)file;
    return mine->real;
}

/* Must this write fail? */
static bool trips(void)
{
    enum fault_kind kind = armed;
    long number = atomic_fetch_add(&counted, 1) + 1;
    if (kind == FAULT_NONE || number < fail_first || number >= fail_first + fail_count)
        return false;
    if (kind == FAULT_KILL)
        kill(getpid(), SIGKILL);
    atomic_fetch_add(&tripped, 1);
    return true;
}

static int fault_close(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
}

static int fault_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), to, len, at);
}

static void count_frame(const void *header)
{
    static const char none[FRAME_SIZE_LEN];
    atomic_fetch_add(&pages, 1);
    if (memcmp((const char *)header + FRAME_SIZE_AT, none, sizeof none) != 0)
        atomic_fetch_add(&commits, 1);
}

static int fault_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
    const struct fault_file *mine = (const struct fault_file *)file;
    if (trips())
        return armed == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    if (mine->log && len == FRAME_HEADER)
        count_frame(from);
    return real_of(file)->pMethods->xWrite(real_of(file), from, len, at);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (trips())
        return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int fault_sync(sqlite3_file *file, int flags)
{
    if (trips())
        return SQLITE_IOERR_FSYNC;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int fault_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int fault_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int fault_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int fault_reserved(sqlite3_file *file, int *ret_held)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_held);
}

static int fault_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int fault_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int fault_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int fault_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void fault_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int fault_shm_unmap(sqlite3_file *file, int unlink_it)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), unlink_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_reserved,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector,
    .xDeviceCharacteristics = fault_traits,
    .xShmMap = fault_shm_map,
    .xShmLock = fault_shm_lock,
    .xShmBarrier = fault_shm_barrier,
    .xShmUnmap = fault_shm_unmap,
};

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *ret_flags)
{
    (void)vfs;
    struct fault_file *mine = (struct fault_file *)file;
    mine->real = (sqlite3_file *)(void *)(mine + 1);
    mine->log = flags & SQLITE_OPEN_WAL;
    memset(mine->real, 0, (size_t)real_vfs->szOsFile);
    int rc = real_vfs->xOpen(real_vfs, name, mine->real, flags, ret_flags);
    mine->base.pMethods = mine->real->pMethods ? &methods : NULL;
    return rc;
}

void fault_install(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    shim = *real_vfs;
    shim.zName = "fault";
    shim.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
    shim.xOpen = fault_open;
    sqlite3_vfs_register(&shim, 1);
}

void fault_arm(enum fault_kind kind, long first, long count)
{
    fail_first = first;
    fail_count = count;
    atomic_store(&counted, 0);
    atomic_store(&tripped, 0);
    atomic_store(&commits, 0);
    atomic_store(&pages, 0);
    armed = kind;
}

bool fault_disarm(void)
{
    armed = FAULT_NONE;
    return atomic_load(&tripped) > 0;
}

long fault_counted(void)
{
    return atomic_load(&counted);
}

long fault_commits(void)
{
    return atomic_load(&commits);
}

long fault_pages(void)
{
    return atomic_load(&pages);
}

long fault_step(void)
{
    const char *text = getenv("FAULT_STEP");
    long step = text ? strtol(text, NULL, 10) : 1;
    return step > 0 ? step : 1;
}
