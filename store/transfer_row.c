#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/body_value.h"
#include "store/args.h"
#include "store/db.h"
#include "store/materials.h"
#include "store/trail.h"
#include "store/transfer_inside.h"

enum { KEY_SIZE = 256 };

static void fault(struct transfer_row *p, const char *field, const char *code, const char *text)
{
    transfer_fault(p->run, &p->where, field, code, text);
}

static bool key_of(const char *entity, const char *id, char key[KEY_SIZE])
{
    return id && snprintf(key, KEY_SIZE, "%s/%s", entity, id) < KEY_SIZE;
}

/* --- values --- */

/* What a row of the file calls a row: its id here, 0 where there is none. */
static int64_t place_of(struct transfer_row *p, const char *entity, const char *table,
                        const char *id)
{
    char key[KEY_SIZE];
    if (!key_of(entity, id, key))
        return 0;
    const json_t *known = json_object_get(p->run->places, key);
    if (known)
        return json_integer_value(known);
    p->left_out |= json_object_get(p->run->skipped, key) != NULL;
    auto_buf sql = {0};
    buf_format(&sql, "SELECT id FROM %s WHERE public_id = :id", table);
    json_auto_t *args = db_args(p->run->db, json_pack("{s:s}", "id", id));
    return db_int(p->run->db, db_sql(p->run->db, &sql), args, 0);
}

static json_t *take_reference(struct transfer_row *p, const struct field *field, const char *table,
                              const char *entity, const json_t *value)
{
    const char *id = json_string_value(value);
    int64_t row = place_of(p, entity, table, id);
    if (!row && !p->left_out)
        fault(p, field->name, "unknown_reference",
              id ? "refers to something that is neither in the file nor here" : "must be a text");
    return json_integer(row);
}

static json_t *take_text(struct transfer_row *p, const struct field *field, json_t *value)
{
    const char *text = json_string_value(value);
    bool clean = text && strlen(text) == json_string_length(value);
    json_auto_t *trail = clean && (field->flags & TRANSFER_TRAIL) ? trail_read(text) : json_null();
    if (clean && trail)
        return json_incref(value);
    if (clean) {
        fault(p, field->name, "invalid_value",
              "must be such as 1@1764331200000 35120 34980, with layers that rise");
        return NULL;
    }
    fault(p, field->name, "wrong_type", "must be a text without NUL");
    return NULL;
}

static json_t *take_plain(struct transfer_row *p, const struct field *field, const json_t *value)
{
    struct why why;
    json_t *taken = NULL;
    if (body_value(field, value, &taken, &why) != OK)
        fault(p, field->name, why.code, why.text);
    return taken;
}

static json_t *take_value(struct transfer_row *p, const struct field *field, json_t *value)
{
    const char *entity = NULL, *table = transfer_refers(field, &entity);
    if (json_is_null(value) && (field->flags & FIELD_NULLABLE))
        return json_null();
    if (table)
        return take_reference(p, field, table, entity, value);
    if (field->kind == K_TEXT)
        return take_text(p, field, value);
    if (field->kind != K_ANY)
        return take_plain(p, field, value);
    auto_free char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    return text ? json_string(text) : NULL;
}

static const struct field *find_field(const struct transfer_entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->shape.count; i++)
        if (strcmp(entity->shape.fields[i].name, name) == 0)
            return &entity->shape.fields[i];
    return NULL;
}

static void take_values(struct transfer_row *p)
{
    const char *name;
    json_t *value;
    json_object_foreach (p->row, name, value) {
        const struct field *field = find_field(p->entity, name);
        json_t *taken = field ? take_value(p, field, value) : NULL;
        if (!field)
            fault(p, name, "unknown_field", "is not known here");
        if (taken)
            db_put(p->run->db, p->args, field->name, taken);
    }
    for (size_t i = 0; i < p->entity->shape.count; i++) {
        const struct field *field = &p->entity->shape.fields[i];
        if ((field->flags & FIELD_REQUIRED) && !json_object_get(p->row, field->name))
            fault(p, field->name, "required", "is missing");
    }
}

/* --- rows that need more than their values --- */

void transfer_row_survey(struct transfer_row *p)
{
    int64_t number = args_int(p->row, "spool_number", 0);
    if (number > p->run->top_number)
        p->run->top_number = number;
}

/* Numbers are on labels: the roll that has one here keeps it, and no other of the file loses its
 * own for that. */
static void number_anew(struct transfer_row *p)
{
    struct db *db = p->run->db;
    if (!db_int(db, "SELECT 1 FROM spool WHERE number = :spool_number", p->args, 0))
        return;
    int64_t here = db_int(db, "SELECT max(number) FROM spool", NULL, 0);
    int64_t next = 1 + (here > p->run->top_number ? here : p->run->top_number);
    json_t *row = db_args(
        db, json_pack("{s:O, s:O, s:I}", "spool_id", json_object_get(p->args, "spool_id"), "from",
                      json_object_get(p->args, "spool_number"), "to", (json_int_t)next));
    json_array_append_new(json_object_get(p->run->report, "renumbered"), row);
    db_put(db, p->args, "spool_number", json_integer(next));
}

static const char overlaps[] =
    "SELECT 1 FROM slot_assignment a WHERE (a.slot = :ams_slot_id OR a.spool = :spool_id) "
    "AND (:assigned_at > a.assigned_at "
    "AND (a.unassigned_at IS NULL OR :assigned_at < a.unassigned_at) "
    "OR a.assigned_at > :assigned_at "
    "AND (:unassigned_at IS NULL OR a.assigned_at < :unassigned_at)) LIMIT 1";

/* Nothing can be in two places, and what is here now is known better here. */
static bool history_fits(struct transfer_row *p)
{
    struct db *db = p->run->db;
    if (db_int(db, overlaps, p->args, 0))
        return false;
    return args_given(p->args, "unassigned_at") ||
           !db_int(db,
                   "SELECT 1 FROM spool WHERE id = :spool_id "
                   "AND (archived_at IS NOT NULL OR deleted_at IS NOT NULL)",
                   p->args, 0);
}

static bool may_create(struct transfer_row *p)
{
    if (strcmp(p->entity->table, "filament") == 0)
        materials_ensure(p->run->db, args_text(p->args, "material_type"));
    if (strcmp(p->entity->table, "spool") == 0)
        number_anew(p);
    return strcmp(p->entity->table, "slot_assignment") != 0 || history_fits(p);
}

/* --- one row --- */

static void remember(struct transfer_row *p, json_t *list, json_t *value)
{
    char key[KEY_SIZE];
    const struct field *own = transfer_own_id(p->entity);
    if (own && key_of(p->entity->name, args_text(p->args, own->name), key))
        db_put(p->run->db, list, key, value);
    else
        json_decref(value);
}

static int64_t find_row(struct transfer_row *p)
{
    int64_t row = 0;
    for (size_t i = 0; i < LEN(p->entity->find) && p->entity->find[i] && !row; i++)
        row = db_int(p->run->db, p->entity->find[i], p->args, 0);
    return row;
}

static int64_t execute(struct transfer_row *p,
                       void (*make)(const struct transfer_entity *, const json_t *, struct buf *))
{
    auto_buf sql = {0};
    make(p->entity, p->args, &sql);
    struct db *db = p->run->db;
    return db_exec_fits(db, db_sql(db, &sql), p->args) ? db_changes(db) : 0;
}

/* The file's layers take the place of all that are here. */
static void drop_trail(struct transfer_row *p)
{
    for (size_t i = 0; i < p->entity->shape.count; i++) {
        const struct field *field = &p->entity->shape.fields[i];
        if ((field->flags & TRANSFER_TRAIL) && args_has(p->args, field->name))
            db_exec(p->run->db, "DELETE FROM job_layer WHERE job = :row", p->args);
    }
}

static enum transfer_result leave_out(struct transfer_row *p, const char *code, const char *text)
{
    remember(p, p->run->skipped, json_true());
    if (code)
        transfer_problem(p->run, &p->where, "", code, text);
    return TRANSFER_SKIPPED;
}

static enum transfer_result create(struct transfer_row *p)
{
    struct db *db = p->run->db;
    if (!may_create(p) || !execute(p, transfer_sql_insert))
        return leave_out(p, "clash", "left out, because it contradicts what is here");
    remember(p, p->run->places, json_integer(db_last_row(db)));
    if (strcmp(p->entity->table, "spool") == 0)
        db_put(db, p->run->made, args_text(p->args, "spool_id"), json_true());
    return TRANSFER_CREATED;
}

static bool is_same(struct transfer_row *p)
{
    auto_buf sql = {0};
    transfer_sql_same(p->entity, p->args, &sql);
    return db_int(p->run->db, db_sql(p->run->db, &sql), p->args, 0);
}

/* Settings and the like are there with a default: a row that nobody chose is as good as none. */
static bool is_chosen(struct transfer_row *p)
{
    auto_buf sql = {0};
    if (!p->entity->only)
        return true;
    buf_format(&sql, "SELECT 1 FROM %s x WHERE x.rowid = :row AND (%s)", p->entity->table,
               p->entity->only);
    return db_int(p->run->db, db_sql(p->run->db, &sql), p->args, 0);
}

static enum transfer_result meet(struct transfer_row *p, int64_t row)
{
    db_put(p->run->db, p->args, "row", json_integer(row));
    remember(p, p->run->places, json_integer(row));
    if ((p->entity->flags & TRANSFER_LIVE) || is_same(p))
        return TRANSFER_UNCHANGED;
    if (!is_chosen(p) && execute(p, transfer_sql_update))
        return TRANSFER_CREATED;
    if (p->run->wish->on_conflict == TRANSFER_FAIL) {
        fault(p, "", "conflict", "is here already, with other contents");
        return TRANSFER_SKIPPED;
    }
    if (p->entity->flags & TRANSFER_LEDGER) {
        transfer_problem(p->run, &p->where, "", "ledger_differs",
                         "is here already, with other contents; the ledger is never changed");
        return TRANSFER_SKIPPED;
    }
    if (p->run->wish->on_conflict == TRANSFER_SKIP) {
        transfer_problem(p->run, &p->where, "", "kept",
                         "is here already, with other contents, which stay");
        return TRANSFER_SKIPPED;
    }
    if (execute(p, transfer_sql_update)) {
        drop_trail(p);
        if (p->entity->flags & TRANSFER_BULK)
            json_array_append(p->run->prints, json_object_get(p->args, "job_id"));
        return TRANSFER_UPDATED;
    }
    transfer_problem(p->run, &p->where, "", "clash",
                     "not updated, because it would contradict what is here");
    return TRANSFER_SKIPPED;
}

void transfer_row_pass(struct transfer_row *p)
{
    struct transfer_run *run = p->run;
    take_values(p);
    if (run->faulty) {
        remember(p, run->skipped, json_true()); /* no faults of those that refer to it */
        return;
    }
    int64_t row = p->left_out ? 0 : find_row(p);
    enum transfer_result result = p->left_out ? leave_out(p, NULL, NULL)
                                  : row       ? meet(p, row)
                                              : create(p);
    transfer_count(run, p->entity->name, result);
}

void transfer_row_restamp(struct transfer_row *p)
{
    if (!json_object_get(p->run->made, json_string_value(json_object_get(p->row, "spool_id"))))
        return;
    take_values(p);
    db_exec(p->run->db,
            "UPDATE spool SET updated_at = :updated_at, first_used_at = :first_used_at, "
            "last_used_at = :last_used_at WHERE public_id = :spool_id",
            p->args);
}
