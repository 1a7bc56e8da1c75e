#include "store/spools.h"

#include <math.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "store/args.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/number.h"
#include "store/spools_inside.h"

static const char *const ways[] = {"adjustment_grams", "new_weight_grams", "gross_grams",
                                   "used_length_mm"};

/* The one way that ${args} names; NULL where it names none or several. */
static const char *way_of(const json_t *args)
{
    const char *way = NULL;
    int count = 0;
    for (size_t i = 0; i < LEN(ways); i++)
        if (args_given(args, ways[i])) {
            way = ways[i];
            count++;
        }
    return count == 1 ? way : NULL;
}

static enum err net_of_gross(const json_t *args, const json_t *base, int64_t *ret_mg,
                             struct why *why)
{
    int64_t tare = args_int(args, "tare_grams", args_int(base, "tare_mg", -1));
    if (tare < 0)
        return why_fail(why, ERR_INVALID, "tare_unknown", "tare_grams",
                        "the weight of the empty spool is unknown; pass tare_grams");
    *ret_mg = args_int(args, "gross_grams", 0) - tare;
    return OK;
}

static enum err mg_of_length(const json_t *args, const json_t *base, int64_t *ret_mg,
                             struct why *why)
{
    double density = json_number_value(json_object_get(base, "density"));
    double radius = json_number_value(json_object_get(base, "diameter")) / 2;
    double length = json_number_value(json_object_get(args, "used_length_mm"));
    if (density <= 0)
        return why_fail(why, ERR_INVALID, "density_unknown", "used_length_mm",
                        "the density of this roll is unknown; set density_g_cm3");
    *ret_mg = llround(length * M_PI * radius * radius * density); /* mm3 x mg/mm3 */
    return OK;
}

/* What the roll shows after the call. */
static enum err target(const json_t *args, const json_t *base, const char *way, int64_t *ret_mg,
                       struct why *why)
{
    int64_t balance = args_int(base, "initial_mg", 0) - args_int(base, "used_mg", 0);
    int64_t shown = balance > 0 ? balance : 0, part = 0;
    enum err e = OK;
    if (way == ways[0])
        *ret_mg = shown + args_int(args, way, 0);
    else if (way == ways[1])
        *ret_mg = args_int(args, way, 0);
    else if (way == ways[2])
        e = net_of_gross(args, base, ret_mg, why);
    else {
        e = mg_of_length(args, base, &part, why);
        *ret_mg = shown - part;
    }
    return e;
}

struct adjusted {
    int64_t id, mg;
    json_t *spool_id;
    char event[ID_SIZE];
};

/* ${ret->spool_id} is the caller's on success. */
static enum err adjust(struct db *db, const json_t *args, struct adjusted *ret, struct why *why)
{
    int64_t id;
    json_auto_t *base = spools_base_named(db, json_object_get(args, "spool_id"), &id);
    if (!base)
        return spools_missing(db, why);
    const char *way = way_of(args);
    if (!way)
        return why_fail(why, ERR_INVALID, "exactly_one", "adjustment_grams",
                        "give exactly one of adjustment_grams, new_weight_grams, gross_grams, "
                        "used_length_mm");
    struct spools_weight weight = {
        .field = way,
        .raise_initial = args_true(args, "raise_initial"),
        .always = true,
        .kind = "manual_adjustment",
        .source = way == ways[2] ? "scale" : "api",
        .note = args_text(args, "note"),
        .base = base,
    };
    enum err e = target(args, base, way, &weight.mg, why);
    if (e == OK)
        e = spools_weigh(db, id, &weight, ret->event, why);
    if (e != OK)
        return e;
    ret->id = id;
    ret->mg = weight.mg;
    ret->spool_id = json_incref(json_object_get(base, "public_id"));
    return OK;
}

enum err spools_adjust(struct db *db, const json_t *args, struct buf *ret_body, int64_t *ret_seq,
                       struct why *why)
{
    struct adjusted done = {0};
    enum err e = adjust(db, args, &done, why);
    json_auto_t *spool_id = done.spool_id;
    if (e != OK)
        return e;
    buf_text(ret_body, "{\"spool_id\":");
    buf_json(ret_body, json_string_value(spool_id), json_string_length(spool_id));
    buf_text(ret_body, ",\"new_weight\":");
    number_text(ret_body, (double)done.mg / 1000, K_GRAMS);
    buf_format(ret_body, ",\"event_id\":\"%s\",\"spool\":", done.event);
    e = spools_row_text(db, done.id, ret_body, why);
    buf_char(ret_body, '}');
    *ret_seq = changes_of(db, "spool", json_string_value(spool_id));
    return e;
}
