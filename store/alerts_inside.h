/*
 * The inside of store/alerts.h: alerts that follow from what the store holds. Nobody else includes
 * it. Thread and transaction as there.
 */
#ifndef STORE_ALERTS_INSIDE_H
#define STORE_ALERTS_INSIDE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "core/alert.h"

struct buf;

/* What a group of writes changed, as far as alerts follow from it. */
enum alerts_kinds {
    ALERTS_ROLLS = 1, /* rolls or products, where it may matter: see migration 0010 */
    ALERTS_THRESHOLDS = 2,
    ALERTS_PRINTS = 4,
    ALERTS_SLOTS = 8,
    ALERTS_PRINTERS = 16,
    ALERTS_ALL = 31,
};

/*
 * One rule: a query with a row for each cause, among what changed after :since, whose alert is to
 * be opened or ended, and the words for it. Columns: `cause`; `opens`: it holds; `holds`: an open
 * alert goes on, which may be true for longer (:margin_mg: hysteresis); `turn`: added to the kind
 * (absent: 0); printer, slot, spool, job: row ids where there are some; `place`: "A2 of Shelf" or
 * NULL; and what the text and the data are made of, named as in alert_data.
 */
struct alerts_rule {
    enum alert_kind kind;
    int64_t kinds; /* one of these has to have changed */
    const char *sql;
    void (*tell)(struct buf *text, const json_t *row);
    /* Asked first, once for all rules that share it: a number, whose bit ${bit} says that this one
     * has news. NULL: always. */
    const char *gate;
    int64_t bit;
};

extern const struct alerts_rule alerts_rules[];
extern const size_t alerts_rules_count;

#endif
