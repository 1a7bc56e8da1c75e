/*
 * A text as a QR code: as SVG, and as half-blocks for a terminal.
 *
 * Error correction is the lowest level (L): fewer and so larger modules are what a phone reads best
 * from a label or a screen. Upper case text (`HTTPS://HOST/S/7`) takes the alphanumeric mode, which
 * needs about a third less. The quiet zone of four modules that ISO/IEC 18004 asks for is part of
 * what is drawn.
 * Owner: the caller's buffers; struct qr is released by qr_clear. Thread: any. Lock: none.
 */
#ifndef API_QR_H
#define API_QR_H

#include <stdbool.h>

#include "base/err.h"

struct buf;

enum { QR_QUIET = 4 }; /* modules of the quiet zone, on each side */

struct qr {
    int width;            /* modules a side, without the quiet zone */
    unsigned char *cells; /* width * width, by rows; 1: dark */
};

/* ERR_INVALID for an empty text, ERR_TOO_BIG for one that no code holds. */
enum err qr_make(const char *text, struct qr *ret_qr, struct why *why);
void qr_clear(struct qr *qr); /* a zeroed one is fine */

#define auto_qr __attribute__((cleanup(qr_clear))) struct qr

bool qr_dark(const struct qr *qr, int x, int y); /* false outside */

/* The dark modules as data of one SVG path, a module a unit, without the quiet zone. */
void qr_path(struct buf *out, const struct qr *qr);

/* The whole SVG document of ${text}, quiet zone included. Its size is the viewer's choice. */
enum err qr_svg(struct buf *out, const char *text, struct why *why);

/* ${text} as lines of half-blocks, quiet zone included. ${colors}: black and white are set by
 * escape sequences, for a terminal; else it is made for light text on dark ground. */
enum err qr_blocks(struct buf *out, const char *text, bool colors, struct why *why);

#endif
