#include "store/scan.h"

#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/code.h"
#include "core/profile.h"
#include "store/args.h"
#include "store/db.h"
#include "store/filaments.h"
#include "store/spools.h"

/* What is known of one code; the members are the caller's of answer(). */
struct finding {
    struct code code;
    json_t *spool, *filament, *draft;
    char reason[200];
};

/* --- the payload --- */

/* Bytes of a tag, in hex or base64. */
static bool read_bytes(const char *text, struct code *ret)
{
    uint8_t bytes[CODE_BYTES_MOST];
    size_t len = 0;
    bool decoded = text_unhex(bytes, sizeof bytes, text, &len) ||
                   text_unbase64(bytes, sizeof bytes, text, &len);
    return decoded && len > 0 && code_cbor(bytes, len, ret);
}

static bool read_text(const char *text, struct code *ret)
{
    if (text[strspn(text, " \t\r\n")] == '{') {
        json_auto_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        return object && code_json(object, ret);
    }
    return code_text(text, ret) || read_bytes(text, ret);
}

static enum err read_payload(const json_t *payload, struct code *ret, struct why *why)
{
    *ret = (struct code){0};
    if (json_is_string(payload) && json_string_length(payload))
        read_text(json_string_value(payload), ret);
    else if (json_is_object(payload))
        code_json(payload, ret);
    else
        return why_fail(why, ERR_INVALID, "wrong_type", "payload",
                        "must be the text of a code, or the object of a tag");
    return OK;
}

/* --- rolls --- */

/* By an external id, with its system's name before it; an import may have kept the number alone. */
static const char by_external[] =
    "SELECT public_id AS spool_id FROM spool WHERE external_id IN (:name, :plain) AND deleted_at IS "
    "NULL ORDER BY archived_at IS NOT NULL, id LIMIT 1";
static const char by_tray[] =
    "SELECT public_id AS spool_id FROM spool WHERE tray_uuid = :id AND deleted_at IS NULL";
static const char by_tag[] =
    "SELECT public_id AS spool_id FROM spool WHERE (tag_uid_1 = :id OR tag_uid_2 = :id) AND "
    "deleted_at IS NULL ORDER BY archived_at IS NOT NULL, id LIMIT 1";

static void external_name(const struct code *code, char *to, size_t size)
{
    snprintf(to, size, "%s:%s", code_slug(code->kind), code->id);
}

static json_t *key_of(struct db *db, const struct code *code)
{
    char name[CODE_ID_SIZE + 32];
    external_name(code, name, sizeof name);
    bool plain = code->kind == CODE_SPOOLMAN;
    json_auto_t *args = db_args(db, json_pack("{s:s, s:s, s:s?}", "id", code->id, "name", name,
                                              "plain", plain ? code->id : NULL));
    switch (code->kind) {
    case CODE_SPOOL:
        return json_pack("{s:s}", "spool_id", code->id);
    case CODE_TRAY_UUID:
        return db_row(db, by_tray, args, NULL);
    case CODE_TAG_UID:
        return db_row(db, by_tag, args, NULL);
    case CODE_SPOOLMAN:
    case CODE_PRUSAMENT:
        return db_row(db, by_external, args, NULL);
    case CODE_OPENPRINTTAG:
        return code->id[0] ? db_row(db, by_external, args, NULL) : NULL;
    default:
        return NULL;
    }
}

static enum err find_spool(struct db *db, struct finding *f, struct why *why)
{
    json_auto_t *key = key_of(db, &f->code);
    if (!key || !spools_find(db, json_object_get(key, "spool_id")))
        return db_status(db, why);
    enum err e = spools_get(db, key, &f->spool, why);
    if (e == OK)
        snprintf(f->reason, sizeof f->reason, "roll %lld",
                 (long long)args_int(f->spool, "spool_number", 0));
    return e;
}

/* --- drafts --- */

static void put_text(struct db *db, json_t *draft, const char *key, const char *text)
{
    if (text && *text)
        db_put(db, draft, key, json_string(text));
}

static void put_range(struct db *db, json_t *draft, const char *low, const char *high, int min,
                      int max)
{
    if (min >= 0 && max >= 0 && min > max)
        return;
    if (min >= 0)
        db_put(db, draft, low, json_integer(min));
    if (max >= 0)
        db_put(db, draft, high, json_integer(max));
}

static void put_grams(struct db *db, json_t *draft, const char *key, int64_t mg)
{
    if (mg >= 0)
        db_put(db, draft, key, json_real((double)mg / 1000));
}

static void put_color(struct db *db, json_t *draft, struct color color)
{
    char text[COLOR_TEXT_SIZE];
    color_text(color, text);
    put_text(db, draft, "color_hex", text);
    if (color.a < UINT8_MAX)
        db_put(db, draft, "color_alpha", json_integer(color.a));
}

/* What a tag that describes its roll says. */
static json_t *draft_of_tag(struct db *db, const struct code *code)
{
    char name[CODE_ID_SIZE + 32];
    const struct code_roll *roll = &code->roll;
    json_t *draft = db_args(db, json_object());
    put_text(db, draft, "brand", roll->brand);
    put_text(db, draft, "product_name", roll->product);
    put_text(db, draft, "material_type", roll->material);
    put_text(db, draft, "barcode", roll->barcode);
    if (roll->has_color)
        put_color(db, draft, roll->color);
    put_grams(db, draft, "initial_weight_grams", roll->full_mg > 0 ? roll->full_mg : -1);
    if (roll->full_mg > 0 && roll->used_mg > 0)
        put_grams(db, draft, "current_weight_grams",
                  roll->used_mg < roll->full_mg ? roll->full_mg - roll->used_mg : 0);
    put_grams(db, draft, "spool_weight_grams", roll->tare_mg);
    if (roll->density > 0)
        db_put(db, draft, "density_g_cm3", json_real(roll->density));
    put_range(db, draft, "nozzle_temp_min_c", "nozzle_temp_max_c", roll->nozzle_min,
              roll->nozzle_max);
    put_range(db, draft, "bed_temp_min_c", "bed_temp_max_c", roll->bed_min, roll->bed_max);
    external_name(code, name, sizeof name);
    put_text(db, draft, "external_id", code->id[0] ? name : NULL);
    return draft;
}

/* A tag of the printer's kind says only who it is; a slot that reads it now says more. */
static json_t *draft_of_identity(struct db *db, const struct code *code)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "id", code->id));
    json_auto_t *slot = db_row(
        db,
        "SELECT material, color, profile, tray_uuid, tag_uid FROM slot WHERE tray_uuid = :id OR "
        "tag_uid = :id ORDER BY reported_at DESC LIMIT 1 /* scan */",
        args, NULL);
    const char *id = args_text(slot, "profile");
    const struct profile *profile = id ? profile_find(id) : NULL;
    json_t *draft = db_args(db, json_object());
    if (profile && !profile_generic(profile)) {
        put_text(db, draft, "brand", profile->vendor);
        put_text(db, draft, "product_name", profile->product);
    }
    put_text(db, draft, "material_type", args_text(slot, "material"));
    put_text(db, draft, "color_hex", args_text(slot, "color"));
    put_text(db, draft, "profile", id);
    bool tray = code->kind == CODE_TRAY_UUID;
    put_text(db, draft, "tray_uuid", tray ? code->id : args_text(slot, "tray_uuid"));
    const char *uid = tray ? args_text(slot, "tag_uid") : code->id;
    if (uid && *uid)
        db_put(db, draft, "tag_uids", json_pack("[s]", uid));
    return draft;
}

/* The facts that make a new roll one of this very product. */
static json_t *draft_of_product(struct db *db, const json_t *filament)
{
    static const char *const keys[][2] = {
        {"brand", "brand"},
        {"product_name", "product_name"},
        {"material_type", "material_type"},
        {"color_hex", "color_hex"},
        {"net_weight_grams", "initial_weight_grams"},
        {"cost_usd", "cost_usd"},
        {"profile", "profile"},
        {"article_number", "article_number"},
        {"barcode", "barcode"},
    };
    json_t *draft = db_args(db, json_object());
    for (size_t i = 0; i < LEN(keys); i++)
        if (args_given(filament, keys[i][0]))
            args_take(draft, keys[i][1], filament, keys[i][0]);
    if (args_int(filament, "color_alpha", UINT8_MAX) < UINT8_MAX)
        args_take(draft, "color_alpha", filament, "color_alpha");
    if (json_array_size(json_object_get(filament, "color_hexes")))
        args_take(draft, "color_hexes", filament, "color_hexes");
    return draft;
}

static enum err find_product(struct db *db, struct finding *f, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "barcode", f->code.id));
    json_auto_t *key = db_row(
        db, "SELECT public_id AS filament_id FROM filament WHERE barcode = :barcode", args, NULL);
    if (!key) {
        f->draft = db_args(db, json_incref(args));
        snprintf(f->reason, sizeof f->reason,
                 "no product has this barcode yet; a roll that is entered with it teaches it");
        return db_status(db, why);
    }
    enum err e = filaments_get(db, key, &f->filament, why);
    if (e)
        return e;
    f->draft = draft_of_product(db, f->filament);
    snprintf(f->reason, sizeof f->reason, "the box of a product, of which there are %lld rolls",
             (long long)args_int(f->filament, "rolls", 0));
    return OK;
}

static void make_draft(struct db *db, struct finding *f)
{
    char name[CODE_ID_SIZE + 32];
    switch (f->code.kind) {
    case CODE_TRAY_UUID:
    case CODE_TAG_UID:
        f->draft = draft_of_identity(db, &f->code);
        snprintf(f->reason, sizeof f->reason, "no roll has this tag yet");
        break;
    case CODE_PRUSAMENT:
        external_name(&f->code, name, sizeof name);
        f->draft = db_args(db, json_pack("{s:s, s:s}", "brand", "Prusament", "external_id", name));
        snprintf(f->reason, sizeof f->reason, "a Prusament roll that is not entered yet");
        break;
    case CODE_OPENSPOOL:
    case CODE_OPENPRINTTAG:
        f->draft = draft_of_tag(db, &f->code);
        snprintf(f->reason, sizeof f->reason, "a tag that describes its roll");
        break;
    case CODE_SPOOL:
    case CODE_SPOOLMAN:
        snprintf(f->reason, sizeof f->reason, "there is no roll %.100s here", f->code.id);
        break;
    default:
        snprintf(f->reason, sizeof f->reason,
                 "no code that is known here: no label, tag, barcode or link of a roll");
    }
}

/* --- the answer --- */

static json_t *missing_of(const json_t *draft)
{
    static const char *const required[] = {"brand", "product_name", "material_type", "color_hex",
                                           "initial_weight_grams"};
    json_t *missing = json_array();
    for (size_t i = 0; draft && i < LEN(required); i++)
        if (!args_has(draft, required[i]))
            json_array_append_new(missing, json_string(required[i]));
    return missing;
}

/* Takes the members of ${f}. */
static json_t *answer(struct finding *f)
{
    const char *kind = f->spool      ? "spool"
                       : f->filament ? "product"
                       : f->draft    ? "draft"
                                     : "unknown";
    json_t *missing = missing_of(f->draft);
    return json_pack("{s:s, s:s, s:s?, s:o?, s:o?, s:o?, s:o, s:s}", "kind", kind, "code",
                     code_slug(f->code.kind), "id", f->code.id[0] ? f->code.id : NULL, "spool",
                     f->spool, "filament", f->filament, "draft", f->draft, "missing", missing,
                     "reason", f->reason);
}

enum err scan_read(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    struct finding f = {0};
    enum err e = read_payload(json_object_get(args, "payload"), &f.code, why);
    if (e)
        return e;
    e = find_spool(db, &f, why);
    if (e == OK && f.code.kind == CODE_BARCODE)
        e = find_product(db, &f, why);
    else if (e == OK && !f.spool)
        make_draft(db, &f);
    json_auto_t *body = answer(&f);
    if (e)
        return e;
    *ret = db_args(db, json_incref(body));
    return db_status(db, why);
}
