#include "store/spools.h"

#include <string.h>

#include "base/auto.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/args.h"
#include "store/db.h"
#include "store/filaments.h"
#include "store/product.h"
#include "store/spools_inside.h"

static enum err check(const json_t *args, struct why *why)
{
    static const char *const required[] = {"brand", "product_name", "material_type",
                                           "initial_weight_grams"};
    for (size_t i = 0; i < LEN(required); i++)
        if (!args_given(args, required[i]))
            return why_fail(why, ERR_INVALID, "required", required[i], "%s is required",
                            required[i]);
    int64_t quantity = args_int(args, "quantity", 1);
    if (quantity < 1 || quantity > LIMIT_QUANTITY)
        return why_fail(why, ERR_INVALID, "out_of_range", "quantity", "quantity is 1 to %d",
                        LIMIT_QUANTITY);
    bool unique =
        args_given(args, "tray_uuid") || json_array_size(json_object_get(args, "tag_uids"));
    if (quantity > 1 && unique)
        return why_fail(why, ERR_INVALID, "tag_of_many", "quantity",
                        "the tag of one roll cannot be that of several");
    return OK;
}

/* The identifier of the client's own, in lower case; empty where it gave none. */
static enum err own_id(struct db *db, const json_t *args, char ret_id[ID_SIZE], struct why *why)
{
    const char *given = args_text(args, "spool_id");
    ret_id[0] = '\0';
    if (!given)
        return OK;
    bool free_name = args_true(args, "free_name");
    if (!id_valid(given) && !free_name)
        return why_fail(why, ERR_INVALID, "invalid_uuid", "spool_id", "spool_id must be a UUID");
    if (!text_copy(ret_id, ID_SIZE, given))
        return why_fail(why, ERR_INVALID, "too_long", "spool_id", "spool_id is too long");
    if (!free_name)
        text_lower(ret_id);
    json_auto_t *keys = db_args(db, json_pack("{s:s}", "id", ret_id));
    if (db_int(db, "SELECT 1 FROM spool WHERE public_id = :id", keys, 0))
        return why_fail(why, ERR_CONFLICT, "spool_exists", "spool_id",
                        "a roll with this identifier exists, or existed");
    return OK;
}

static int64_t insert(struct db *db, int64_t filament, const char *public_id, int64_t initial)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:s, s:I}", "filament", (json_int_t)filament, "public_id",
                              public_id, "initial", (json_int_t)initial));
    db_exec(db,
            "INSERT INTO spool (public_id, number, filament, initial_mg, created_at, updated_at) "
            "VALUES (:public_id, (SELECT coalesce(max(number), 0) + 1 FROM spool), :filament, "
            ":initial, :now, :now)",
            args);
    return db_last_row(db);
}

static enum err weigh(struct db *db, int64_t id, const json_t *args, struct why *why)
{
    if (!args_given(args, "current_weight_grams"))
        return OK;
    struct spools_weight weight = {
        .mg = args_int(args, "current_weight_grams", 0),
        .raise_initial = args_true(args, "raise_initial"),
        .kind = "correction",
        .source = "opening",
        .note = "weight when it was entered",
    };
    char event[ID_SIZE];
    return spools_weigh(db, id, &weight, event, why);
}

static enum err make_one(struct db *db, int64_t filament, const char *own, const json_t *args,
                         json_t **ret_spool, struct why *why)
{
    char public_id[ID_SIZE];
    db_new_id(db, public_id);
    int64_t id =
        insert(db, filament, own[0] ? own : public_id, args_int(args, "initial_weight_grams", 0));
    enum err e = spools_write(db, id, args, why);
    if (e == OK)
        e = weigh(db, id, args, why);
    return e ? e : spools_row(db, id, ret_spool, why);
}

static enum err make_all(struct db *db, int64_t filament, const char *own, const json_t *args,
                         json_t *made, struct why *why)
{
    int64_t quantity = args_int(args, "quantity", 1);
    for (int64_t i = 0; i < quantity; i++) {
        json_t *spool = NULL;
        enum err e = make_one(db, filament, i ? "" : own, args, &spool, why);
        if (e)
            return e;
        if (json_array_append_new(made, spool))
            return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a roll");
    }
    return OK;
}

static json_t *answer(json_t *made)
{
    json_t *first = json_array_get(made, 0);
    json_t *body = json_pack("{s:O, s:s, s:O}", "spool_id", json_object_get(first, "spool_id"),
                             "status", "created", "spool", first);
    if (body && json_array_size(made) > 1)
        json_object_set(body, "spools", made);
    return body;
}

enum err spools_create(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    char own[ID_SIZE];
    json_auto_t *facts = NULL;
    json_auto_t *made = db_args(db, json_array());
    enum err e = check(args, why);
    if (e == OK)
        e = own_id(db, args, own, why);
    if (e == OK)
        e = product_facts(db, args, &facts, why);
    if (e == OK)
        e = product_check(facts, why);
    if (e)
        return e;
    int64_t filament =
        product_match(db, facts, PRODUCT_GIVEN, args_int(args, "initial_weight_grams", 0));
    e = db_status(db, why);
    if (e == OK)
        e = filaments_learn_barcode(db, filament, args, why);
    if (e == OK)
        e = make_all(db, filament, own, args, made, why);
    if (e)
        return e;
    *ret = db_args(db, answer(made));
    return db_status(db, why);
}
