#include "api/upload.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "api/request.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/limits.h"
#include "base/text.h"

enum { PIECE = 16 * 1024, STALL_MS = 20 * 1000 };

static atomic_flag busy = ATOMIC_FLAG_INIT;

static enum err too_big(int64_t limit, struct why *why)
{
    return why_fail(why, ERR_TOO_BIG, "too_big", "", "this file may have at most %lld bytes",
                    (long long)limit);
}

static enum err no_disk(struct why *why)
{
    return why_fail(why, ERR_IO, "no_disk", "", "the file cannot be kept in the state directory");
}

/* Every piece that comes gives time for the next one: what counts is that it goes on. A negative
 * ${fd}: nowhere. */
static enum err copy(const struct call *call, int fd, EVP_MD_CTX *digest, int64_t limit,
                     int64_t *ret_len, struct why *why)
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
        if (*ret_len > limit)
            return too_big(limit, why);
        if (!EVP_DigestUpdate(digest, piece, (size_t)got))
            return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
        if (fd >= 0 && write(fd, piece, (size_t)got) != got)
            return no_disk(why);
    }
    return OK;
}

static enum err copy_digest(const struct call *call, int fd, int64_t limit, int64_t *ret_len,
                            char ret_hex[SHA256_HEX_SIZE], struct why *why)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool able = digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
    enum err e = able ? copy(call, fd, digest, limit, ret_len, why)
                      : why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    if (e == OK && !EVP_DigestFinal_ex(digest, hash, NULL))
        e = why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    if (e == OK)
        text_hex(ret_hex, hash, SHA256_SIZE);
    EVP_MD_CTX_free(digest);
    return e;
}

enum err upload_digest(const struct call *call, char ret_hex[SHA256_HEX_SIZE], struct why *why)
{
    int64_t len = 0;
    ret_hex[0] = '\0';
    return copy_digest(call, -1, LIMIT_UPLOAD_BYTES, &len, ret_hex, why);
}

enum err upload_take(struct request *request, struct reply *reply, struct upload *ret_upload,
                     struct why *why)
{
    const struct call *call = request->call;
    int64_t len = 0, limit = ret_upload->limit;
    char content[SHA256_HEX_SIZE] = "";
    ret_upload->path[0] = '\0';
    if (atomic_flag_test_and_set(&busy))
        return why_fail(why, ERR_BUSY, "upload_busy", "", "another file is being looked at");
    snprintf(ret_upload->path, sizeof ret_upload->path, "%s/upload.tmp",
             request->api->context.state_dir);
    if (call->body_len > limit)
        return too_big(limit, why);
    auto_fd fd = open(ret_upload->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return no_disk(why);
    enum err e = copy_digest(call, fd, limit, &len, content, why);
    reply->close = e != OK;
    if (e == OK && request->repeat.key)
        e = repeat_body(request, content, why);
    return e == OK && !len ? why_fail(why, ERR_INVALID, "body_required", "",
                                      "the file must be the body of the request")
                           : e;
}

void upload_drop(struct upload *upload)
{
    if (!*upload->path)
        return;
    unlink(upload->path);
    atomic_flag_clear(&busy);
}
