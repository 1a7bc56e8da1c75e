#include "store/spools.h"

#include "base/auto.h"
#include "store/args.h"
#include "store/db.h"
#include "store/product.h"
#include "store/slots.h"
#include "store/spools_inside.h"

/* Move the roll to the product that it is now said to be. */
static enum err move_product(struct db *db, int64_t id, const json_t *base, const json_t *facts,
                             struct why *why)
{
    if (!json_object_size(facts))
        return OK;
    int64_t old = args_int(base, "filament", 0);
    json_auto_t *before = product_of(db, old);
    json_auto_t *after = db_args(db, args_copy(before));
    if (json_object_update(after, (json_t *)(uintptr_t)facts))
        return db_fail(db, ERR_NOMEM, NULL, "", "no memory for a product");
    enum err e = product_check(after, why);
    if (e || json_equal(before, after))
        return e;
    int64_t filament = product_match(db, after, PRODUCT_EXACT, args_int(base, "initial_mg", 0));
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:I}", "id", (json_int_t)id, "filament", (json_int_t)filament));
    db_exec(db, "UPDATE spool SET filament = :filament, updated_at = :now WHERE id = :id", args);
    if (filament != old)
        product_leave(db, old, filament);
    return db_status(db, why);
}

/* What is shown is said again: also of a roll that took more than it had, whose shown weight is 0.
 */
static bool shown_again(struct db *db, int64_t id, int64_t mg)
{
    json_auto_t *base = spools_base(db, id);
    int64_t left = args_int(base, "initial_mg", 0) - args_int(base, "used_mg", 0);
    return mg == (left > 0 ? left : 0);
}

static enum err weigh(struct db *db, int64_t id, const json_t *args, struct why *why)
{
    if (!args_given(args, "current_weight_grams") ||
        shown_again(db, id, args_int(args, "current_weight_grams", 0)))
        return db_status(db, why);
    struct spools_weight weight = {
        .mg = args_int(args, "current_weight_grams", 0),
        .raise_initial = args_true(args, "raise_initial"),
        .kind = "manual_adjustment",
        .source = "api",
        .note = args_text(args, "note"),
    };
    char event[ID_SIZE];
    return spools_weigh(db, id, &weight, event, why);
}

static enum err answer(struct db *db, int64_t id, const char *status, json_t **ret, struct why *why)
{
    json_t *spool = NULL;
    enum err e = spools_row(db, id, &spool, why);
    if (e)
        return e;
    *ret = db_args(db, json_pack("{s:O, s:s, s:o}", "spool_id", json_object_get(spool, "spool_id"),
                                 "status", status, "spool", spool));
    return db_status(db, why);
}

/* What the roll shows for its product, vendor or material is not its own when it is sent back. */
static void drop_inherited(struct db *db, int64_t id, json_t *args)
{
    static const char same[] =
        "SELECT f.density IS NULL AND round(:density_g_cm3, 4) = round(coalesce("
        "m.chosen_density, m.density), 4) AS density_g_cm3, s.tare_mg IS NULL AND "
        ":spool_weight_grams = coalesce(f.tare_mg, v.tare_mg) AS spool_weight_grams, "
        "s.price_cents IS NULL AND :cost_usd = f.price_cents AS cost_usd FROM spool s JOIN filament "
        "f ON f.id = s.filament JOIN vendor v ON v.id = f.vendor LEFT JOIN material m ON m.name = "
        "f.material WHERE s.id = :id";
    json_auto_t *keys = db_args(db, args_copy(args));
    db_put(db, keys, "id", json_integer(id));
    json_auto_t *inherited = db_row(db, same, keys, NULL);
    const char *name;
    json_t *value;
    json_object_foreach (inherited, name, value)
        if (json_integer_value(value))
            json_object_del(args, name);
}

enum err spools_update(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id;
    json_auto_t *base = spools_base_named(db, json_object_get(args, "spool_id"), &id);
    if (!base)
        return spools_missing(db, why);
    json_auto_t *facts = NULL, *own = db_args(db, args_copy(args));
    drop_inherited(db, id, own);
    enum err e = product_facts(db, own, &facts, why);
    if (e == OK)
        e = move_product(db, id, base, facts, why);
    if (e == OK)
        e = spools_write(db, id, own, why);
    if (e == OK)
        e = weigh(db, id, own, why);
    if (e == OK)
        e = slots_refresh_spool(db, id, why);
    return e ? e : answer(db, id, "updated", ret, why);
}

/* A roll in a slot stays what it is, unless it is taken out with the same call. */
static enum err take_out(struct db *db, int64_t id, const json_t *args, struct why *why)
{
    if (!slots_holding(db, id))
        return OK;
    if (!args_true(args, "unassign"))
        return why_fail(why, ERR_CONFLICT, "spool_loaded", "spool_id",
                        "the roll is in a slot; unassign it first or pass unassign=true");
    return slots_take_out(db, id, why);
}

static enum err purge(struct db *db, json_t *keys, struct why *why)
{
    if (db_int(db, "SELECT 1 FROM usage WHERE spool = :id LIMIT 1", keys, 0) ||
        db_int(db, "SELECT 1 FROM job_segment WHERE spool = :id LIMIT 1", keys, 0))
        return why_fail(why, ERR_CONFLICT, "spool_has_history", "purge",
                        "the roll has a history; delete it without purge");
    db_exec(db, "UPDATE question SET spool = NULL, updated_at = :now WHERE spool = :id /* scan */",
            keys);
    db_exec(db, "UPDATE alert SET spool = NULL, updated_at = :now WHERE spool = :id /* scan */",
            keys);
    db_exec(db, "DELETE FROM slot_assignment WHERE spool = :id", keys);
    db_exec(db, "DELETE FROM spool WHERE id = :id", keys);
    return db_status(db, why);
}

static enum err hide(struct db *db, json_t *keys, struct why *why)
{
    db_exec(db, "DELETE FROM learned WHERE spool = :id", keys);
    db_exec(db, "UPDATE spool SET deleted_at = :now, updated_at = :now WHERE id = :id", keys);
    return db_status(db, why);
}

enum err spools_delete(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id;
    json_auto_t *base = spools_base_named(db, json_object_get(args, "spool_id"), &id);
    if (!base)
        return spools_missing(db, why);
    enum err e = take_out(db, id, args, why);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    if (e == OK)
        e = args_true(args, "purge") ? purge(db, keys, why) : hide(db, keys, why);
    if (e)
        return e;
    *ret = db_args(db, json_pack("{s:O, s:s}", "spool_id", json_object_get(base, "public_id"),
                                 "status", "deleted"));
    return db_status(db, why);
}

enum err spools_archive(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = spools_find(db, json_object_get(args, "spool_id"));
    if (!id)
        return spools_missing(db, why);
    enum err e = take_out(db, id, args, why);
    if (e)
        return e;
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    db_exec(db,
            "UPDATE spool SET archived_at = :now, updated_at = :now "
            "WHERE id = :id AND archived_at IS NULL",
            keys);
    return answer(db, id, "archived", ret, why);
}

enum err spools_restore(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = spools_find(db, json_object_get(args, "spool_id"));
    if (!id)
        return spools_missing(db, why);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    db_exec(db,
            "UPDATE spool SET archived_at = NULL, updated_at = :now "
            "WHERE id = :id AND archived_at IS NOT NULL",
            keys);
    return answer(db, id, "restored", ret, why);
}
