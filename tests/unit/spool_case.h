/*
 * Rolls of one product, in short calls.
 * Owner: the test; arguments are consumed as those of store_case.h. Thread: one.
 */
#ifndef TESTS_SPOOL_CASE_H
#define TESTS_SPOOL_CASE_H

#include "store_case.h"

#include "store/spools.h"

static inline json_t *spool_body(const char *color, int grams)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "brand", "Bambu Lab", "product_name", "PLA Basic",
                     "material_type", "PLA", "color_hex", color, "initial_weight_grams",
                     grams * 1000);
}

static inline json_t *spool_with(json_t *args, const char *key, json_t *value)
{
    json_object_set_new(args, key, value);
    return args;
}

static inline json_t *spool_make(struct db *db, const char *color, int grams)
{
    json_auto_t *made = case_ok(db, spools_create, spool_body(color, grams));
    return json_incref(json_object_get(made, "spool"));
}

static inline json_t *spool_of(const json_t *spool)
{
    return json_pack("{s:O}", "spool_id", json_object_get(spool, "spool_id"));
}

#endif
