#include "api/upload.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "api/request.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/limits.h"

enum { PIECE = 16 * 1024, STALL_MS = 20 * 1000 };

static atomic_flag busy = ATOMIC_FLAG_INIT;

static enum err too_big(struct why *why)
{
    return why_fail(why, ERR_TOO_BIG, "too_big", "", "a sliced file has at most %d bytes",
                    LIMIT_UPLOAD_BYTES);
}

static enum err no_disk(struct why *why)
{
    return why_fail(why, ERR_IO, "no_disk", "", "the file cannot be kept in the state directory");
}

/* Every piece that comes gives time for the next one: what counts is that it goes on. */
static enum err copy(const struct call *call, int fd, int64_t *ret_len, struct why *why)
{
    char piece[PIECE];
    int64_t left = call->body_len;
    while (left != 0) {
        size_t want = left > 0 && left < PIECE ? (size_t)left : PIECE;
        if (call->allow)
            call->allow(call->ctx, STALL_MS);
        int got = call->read(call->ctx, piece, want);
        if (got < 0 || (got == 0 && left > 0))
            return why_fail(why, ERR_INVALID, "incomplete", "", "the body stopped coming");
        if (got == 0)
            break;
        *ret_len += got;
        left -= left > 0 ? got : 0;
        if (*ret_len > LIMIT_UPLOAD_BYTES)
            return too_big(why);
        if (write(fd, piece, (size_t)got) != got)
            return no_disk(why);
    }
    return OK;
}

enum err upload_take(struct request *request, struct reply *reply, struct upload *ret_upload,
                     struct why *why)
{
    const struct call *call = request->call;
    int64_t len = 0;
    ret_upload->path[0] = '\0';
    if (atomic_flag_test_and_set(&busy))
        return why_fail(why, ERR_BUSY, "upload_busy", "", "another file is being looked at");
    snprintf(ret_upload->path, sizeof ret_upload->path, "%s/upload.tmp",
             request->api->context.state_dir);
    if (call->body_len > LIMIT_UPLOAD_BYTES)
        return too_big(why);
    auto_fd fd = open(ret_upload->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return no_disk(why);
    enum err e = copy(call, fd, &len, why);
    reply->close = e != OK;
    return e == OK && !len ? why_fail(why, ERR_INVALID, "body_required", "",
                                      "the body must be a .gcode.3mf or .gcode file")
                           : e;
}

void upload_drop(struct upload *upload)
{
    if (!*upload->path)
        return;
    unlink(upload->path);
    atomic_flag_clear(&busy);
}
