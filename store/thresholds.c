#include "store/thresholds.h"

#include <string.h>

#include "base/auto.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/materials.h"
#include "store/number.h"

static const char *const origins[] = {"default", "api", NULL};

static const struct field fields[] = {
    {.name = "threshold_id", .kind = K_TEXT, .doc = "The material, or global"},
    {.name = "material",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Material; null: all that have none of their own"},
    {.name = "threshold_grams",
     .kind = K_GRAMS,
     .flags = FIELD_NULLABLE,
     .doc = "At or below it a roll is low; null: as the global one"},
    {.name = "default_grams",
     .kind = K_GRAMS,
     .flags = FIELD_NULLABLE,
     .doc = "What the configuration says"},
    {.name = "origin", .kind = K_TEXT, .words = origins, .doc = "Who set it"},
};
const struct field_shape thresholds_shape = {"thresholds", fields, LEN(fields), "Threshold"};

/* '' is the global one. */
static enum err key_of(struct db *db, const char *name, char ret_key[MATERIALS_NAME_SIZE],
                       struct why *why)
{
    ret_key[0] = '\0';
    return name && name[0] && strcmp(name, "global") != 0 ? materials_normal(db, name, ret_key, why)
                                                          : OK;
}

enum err thresholds_configure(struct db *db, const json_t *defaults, struct why *why)
{
    json_auto_t *keys = db_args(db, json_object());
    const char *name;
    json_t *grams;
    json_object_foreach ((json_t *)(uintptr_t)defaults, name, grams) {
        char key[MATERIALS_NAME_SIZE];
        enum err e = key_of(db, name, key, why);
        if (e)
            return e;
        json_auto_t *args = db_args(db, json_pack("{s:s, s:I}", "material", key, "mg",
                                                  (json_int_t)number_thousandths(grams)));
        db_put(db, keys, key, json_true());
        db_exec(db,
                "INSERT INTO threshold (material, configured_mg, updated_at) "
                "VALUES (:material, :mg, :now) ON CONFLICT (material) DO UPDATE "
                "SET configured_mg = excluded.configured_mg, updated_at = excluded.updated_at "
                "WHERE configured_mg IS NOT excluded.configured_mg",
                args);
    }
    json_auto_t *args = db_args(db, json_pack("{s:O?}", "keys", keys));
    db_exec(db,
            "UPDATE threshold SET configured_mg = NULL, updated_at = :now "
            "WHERE configured_mg IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM json_each(:keys) k WHERE k.key = threshold.material) /* scan */",
            args);
    return db_status(db, why);
}

enum err thresholds_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_sort sorts[] = {{"material", "coalesce(material, '')"}};
    static const struct list_kind kind = {
        .shape = &thresholds_shape,
        .entity = "threshold",
        .key = "threshold_id",
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    return list_read(db, &kind, args, ret_list, why);
}

static json_t *row_set(struct db *db, const char *id)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "id", id));
    return db_row(db, "SELECT * FROM thresholds WHERE threshold_id = :id /* scan */", args,
                  &thresholds_shape);
}

/* One that nobody set is a row like the others, without a weight. */
static enum err row_of(struct db *db, const char *key, json_t **ret, struct why *why)
{
    const char *id = key[0] ? key : "global";
    json_t *set = row_set(db, id);
    *ret = set ? set
               : db_args(db, json_pack("{s:s, s:s?, s:n, s:n, s:s}", "threshold_id", id, "material",
                                       key[0] ? key : NULL, "threshold_grams", "default_grams",
                                       "origin", "default"));
    return db_status(db, why);
}

enum err thresholds_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    char key[MATERIALS_NAME_SIZE];
    enum err e = key_of(db, args_text(args, "material"), key, why);
    return e ? e : row_of(db, key, ret, why);
}

enum err thresholds_set(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    char key[MATERIALS_NAME_SIZE];
    enum err e = key_of(db, args_text(args, "material"), key, why);
    if (e)
        return e;
    json_auto_t *row = db_args(db, json_pack("{s:s, s:O?}", "material", key, "mg",
                                             json_object_get(args, "threshold_grams")));
    db_exec(db,
            "INSERT INTO threshold (material, chosen_mg, updated_at) VALUES (:material, :mg, :now) "
            "ON CONFLICT (material) DO UPDATE SET chosen_mg = excluded.chosen_mg, "
            "updated_at = excluded.updated_at WHERE chosen_mg IS NOT excluded.chosen_mg",
            row);
    return row_of(db, key, ret, why);
}

enum err thresholds_reset(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    char key[MATERIALS_NAME_SIZE];
    enum err e = key_of(db, args_text(args, "material"), key, why);
    if (e)
        return e;
    json_auto_t *row = db_args(db, json_pack("{s:s}", "material", key));
    db_exec(db,
            "UPDATE threshold SET chosen_mg = NULL, updated_at = :now "
            "WHERE material = :material AND chosen_mg IS NOT NULL",
            row);
    return row_of(db, key, ret, why);
}
