#include "base/auto.h"
#include "base/id.h"
#include "store/args.h"
#include "store/db.h"
#include "store/slots.h"
#include "store/slots_inside.h"

json_t *slots_open_row(struct db *db, int64_t slot)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "slot", (json_int_t)slot));
    return db_row(db,
                  "SELECT id, spool, assigned_at, event_type, source, by_user, fingerprint, "
                  "mismatch_asked, runout_at FROM slot_assignment WHERE slot = :slot "
                  "AND unassigned_at IS NULL",
                  args, NULL);
}

int64_t slots_holding(struct db *db, int64_t spool)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "spool", (json_int_t)spool));
    return db_int(db,
                  "SELECT slot FROM slot_assignment WHERE spool = :spool "
                  "AND unassigned_at IS NULL",
                  args, 0);
}

/* Rows of a slot follow one another: nothing begins before the open one did. */
static enum err end_open(struct db *db, int64_t slot, int64_t at, struct why *why)
{
    json_auto_t *open = slots_open_row(db, slot);
    if (!open)
        return db_status(db, why);
    if (at < args_int(open, "assigned_at", 0))
        return why_fail(why, ERR_CONFLICT, "assignment_overlap", "assigned_at",
                        "the slot or the roll was assigned after that time; correct the history "
                        "instead");
    json_auto_t *args = db_args(
        db, json_pack("{s:O, s:I}", "id", json_object_get(open, "id"), "at", (json_int_t)at));
    db_exec(db, "UPDATE slot_assignment SET unassigned_at = :at, updated_at = :now WHERE id = :id",
            args);
    return db_status(db, why);
}

static enum err add_row(struct db *db, const struct slots_put *put, int64_t at, struct why *why)
{
    char public_id[ID_SIZE];
    db_new_id(db, public_id);
    json_auto_t *args = db_args(
        db, json_pack("{s:s, s:I, s:I, s:s, s:s?, s:s, s:b, s:s}", "public_id", public_id, "slot",
                      (json_int_t)put->slot, "at", (json_int_t)at, "event", put->event, "reason",
                      put->reason, "source", put->source, "by_user", put->by_user, "fingerprint",
                      put->fingerprint ? put->fingerprint : ""));
    db_put(db, args, "spool", put->spool ? json_integer(put->spool) : json_null());
    if (put->confidence >= 0)
        db_put(db, args, "confidence", json_integer(put->confidence));
    db_exec(db,
            "INSERT INTO slot_assignment (public_id, slot, spool, assigned_at, event_type, reason, "
            "source, by_user, confidence, fingerprint, created_at, updated_at) VALUES (:public_id, "
            ":slot, :spool, :at, :event, :reason, :source, :by_user, :confidence, :fingerprint, "
            ":now, :now)",
            args);
    return db_status(db, why);
}

/* The slot that the roll leaves is empty from now on. */
static enum err move_out(struct db *db, const struct slots_put *put, int64_t from, int64_t at,
                         struct why *why)
{
    char seen[FINGERPRINT_SIZE];
    slots_look(db, from, seen);
    struct slots_put out = {
        .slot = from,
        .event = "auto_moved",
        .reason = "the roll was assigned to another slot",
        .source = put->source,
        .confidence = -1,
        .fingerprint = seen,
    };
    enum err e = end_open(db, from, at, why);
    if (e == OK)
        e = add_row(db, &out, at, why);
    return e ? e : slots_refresh_match(db, from, why);
}

enum err slots_put(struct db *db, const struct slots_put *put, struct why *why)
{
    int64_t at = put->at ? put->at : db_now(db);
    int64_t from = put->spool ? slots_holding(db, put->spool) : 0;
    enum err e = OK;
    if (from && from != put->slot)
        e = move_out(db, put, from, at, why);
    if (e == OK)
        e = end_open(db, put->slot, at, why);
    if (e == OK)
        e = add_row(db, put, at, why);
    return e ? e : slots_refresh_match(db, put->slot, why);
}

enum err slots_take_out(struct db *db, int64_t spool, struct why *why)
{
    int64_t slot = slots_holding(db, spool);
    if (!slot)
        return db_status(db, why);
    char seen[FINGERPRINT_SIZE];
    slots_look(db, slot, seen);
    struct slots_put put = {
        .slot = slot,
        .event = "manual",
        .reason = "the roll was taken out of use",
        .source = "api",
        .by_user = true,
        .confidence = -1,
        .fingerprint = seen,
    };
    return slots_put(db, &put, why);
}

/* --- answers remembered --- */

int64_t slots_learned(struct db *db, const char *fingerprint)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "fingerprint", fingerprint));
    return db_int(db, "SELECT spool FROM learned WHERE fingerprint = :fingerprint", args, 0);
}

enum err slots_learn(struct db *db, const char *fingerprint, int64_t spool, struct why *why)
{
    if (!fingerprint[0])
        return OK;
    json_auto_t *args = db_args(
        db, json_pack("{s:s, s:I}", "fingerprint", fingerprint, "spool", (json_int_t)spool));
    db_exec(db,
            "INSERT INTO learned (fingerprint, spool, learned_at) "
            "VALUES (:fingerprint, :spool, :now) ON CONFLICT (fingerprint) DO UPDATE "
            "SET spool = excluded.spool, learned_at = excluded.learned_at",
            args);
    return db_status(db, why);
}

enum err slots_forget(struct db *db, const char *fingerprint, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "fingerprint", fingerprint));
    db_exec(db, "DELETE FROM learned WHERE fingerprint = :fingerprint", args);
    return db_status(db, why);
}
