#include "bridge/printer/files_round.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/printer/archive.h"

struct pass {
    struct files_round *round;
    struct files_transfer *transfer;
    char local[4096];
    int fd;
};

static void note(struct files_round *round, const char *reason, const char *detail)
{
    text_copy(round->progress.reason, sizeof round->progress.reason, reason);
    text_copy(round->progress.detail, sizeof round->progress.detail, detail);
}

static bool on_progress(void *ctx, int64_t bytes, int64_t size)
{
    struct pass *pass = ctx;
    if (size >= 0) { /* else: only looking */
        pass->round->progress.bytes = bytes;
        pass->round->progress.size = size;
    }
    return pass->round->tell(pass->round->ctx, &pass->round->progress);
}

/* ---- is it the right file? ---- */

static bool md5_fits(int fd, const char *expected)
{
    uint8_t bytes[16 * 1024], sum[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned len = 0;
    ssize_t got = 0;
    off_t at = 0;
    EVP_MD_CTX *md5 = EVP_MD_CTX_new();
    bool ok = md5 && EVP_DigestInit_ex(md5, EVP_md5(), NULL) == 1;
    while (ok && (got = pread(fd, bytes, sizeof bytes, at)) > 0) {
        ok = EVP_DigestUpdate(md5, bytes, (size_t)got) == 1;
        at += got;
    }
    ok = ok && EVP_DigestFinal_ex(md5, sum, &len) == 1;
    EVP_MD_CTX_free(md5);
    text_hex(hex, sum, ok ? len : 0);
    return text_equal_nocase(hex, expected);
}

static bool opens(const char *local)
{
    struct archive *archive = NULL;
    bool ok = archive_open(local, &archive, NULL) == OK;
    archive_close(archive);
    return ok;
}

static enum files_round_end judge(struct pass *pass, const char *path)
{
    struct files_round *round = pass->round;
    const char *md5 = round->request->md5;
    bool plain = text_ends_nocase(path, ".gcode"); /* whole by its size alone */
    if (!plain && !opens(pass->local)) {
        note(round, "short", "the file is no complete archive");
        return ROUND_MISSING;
    }
    /* Where there is no md5 service, what the file says must do. */
    bool right = (!*md5 || md5_fits(pass->fd, md5)) && round->accept(round->ctx, pass->local, path);
    if (right)
        note(round, "", "");
    else
        note(round, "another_file", "a file of that name belongs to another print");
    return right ? ROUND_FOUND : ROUND_MISSING;
}

/* ---- trying the paths ---- */

static enum files_round_end failed(struct pass *pass, enum files_outcome outcome)
{
    struct files_round *round = pass->round;
    const char *detail = files_transfer_detail(pass->transfer);
    if (outcome == FILES_UNTRUSTED)
        note(round, link_reason_slug(files_transfer_reason(pass->transfer)), detail);
    else if (outcome == FILES_LOGIN)
        note(round, "wrong_access_code", "the printer refuses the access code");
    else if (outcome == FILES_LOCAL)
        note(round, "local", "the file cannot be kept here: disk or memory");
    else if (outcome == FILES_TOO_BIG)
        note(round, "too_big", "the file is larger than we take");
    else
        note(round, "unreachable", detail);
    return outcome == FILES_UNREACHABLE ? ROUND_FAILED : ROUND_HOPELESS;
}

static enum files_round_end try_path(struct pass *pass, const char *path)
{
    struct files_round *round = pass->round;
    int64_t size = 0;
    text_copy(round->progress.path, sizeof round->progress.path, path);
    round->progress.bytes = 0;
    round->progress.size = -1;
    enum files_outcome outcome = files_transfer_size(pass->transfer, path, &size);
    if (outcome == FILES_OK)
        outcome = files_transfer_fetch(pass->transfer, path, size, pass->fd);
    if (outcome == FILES_OK)
        return judge(pass, path);
    if (outcome == FILES_SHORT)
        note(round, "short", "the file did not come whole, or still grows");
    else if (outcome != FILES_MISSING)
        return failed(pass, outcome);
    return ROUND_MISSING;
}

static enum files_round_end try_all(struct pass *pass)
{
    struct files_paths *paths = malloc(sizeof *paths);
    enum files_round_end end = ROUND_MISSING;
    if (!paths)
        return ROUND_HOPELESS;
    files_paths_list(&pass->round->request->names, pass->round->everywhere, paths);
    note(pass->round, "missing", "the file is not on the storage of the printer");
    for (size_t i = 0; i < paths->count && end == ROUND_MISSING; i++)
        end = try_path(pass, paths->list[i]);
    free(paths);
    return end;
}

static enum files_round_end with_transfer(struct pass *pass)
{
    const struct files_request *request = pass->round->request;
    const struct files_options *o = pass->round->options;
    struct files_transfer_options options = {
        .identity = o->identity,
        .serial = request->serial,
        .host = request->host,
        .access_code = request->access_code,
        .pin_sha256 = request->pin_sha256,
        .port = request->port,
        .connect_ms = o->connect_ms,
        .response_s = o->response_s,
        .stall_s = o->stall_s,
        .linger_ms = o->linger_ms,
        .most_bytes = o->most_bytes,
        .plain_data = request->plain_data,
        .progress = on_progress,
        .ctx = pass,
    };
    struct why why;
    if (files_transfer_open(&options, &pass->transfer, &why) != OK) {
        note(pass->round, "local", why.text);
        return ROUND_HOPELESS;
    }
    enum files_round_end end = try_all(pass);
    files_transfer_close(pass->transfer);
    return end;
}

enum files_round_end files_round_run(struct files_round *round)
{
    struct pass pass = {.round = round, .fd = -1};
    int len = snprintf(pass.local, sizeof pass.local, "%s/fetch-XXXXXX.3mf", round->options->dir);
    if (len > 0 && (size_t)len < sizeof pass.local)
        pass.fd = mkstemps(pass.local, 4);
    if (pass.fd < 0) {
        note(round, "local", "no file can be made in the state directory");
        return ROUND_HOPELESS;
    }
    enum files_round_end end = with_transfer(&pass);
    close(pass.fd);
    unlink(pass.local);
    return end;
}
