/*
 * The facts of a product, between the names of the API and the columns of the table `filament`.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_PRODUCT_H
#define STORE_PRODUCT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* The facts that ${args} names, as columns: {vendor, name, material, color, alpha, ...}; what is
 * absent there is absent here. Colours are taken apart, the material is normalised, the vendor is
 * made where it is missing. */
enum err product_facts(struct db *db, const json_t *args, json_t **ret_facts, struct why *why);
/* All facts of the product ${filament} as columns. */
json_t *product_of(struct db *db, int64_t filament);
/* min <= max for nozzle and bed, nozzle 100..400, bed 0..150. */
enum err product_check(const json_t *facts, struct why *why);

enum product_search {
    PRODUCT_EXACT, /* every fact is the same; an absent one is NULL */
    PRODUCT_GIVEN, /* the given facts are the same, names in any case */
};
/* Row id of a product with ${facts}, made where there is none; ${net_mg} is its net weight then. */
int64_t product_match(struct db *db, const json_t *facts, enum product_search search,
                      int64_t net_mg);
int64_t product_make(struct db *db, const json_t *facts);
/* Write the given facts to the product ${filament}. */
enum err product_write(struct db *db, int64_t filament, const json_t *facts);
/* A roll went from ${from} to ${to}. If it was the last one, it was the product that was described
 * wrongly: its barcode goes along, and it is dropped if nobody told more about it than a roll's
 * facts. */
void product_leave(struct db *db, int64_t from, int64_t to);

#endif
