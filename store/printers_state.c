#include <string.h>

#include "base/auto.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/printers.h"
#include "store/printers_inside.h"

json_t *printers_targets(struct db *db)
{
    static const struct field types[] = {{.name = "enabled", .kind = K_BOOL}};
    static const struct field_shape shape = {"printer", types, LEN(types)};
    return db_rows(
        db,
        "SELECT /* scan */ id, public_id AS printer_id, serial, host, port, ftps_port, access_code, "
        "pin_sha256, enabled, source, model, nozzles FROM printer "
        "WHERE deleted_at IS NULL ORDER BY id",
        NULL, &shape);
}

json_t *printers_names(struct db *db)
{
    return db_rows(db,
                   "SELECT /* scan */ id, public_id AS printer_id FROM printer "
                   "WHERE deleted_at IS NULL ORDER BY public_id",
                   NULL, NULL);
}

enum err printers_save_state(struct db *db, int64_t printer, const json_t *state, struct why *why)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:O}", "id", (json_int_t)printer, "state", state));
    db_exec(db, "UPDATE printer SET state = :state, state_at = :now WHERE id = :id", args);
    return db_status(db, why);
}

enum err printers_state(struct db *db, int64_t printer, json_t **ret_state, struct why *why)
{
    static const struct field types[] = {{.name = "state", .kind = K_OBJECT}};
    static const struct field_shape shape = {"printer", types, LEN(types)};
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)printer));
    json_auto_t *row = db_row(db, "SELECT state FROM printer WHERE id = :id", args, &shape);
    if (!row)
        return db_missing(db, why, "printer_not_found", "printer_id", "no such printer");
    *ret_state = json_incref(json_object_get(row, "state"));
    return OK;
}

/* --- merge --- */

/* What refers to a slot: each row moves from :old to :new. */
static const char *const slot_moves[] = {
    "UPDATE slot_assignment SET unassigned_at = :now, updated_at = :now WHERE slot = :old "
    "AND unassigned_at IS NULL AND EXISTS (SELECT 1 FROM slot_assignment n WHERE n.slot = :new "
    "AND n.unassigned_at IS NULL)",
    "UPDATE slot_assignment SET unassigned_at = (SELECT min(n.assigned_at) FROM slot_assignment n "
    "WHERE n.slot = :new), updated_at = :now WHERE slot = :old AND assigned_at < (SELECT "
    "min(n.assigned_at) FROM slot_assignment n WHERE n.slot = :new) "
    "AND coalesce(unassigned_at, :now) > (SELECT min(n.assigned_at) FROM slot_assignment n "
    "WHERE n.slot = :new)",
    "DELETE FROM slot_assignment WHERE slot = :old AND assigned_at >= (SELECT min(n.assigned_at) "
    "FROM slot_assignment n WHERE n.slot = :new)",
    "UPDATE slot_assignment SET slot = :new, updated_at = :now WHERE slot = :old",
    "UPDATE question SET state = 'closed', closed_at = :now, updated_at = :now, "
    "close_reason = 'the printers were merged' WHERE slot = :old AND state = 'open'",
    "UPDATE question SET slot = :new, updated_at = :now WHERE slot = :old",
    "UPDATE job_filament SET slot = :new WHERE slot = :old",
    "UPDATE job_segment SET slot = :new WHERE slot = :old",
    "UPDATE usage SET slot = :new WHERE slot = :old",
    "UPDATE alert SET slot = :new, updated_at = :now WHERE slot = :old /* scan */",
    "DELETE FROM slot WHERE id = :old",
};

/* Where both printers have a slot, the one that is kept decides for the time it has a history. */
static void merge_slot(struct db *db, const json_t *row)
{
    for (size_t i = 0; i < LEN(slot_moves); i++)
        db_exec(db, slot_moves[i], row);
}

static const char *const printer_moves[] = {
    "UPDATE slot SET printer = :to, updated_at = :now WHERE printer = :from",
    "UPDATE job SET status = 'unknown', ended_at = max(:now, started_at), updated_at = :now "
    "WHERE printer = :from AND ended_at IS NULL AND EXISTS (SELECT 1 FROM job o "
    "WHERE o.printer = :to AND o.ended_at IS NULL)",
    "UPDATE job SET printer = :to, updated_at = :now WHERE printer = :from",
    "UPDATE source_event SET printer = :to WHERE printer = :from",
    "UPDATE alert SET printer = :to, updated_at = :now WHERE printer = :from /* scan */",
    "UPDATE printer_alias SET printer = :to WHERE printer = :from",
    "DELETE FROM printer WHERE id = :from",
};

enum err printers_merge(struct db *db, int64_t from, int64_t to, struct why *why)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I}", "from", (json_int_t)from, "to", (json_int_t)to));
    json_auto_t *both = db_rows(db,
                                "SELECT o.id AS old, n.id AS new FROM slot o JOIN slot n "
                                "ON n.printer = :to AND n.unit = o.unit AND n.slot = o.slot "
                                "WHERE o.printer = :from ORDER BY o.id",
                                args, NULL);
    size_t i;
    const json_t *row;
    json_array_foreach (both, i, row)
        merge_slot(db, row);
    for (i = 0; i < LEN(printer_moves); i++)
        db_exec(db, printer_moves[i], args);
    return db_status(db, why);
}

json_t *printers_id(struct db *db, int64_t printer)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)printer));
    json_auto_t *row = db_row(db, "SELECT public_id FROM printer WHERE id = :id", args, NULL);
    return row ? json_incref(json_object_get(row, "public_id")) : json_null();
}
