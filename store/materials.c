#include "store/materials.h"

#include <ctype.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/field.h"
#include "core/material.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"

static const char *const origins[] = {"default", "api", NULL};

static const struct field fields[] = {
    {.name = "material_type", .kind = K_TEXT, .doc = "Name of the material"},
    {.name = "density_g_cm3", .kind = K_REAL, .flags = FIELD_NULLABLE, .doc = "Density in force"},
    {.name = "dry_days",
     .kind = K_INT,
     .flags = FIELD_NULLABLE,
     .doc = "Days in the open after which a roll should be dried"},
    {.name = "default_density_g_cm3",
     .kind = K_REAL,
     .flags = FIELD_NULLABLE,
     .doc = "Density by the program's own table"},
    {.name = "default_dry_days",
     .kind = K_INT,
     .flags = FIELD_NULLABLE,
     .doc = "Days by the program's own table"},
    {.name = "origin", .kind = K_TEXT, .words = origins, .doc = "Who set the values in force"},
};
const struct field_shape materials_shape = {"materials", fields, LEN(fields), "Material"};

static const char upsert[] =
    "INSERT INTO material (name, density, dry_days, updated_at) "
    "VALUES (:name, :density, :dry_days, :now) ON CONFLICT (name) DO UPDATE "
    "SET density = excluded.density, dry_days = excluded.dry_days, updated_at = excluded.updated_at "
    "WHERE density IS NOT excluded.density OR dry_days IS NOT excluded.dry_days";

static enum err put(struct db *db, const char *name, const struct material *facts)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "name", name));
    if (facts && facts->density > 0)
        db_put(db, args, "density", json_real(facts->density / 1000.0));
    if (facts && facts->dry_days > 0)
        db_put(db, args, "dry_days", json_integer(facts->dry_days));
    return db_exec(db, upsert, args);
}

enum err materials_seed(struct db *db)
{
    const struct material *facts;
    enum err e = OK;
    for (size_t i = 0; e == OK && (facts = material_at(i)); i++)
        e = put(db, facts->name, facts);
    return e;
}

/* Blanks at the ends go, runs of them become one. */
static bool squeeze(char *to, size_t size, const char *from)
{
    size_t len = 0;
    for (; *from; from++) {
        bool blank = isspace((unsigned char)*from);
        if (blank && (len == 0 || to[len - 1] == ' '))
            continue;
        if (len + 1 == size)
            return false;
        to[len++] = blank ? ' ' : *from;
    }
    while (len && to[len - 1] == ' ')
        len--;
    to[len] = '\0';
    return len > 0;
}

enum err materials_normal(struct db *db, const char *name, char ret_name[MATERIALS_NAME_SIZE],
                          struct why *why)
{
    char clean[MATERIALS_NAME_SIZE];
    if (!squeeze(clean, sizeof clean, name))
        return why_fail(why, ERR_INVALID, "invalid_material", "material_type",
                        "a material has 1 to %d characters", MATERIALS_NAME_SIZE - 1);
    json_auto_t *args = db_args(db, json_pack("{s:s}", "name", clean));
    json_auto_t *known = db_row(db,
                                "SELECT name FROM material WHERE lower(name) = lower(:name) "
                                "ORDER BY density IS NULL, name LIMIT 1 /* scan */",
                                args, NULL);
    const char *shown = args_text(known, "name");
    text_copy(ret_name, MATERIALS_NAME_SIZE, shown ? shown : clean);
    return db_status(db, why);
}

enum err materials_ensure(struct db *db, const char *name)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "name", name));
    if (db_int(db, "SELECT 1 FROM material WHERE name = :name", args, 0))
        return OK;
    return put(db, name, material_find(name));
}

enum err materials_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_sort sorts[] = {{"material_type", "material_type"}};
    static const struct list_kind kind = {
        .shape = &materials_shape,
        .entity = "material",
        .key = "material_type",
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    return list_read(db, &kind, args, ret_list, why);
}

enum err materials_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    *ret = db_row(db,
                  "SELECT * FROM materials WHERE lower(material_type) = lower(:material_type) "
                  "/* scan */",
                  args, &materials_shape);
    return *ret ? OK
                : db_missing(db, why, "material_not_found", "material_type",
                             "no such material; a filament that names it makes it");
}

enum err materials_set(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    char name[MATERIALS_NAME_SIZE];
    const char *given = args_text(args, "material_type");
    enum err e = materials_normal(db, given ? given : "", name, why);
    if (e == OK)
        e = materials_ensure(db, name);
    if (e)
        return e;
    json_auto_t *row = db_args(db, args_copy(args));
    db_put(db, row, "name", json_string(name));
    if (args_has(args, "density_g_cm3"))
        db_exec(db,
                "UPDATE material SET chosen_density = :density_g_cm3, updated_at = :now "
                "WHERE name = :name AND chosen_density IS NOT :density_g_cm3",
                row);
    if (args_has(args, "dry_days"))
        db_exec(db,
                "UPDATE material SET chosen_dry_days = :dry_days, updated_at = :now "
                "WHERE name = :name AND chosen_dry_days IS NOT :dry_days",
                row);
    *ret = db_row(db, "SELECT * FROM materials WHERE material_type = :name", row, &materials_shape);
    return db_status(db, why);
}
