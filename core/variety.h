/*
 * Reading the names of materials and products: which plastic, and which variant of it. "PLA+",
 * "PLA Basic" and "PLA Matte" are one plastic and three products.
 * Owner: plain values. Thread: any. Lock: none.
 */
#ifndef CORE_VARIETY_H
#define CORE_VARIETY_H

#include <stdbool.h>

/* What names of material and product say: the polymer, its filling, and the words that make it a
 * product of its own (Basic, Matte, Silk, +, HF, 95A). */
struct variety {
    int polymer;       /* 0: not recognised */
    unsigned filling;  /* carbon, glass, ... fibre; support */
    unsigned variants; /* bits of words */
};

/* Add what ${text} says; the first polymer named counts. */
void variety_add(struct variety *variety, const char *text);
/* The same product as far as names tell: never true where either polymer is unknown. */
bool variety_same(const struct variety *a, const struct variety *b);
/* Different plastics, not only different variants of one. */
bool variety_clash(const struct variety *a, const struct variety *b);

#endif
