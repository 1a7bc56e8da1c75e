/*
 * Which roll to take for a print: use up a rest that suffices, else the oldest, dry before damp,
 * cheap before dear; what does not suffice comes last, as pairs where one roll can follow another.
 * Owner: plain values; the caller's arrays. Thread: any. Lock: none. Pure.
 */
#ifndef CORE_SUGGEST_H
#define CORE_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SUGGEST_REASONS = 8,
    SUGGEST_REASON_SIZE = 160,
    SUGGEST_DATE_SIZE = 11, /* YYYY-MM-DD */
};

/* A roll of the right kind that has something left. */
struct suggest_roll {
    int64_t id;      /* row of the spool */
    int64_t product; /* rolls of one product can follow each other */
    int64_t left_mg, whole_mg;
    int64_t cents_per_kg; /* -1 unknown */
    int distance;         /* of its colour to the wanted one, hundredths of CIEDE2000; -1: any */
    char since[SUGGEST_DATE_SIZE];  /* opened, else bought; "" unknown */
    char dry_by[SUGGEST_DATE_SIZE]; /* "" unknown */
    bool opened, draft;
    bool loaded, loaded_here; /* in a slot; in one of the printer that is asked for */
    int humidity;             /* percent in its AMS; -1 unknown */
};

struct suggest_wish {
    int64_t needed_mg;
    char today[SUGGEST_DATE_SIZE];
};

/* How a suggestion fits, from best to worst. */
enum suggest_fit {
    SUGGEST_REST,  /* a roll that was begun, and suffices */
    SUGGEST_WHOLE, /* a full one */
    SUGGEST_PAIR,  /* two of a product: AMS backup goes on with the second */
    SUGGEST_SHORT,
};

struct suggestion {
    enum suggest_fit fit;
    size_t roll, second; /* indexes; second of SUGGEST_PAIR only, else the same */
    bool damp;           /* one of them is past its dry-by date */
    int64_t left_mg, short_mg;
    int score; /* thousandths; never rises with the rank */
    int reason_count;
    char reasons[SUGGEST_REASONS][SUGGEST_REASON_SIZE];
};

/* "rest", "whole", "pair", "short". */
const char *suggest_fit_slug(enum suggest_fit fit);

/* Rank ${rolls}; at most ${most} suggestions into ${ret}, best first. Returns their number. */
size_t suggest_rank(const struct suggest_wish *wish, const struct suggest_roll *rolls, size_t count,
                    struct suggestion *ret, size_t most);

/* Its reasons in words; suggest_rank has done it. */
void suggest_reasons(const struct suggest_wish *wish, const struct suggest_roll *rolls,
                     struct suggestion *suggestion);

#endif
