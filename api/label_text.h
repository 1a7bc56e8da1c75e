/*
 * A text on a label: as wide as it may be, and safe inside XML.
 * Owner: nothing is kept. Thread: any. Lock: none.
 */
#ifndef API_LABEL_TEXT_H
#define API_LABEL_TEXT_H

#include <stdbool.h>

struct buf;

/* Width of ${text} in parts of its size (em), with room for the fonts that take the place of
 * Helvetica where that is missing. */
double label_text_width(const char *text, bool bold);

/* Add ${text} escaped for XML. Where it is wider than ${most} em it ends in an ellipsis, between
 * two characters. Bytes that XML cannot hold become U+FFFD. */
void label_text_add(struct buf *out, const char *text, double most, bool bold);

#endif
