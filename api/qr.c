#include "api/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* The lowest bit of libqrencode's modules is their colour. */
enum { DARK = 1 };

static enum err copy(const QRcode *code, struct qr *ret_qr, struct why *why)
{
    size_t count = (size_t)code->width * (size_t)code->width;
    ret_qr->cells = malloc(count);
    if (!ret_qr->cells)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a QR code");
    for (size_t i = 0; i < count; i++)
        ret_qr->cells[i] = code->data[i] & DARK;
    ret_qr->width = code->width;
    return OK;
}

enum err qr_make(const char *text, struct qr *ret_qr, struct why *why)
{
    memset(ret_qr, 0, sizeof *ret_qr);
    if (!text[0])
        return why_fail(why, ERR_INVALID, "empty_code", NULL, "a QR code needs a text");
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    if (!code && errno == ENOMEM)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a QR code");
    if (!code)
        return why_fail(why, ERR_TOO_BIG, "code_too_long", NULL,
                        "a text of %zu bytes is too long for a QR code", strlen(text));
    enum err e = copy(code, ret_qr, why);
    QRcode_free(code);
    return e;
}

void qr_clear(struct qr *qr)
{
    free(qr->cells);
    memset(qr, 0, sizeof *qr);
}

bool qr_dark(const struct qr *qr, int x, int y)
{
    return x >= 0 && y >= 0 && x < qr->width && y < qr->width && qr->cells[y * qr->width + x];
}

/* Runs of dark modules as rectangles: a tenth of one element for each module. */
void qr_path(struct buf *out, const struct qr *qr)
{
    for (int y = 0; y < qr->width; y++) {
        for (int x = 0; x < qr->width; x++) {
            int end = x;
            while (qr_dark(qr, end, y))
                end++;
            if (end > x)
                buf_format(out, "M%d %dh%dv1H%dz", x, y, end - x, x);
            x = end;
        }
    }
}

static enum err written(const struct buf *out, struct why *why)
{
    return out->failed ? why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a QR code") : OK;
}

enum err qr_svg(struct buf *out, const char *text, struct why *why)
{
    auto_qr qr = {0};
    enum err e = qr_make(text, &qr, why);
    if (e)
        return e;
    int side = qr.width + 2 * QR_QUIET;
    buf_format(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%d %d %d %d\" "
               "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M%d %dh%dv%dh-%dz\"/>"
               "<path d=\"",
               -QR_QUIET, -QR_QUIET, side, side, -QR_QUIET, -QR_QUIET, side, side, side);
    qr_path(out, &qr);
    buf_text(out, "\"/></svg>\n");
    return written(out, why);
}

/* One line shows two rows. A block is light, a blank dark. */
static const char *half_block(bool upper_dark, bool lower_dark)
{
    if (upper_dark)
        return lower_dark ? " " : "\u2584";
    return lower_dark ? "\u2580" : "\u2588";
}

enum err qr_blocks(struct buf *out, const char *text, bool colors, struct why *why)
{
    auto_qr qr = {0};
    enum err e = qr_make(text, &qr, why);
    if (e)
        return e;
    for (int y = -QR_QUIET; y < qr.width + QR_QUIET; y += 2) {
        buf_text(out, colors ? "\033[97;40m" : "");
        for (int x = -QR_QUIET; x < qr.width + QR_QUIET; x++)
            buf_text(out, half_block(qr_dark(&qr, x, y), qr_dark(&qr, x, y + 1)));
        buf_text(out, colors ? "\033[0m\n" : "\n");
    }
    return written(out, why);
}
