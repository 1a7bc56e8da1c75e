/*
 * Labels for rolls as SVG: a QR code, the number in large, brand, product, material, weight and
 * colour. One label at its size, or a page of a sheet of labels.
 *
 * Lengths are millimetres, and so is the unit of the drawing. Texts are cut where their measured
 * width ends, between characters, and never leave their label.
 * Owner: rows and buffers are the caller's; sizes and sheets are constant. Thread: any. Lock: none.
 */
#ifndef API_LABEL_H
#define API_LABEL_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

struct buf;

extern const char *const label_sizes[];  /* names, NULL-terminated: "40x30", ... */
extern const char *const label_sheets[]; /* "avery5160", ... */

/* One label of ${spool} (a row of the view spools) with ${code} in its QR code. */
enum err label_one(struct buf *out, const json_t *spool, const char *code, const char *size,
                   struct why *why);

/* How a list of labels is spread over pages. */
struct label_run {
    const char *sheet; /* NULL: one label a page, of size */
    const char *size;
    size_t count;    /* labels */
    size_t start_at; /* first place to use of the first page, from 1 */
};
size_t label_places(const char *sheet); /* labels of one page; 0: no such sheet */
size_t label_pages(const struct label_run *run);
/* Labels [*ret_from, *ret_to) are on ${page}, counted from 1. */
void label_page_range(const struct label_run *run, size_t page, size_t *ret_from, size_t *ret_to);

/* The page: open it, add its labels in order, close it. */
void label_page_open(struct buf *out, const struct label_run *run);
enum err label_page_add(struct buf *out, const struct label_run *run, size_t index,
                        const json_t *spool, const char *code, struct why *why);
void label_page_close(struct buf *out);

#endif
