#include "store/vendors.h"

#include "base/auto.h"
#include "base/id.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/search.h"

static const struct field fields[] = {
    {.name = "vendor_id", .kind = K_TEXT, .doc = "Identifier of the vendor"},
    {.name = "name", .kind = K_TEXT, .doc = "Name of the brand"},
    {.name = "spool_weight_grams",
     .kind = K_GRAMS,
     .flags = FIELD_NULLABLE,
     .doc = "Weight of the vendor's usual empty spool"},
    {.name = "notes", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Free text"},
    {.name = "external_id",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Identifier in another inventory"},
    {.name = "extra", .kind = K_OBJECT, .doc = "Fields of the user's own", .of = &field_any},
    {.name = "filaments", .kind = K_INT, .doc = "Number of its products"},
    {.name = "created_at", .kind = K_TIME, .doc = "When it was entered"},
    {.name = "updated_at", .kind = K_TIME, .doc = "When it last changed"},
};
const struct field_shape vendors_shape = {"vendors", fields, LEN(fields), "Vendor"};

static const char missing[] = "no such vendor";

static int64_t find_named(struct db *db, const char *name)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "name", name));
    return db_int(db, "SELECT id FROM vendor WHERE lower(name) = lower(:name)", args, 0);
}

static int64_t find(struct db *db, const json_t *args)
{
    return db_int(db, "SELECT id FROM vendor WHERE public_id = lower(:vendor_id)", args, 0);
}

static int64_t insert(struct db *db, json_t *args)
{
    char id[ID_SIZE];
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_exec(
        db,
        "INSERT INTO vendor (public_id, name, tare_mg, comment, external_id, extra, created_at, "
        "updated_at) VALUES (:public_id, :name, :spool_weight_grams, :notes, :external_id, "
        "coalesce(:extra, '{}'), :now, :now)",
        args);
    return db_last_row(db);
}

int64_t vendors_find_or_make(struct db *db, const char *name)
{
    int64_t id = find_named(db, name);
    if (id)
        return id;
    json_auto_t *args = db_args(db, json_pack("{s:s}", "name", name));
    return insert(db, args);
}

static enum err row_of(struct db *db, int64_t id, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    *ret = db_row(db,
                  "SELECT * FROM vendors WHERE vendor_id = "
                  "(SELECT public_id FROM vendor WHERE id = :id)",
                  args, &vendors_shape);
    return *ret ? OK : db_missing(db, why, "vendor_not_found", "vendor_id", missing);
}

static enum err refuse_twin(struct db *db, const char *name, int64_t self, struct why *why)
{
    int64_t other = name ? find_named(db, name) : 0;
    if (other && other != self)
        return why_fail(why, ERR_CONFLICT, "vendor_exists", "name",
                        "a vendor with the name %s exists already", name);
    return OK;
}

enum err vendors_create(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    enum err e = refuse_twin(db, args_text(args, "name"), 0, why);
    if (e)
        return e;
    json_auto_t *copy = db_args(db, args_copy(args));
    return row_of(db, insert(db, copy), ret, why);
}

enum err vendors_update(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    static const char *const sets[][2] = {
        {"name", "UPDATE vendor SET name = :name, updated_at = :now WHERE id = :id"},
        {"spool_weight_grams",
         "UPDATE vendor SET tare_mg = :spool_weight_grams, updated_at = :now WHERE id = :id"},
        {"notes", "UPDATE vendor SET comment = :notes, updated_at = :now WHERE id = :id"},
        {"external_id",
         "UPDATE vendor SET external_id = :external_id, updated_at = :now WHERE id = :id"},
        {"extra",
         "UPDATE vendor SET extra = coalesce(:extra, '{}'), updated_at = :now WHERE id = :id"},
    };
    int64_t id = find(db, args);
    if (!id)
        return db_missing(db, why, "vendor_not_found", "vendor_id", missing);
    enum err e = refuse_twin(db, args_text(args, "name"), id, why);
    if (e)
        return e;
    json_auto_t *copy = db_args(db, args_copy(args));
    db_put(db, copy, "id", json_integer(id));
    for (size_t i = 0; i < LEN(sets); i++)
        if (args_has(args, sets[i][0]))
            db_exec(db, sets[i][1], copy);
    return row_of(db, id, ret, why);
}

enum err vendors_delete(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = find(db, args);
    if (!id)
        return db_missing(db, why, "vendor_not_found", "vendor_id", missing);
    json_auto_t *copy = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    if (db_int(db, "SELECT 1 FROM filament WHERE vendor = :id LIMIT 1", copy, 0))
        return why_fail(why, ERR_CONFLICT, "vendor_in_use", "vendor_id",
                        "products of this vendor exist; delete or move them first");
    db_exec(db, "DELETE FROM vendor WHERE id = :id", copy);
    *ret = db_args(db, json_pack("{s:O, s:s}", "vendor_id", json_object_get(args, "vendor_id"),
                                 "status", "deleted"));
    return db_status(db, why);
}

enum err vendors_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = find(db, args);
    return id ? row_of(db, id, ret, why)
              : db_missing(db, why, "vendor_not_found", "vendor_id", missing);
}

enum err vendors_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"name", "lower(name) = lower(:name)"},
        {"match", "vendor_id IN (SELECT public_id FROM vendor WHERE id IN (SELECT rowid FROM "
                  "vendor_search WHERE vendor_search MATCH :match))"},
        {"external_id", "external_id = :external_id"},
    };
    static const struct list_sort sorts[] = {
        {"name", "name"}, {"created_at", "created_at"}, {"updated_at", "updated_at"}};
    static const struct list_kind kind = {
        .shape = &vendors_shape,
        .entity = "vendor",
        .key = "vendor_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    json_auto_t *copy = db_args(db, args_copy(args));
    search_prepare(db, copy);
    return list_read(db, &kind, copy, ret_list, why);
}
