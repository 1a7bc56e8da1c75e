#include <string.h>

#include "base/auto.h"
#include "base/id.h"
#include "base/text.h"
#include "core/body.h"
#include "store/args.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/number.h"
#include "store/spools.h"
#include "store/transfer_inside.h"

/* Each fault of the body; false: there were some. */
static bool check_body(struct transfer_run *run, const struct transfer_roll *roll, json_t *args)
{
    struct why why;
    json_auto_t *errors = db_args(run->db, json_array());
    body_check(run->wish->spool_fields, BODY_MERGE, roll->body, NULL, args, errors, &why);
    size_t i;
    const json_t *error;
    json_array_foreach (errors, i, error)
        transfer_fault(run, &roll->where, args_text(error, "field"), args_text(error, "code"),
                       args_text(error, "message"));
    return json_array_size(errors) == 0;
}

static void blame(struct transfer_run *run, const struct transfer_roll *roll, const struct why *why)
{
    transfer_fault(run, &roll->where, why->field, why->code, why->text);
}

static enum err book_used(struct transfer_run *run, const struct transfer_roll *roll, int64_t spool,
                          struct why *why)
{
    if (!roll->used_mg)
        return OK;
    char event[ID_SIZE];
    struct ledger_entry entry = {
        .spool = spool,
        .mg = roll->used_mg,
        .kind = "manual_adjustment",
        .source = "import",
        .note = roll->note,
        .at = roll->used_at,
    };
    return ledger_add(run->db, &entry, event, why);
}

/* Whether the spool is put away, as the file says. */
static enum err put_away(struct transfer_run *run, const struct transfer_roll *roll, json_t *keys,
                         bool is_archived, struct why *why)
{
    json_auto_t *row = NULL;
    if (roll->archived == is_archived)
        return OK;
    return roll->archived ? spools_archive(run->db, keys, &row, why)
                          : spools_restore(run->db, keys, &row, why);
}

static enum err create(struct transfer_run *run, const struct transfer_roll *roll, json_t *args,
                       int64_t *ret_spool, struct why *why)
{
    json_auto_t *made = NULL;
    if (roll->facts)
        json_object_update(args, roll->facts);
    enum err e = spools_create(run->db, args, &made, why);
    if (e != OK)
        return e;
    *ret_spool = spools_find(run->db, json_object_get(made, "spool_id"));
    e = book_used(run, roll, *ret_spool, why);
    if (e == OK)
        e = put_away(run, roll, made, false, why);
    transfer_count(run, "spools", TRANSFER_CREATED);
    return e;
}

/* --- a roll that is here --- */

static bool same_value(const char *key, const json_t *a, const json_t *b)
{
    static const char *const names[] = {"brand", "product_name", "material_type"};
    for (size_t i = 0; i < LEN(names); i++)
        if (strcmp(names[i], key) == 0)
            return json_is_string(a) && json_is_string(b) &&
                   text_equal_nocase(json_string_value(a), json_string_value(b));
    return json_equal(a, b);
}

/* The row as arguments, as far as ${args} have them. */
static json_t *as_arguments(struct transfer_run *run, const json_t *row, json_t *args)
{
    struct why why;
    json_auto_t *body = db_args(run->db, json_object());
    json_auto_t *errors = db_args(run->db, json_array());
    json_t *taken = db_args(run->db, json_object());
    const char *key;
    json_t *value;
    json_object_foreach (args, key, value)
        args_take(body, key, row, key);
    body_check(run->wish->spool_fields, BODY_MERGE, body, NULL, taken, errors, &why);
    return taken;
}

static int64_t weight_of(const struct transfer_roll *roll)
{
    return number_thousandths(json_object_get(roll->body, "initial_weight_grams")) - roll->used_mg;
}

static bool is_same(struct transfer_run *run, const struct transfer_roll *roll, const json_t *row,
                    json_t *args)
{
    json_auto_t *here = as_arguments(run, row, args);
    const char *key;
    json_t *value;
    json_object_foreach (args, key, value)
        if (!same_value(key, value, json_object_get(here, key)))
            return false;
    int64_t weight = weight_of(roll);
    return args_given(row, "archived_at") == roll->archived &&
           number_thousandths(json_object_get(row, "current_weight_grams")) ==
               (weight > 0 ? weight : 0);
}

static enum err update(struct transfer_run *run, const struct transfer_roll *roll,
                       const json_t *row, json_t *args, struct why *why)
{
    json_auto_t *done = NULL;
    int64_t weight = weight_of(roll);
    db_put(run->db, args, "spool_id", json_incref(json_object_get(row, "spool_id")));
    db_put(run->db, args, "current_weight_grams", json_integer(weight > 0 ? weight : 0));
    enum err e = spools_update(run->db, args, &done, why);
    if (e == OK)
        e = put_away(run, roll, args, args_given(row, "archived_at"), why);
    transfer_count(run, "spools", TRANSFER_UPDATED);
    return e;
}

static void keep(struct transfer_run *run, const struct transfer_roll *roll, const char *code,
                 const char *text)
{
    transfer_problem(run, &roll->where, "", code, text);
    transfer_count(run, "spools", TRANSFER_SKIPPED);
}

static enum err meet(struct transfer_run *run, const struct transfer_roll *roll, json_t *args,
                     struct why *why)
{
    json_auto_t *keys = db_args(run->db, json_pack("{s:I}", "id", (json_int_t)roll->known));
    json_auto_t *id = db_row(run->db,
                             "SELECT public_id AS spool_id FROM spool WHERE id = :id "
                             "AND deleted_at IS NULL",
                             keys, NULL);
    json_auto_t *row = NULL;
    if (!id) {
        keep(run, roll, "deleted_here", "the roll was deleted here, and stays so");
        return OK;
    }
    enum err e = spools_get(run->db, id, &row, why);
    if (e != OK)
        return e;
    if (is_same(run, roll, row, args)) {
        transfer_count(run, "spools", TRANSFER_UNCHANGED);
        return OK;
    }
    if (run->wish->on_conflict == TRANSFER_UPDATE)
        return update(run, roll, row, args, why);
    if (run->wish->on_conflict == TRANSFER_FAIL)
        transfer_fault(run, &roll->where, "", "conflict", "is here already, with other contents");
    else
        keep(run, roll, "kept", "the roll is here already, with other contents, which stay");
    return OK;
}

enum err transfer_spool(struct transfer_run *run, const struct transfer_roll *roll,
                        int64_t *ret_spool, struct why *why)
{
    json_auto_t *args = db_args(run->db, json_object());
    struct why cause = {0};
    *ret_spool = roll->known;
    if (!check_body(run, roll, args) || db_failed(run->db))
        return db_status(run->db, why);
    enum err e =
        roll->known ? meet(run, roll, args, &cause) : create(run, roll, args, ret_spool, &cause);
    if (e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_NOT_FOUND) {
        if (db_failed(run->db)) {
            *why = cause;
            return e;
        }
        blame(run, roll, &cause);
        return OK;
    }
    if (e != OK)
        *why = cause;
    return e;
}
