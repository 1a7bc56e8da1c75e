/*
 * Colours of filament: reading them, and how different two of them look (CIEDE2000).
 * Owner: plain values. Thread: any. Lock: none.
 */
#ifndef CORE_COLOR_H
#define CORE_COLOR_H

#include <stdbool.h>
#include <stdint.h>

enum { COLORS_MAX = 8 };

/* sRGB; a: 0 clear (then r, g and b mean nothing) .. 255 opaque. */
struct color {
    uint8_t r, g, b, a;
};

/* The colours of one roll; more than one for gradient and multi-colour. count 0: unknown. */
struct colors {
    struct color list[COLORS_MAX];
    int count;
};

struct lab {
    double l, a, b;
};

#define COLOR_TEXT_SIZE 10

/* #RGB, #RRGGBB, #RRGGBBAA, with or without #, any case. Alpha is 255 where not given. */
bool color_parse(const char *text, struct color *ret_color);
/* "#RRGGBB", upper case. */
void color_text(struct color color, char ret_text[COLOR_TEXT_SIZE]);
/* "RRGGBBAA", upper case. */
void color_text_alpha(struct color color, char ret_text[COLOR_TEXT_SIZE]);
bool color_clear(struct color color);
uint32_t color_rgba(struct color color); /* 0xRRGGBBAA */

/* CIE L*a*b* under D65; alpha plays no part. */
struct lab color_lab(struct color color);
/* CIEDE2000 with all weights 1 (Sharma, Wu, Dalal 2005). */
double color_difference(struct lab x, struct lab y);

/* Hundredths of CIEDE2000, RULE_COLOR_FAR where they cannot be compared. Clear equals clear only;
 * to an opaque white it is a candidate, because inventories have no other way to say clear. */
int color_distance(struct color x, struct color y);
/* The same for whole sets, in any order: how far the worst partner is. Sets of different size are
 * candidates at best. RULE_COLOR_FAR where either is empty. */
int color_sets_distance(const struct colors *x, const struct colors *y);

#endif
