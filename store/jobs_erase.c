#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "core/job.h"
#include "core/job_identity.h"
#include "core/printer.h"
#include "store/args.h"
#include "store/db.h"
#include "store/jobs.h"
#include "store/search.h"
#include "store/settings.h"

static const int64_t day_ms = 24 * 60 * 60 * 1000;

/* Everything of which a row holds a name. :told is a little before the start: the print is
 * announced before it begins. */
static const char *const erasures[] = {
    "UPDATE alert SET text = replace(kind, '_', ' '), data = '{}', updated_at = :now "
    "WHERE job = :job AND (instr(text, :given) OR instr(data, :written)) /* scan */",
    "UPDATE source_event SET body = NULL WHERE printer = :printer "
    "AND received_at BETWEEN :told AND :until AND (instr(body, :written) "
    "OR json_extract(body, '$.gcode_file_name') IS NOT NULL "
    "OR json_extract(body, '$.task_name') IS NOT NULL)",
    "UPDATE idempotency SET body = replace(body, '\"' || :written || '\"', 'null') "
    "WHERE instr(body, :public_id) AND instr(body, :written) /* scan */",
};

/* One name: as it was given, and as it stands inside a JSON text. */
static void erase_name(struct db *db, const json_t *row, const char *name)
{
    if (!name || !*name)
        return;
    json_auto_t *text = json_string(name);
    char *dumped auto_free = text ? json_dumps(text, JSON_ENCODE_ANY) : NULL;
    if (!dumped) {
        db_fail(db, ERR_NOMEM, NULL, "", "no memory to erase a name");
        return;
    }
    json_auto_t *args = db_args(db, args_copy(row));
    db_put(db, args, "given", json_string(name));
    db_put(db, args, "written", json_stringn(dumped + 1, strlen(dumped) - 2));
    for (size_t i = 0; i < LEN(erasures); i++)
        db_exec(db, erasures[i], args);
}

struct state {
    struct printer printer;
    struct job job;
};

/* The stored state, where its print is this one. */
static enum err erase_state(struct db *db, const json_t *row, struct why *why)
{
    const char *text = args_text(row, "state");
    json_auto_t *stored = text ? json_loads(text, 0, NULL) : NULL;
    struct state *state auto_free = calloc(1, sizeof *state);
    if (!state)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    if (!printer_load(&state->printer, json_object_get(stored, "printer")) ||
        !job_load(&state->job, json_object_get(stored, "job")) ||
        state->job.row != args_int(row, "job", 0))
        return OK;
    job_forget_printer_names(&state->job, &state->printer);
    job_forget_names(&state->job);
    json_auto_t *args = db_args(
        db, json_pack("{s:O, s:{s:o, s:o}}", "printer", json_object_get(row, "printer"), "state",
                      "printer", printer_dump(&state->printer), "job", job_dump(&state->job)));
    db_exec(db, "UPDATE printer SET state = :state WHERE id = :printer", args);
    return db_status(db, why);
}

static const char erasable[] =
    "SELECT j.id AS job, j.public_id, j.printer, j.file_name, j.name, "
    "j.started_at - 600000 AS told, j.ended_at + 600000 AS until, p.state FROM job j "
    "JOIN printer p ON p.id = j.printer WHERE j.id = :job AND j.names_erased_at IS NULL";

static enum err erase(struct db *db, int64_t job, struct why *why)
{
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    json_auto_t *row = db_row(db, erasable, keys, NULL);
    if (!row)
        return db_status(db, why);
    const char *file = args_text(row, "file_name");
    const char *base = file ? strrchr(file, '/') : NULL;
    erase_name(db, row, file);
    erase_name(db, row, base ? base + 1 : NULL);
    erase_name(db, row, args_text(row, "name"));
    db_exec(db,
            "UPDATE job SET file_name = NULL, name = NULL, sliced_reason = NULL, state = NULL, "
            "names_erased_at = :now, updated_at = :now WHERE id = :job",
            keys);
    return erase_state(db, row, why);
}

enum err jobs_erase_names(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row =
        db_row(db, "SELECT id, ended_at FROM job WHERE public_id = lower(:job_id)", args, NULL);
    if (row && !args_given(row, "ended_at"))
        return why_fail(why, ERR_CONFLICT, "job_active", "job_id",
                        "the print goes on; its names are needed until it ends");
    enum err e = row ? erase(db, args_int(row, "id", 0), why) : OK;
    if (row)
        search_forget(db);
    return e ? e : jobs_get(db, args, ret, why);
}

enum err jobs_erase_old_names(struct db *db, int64_t *ret_count, struct why *why)
{
    json_auto_t *setting = settings_get(db, "privacy.keep_names_days");
    json_int_t days = json_integer_value(setting);
    *ret_count = 0;
    if (days <= 0 || db_failed(db))
        return db_status(db, why);
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:i}", "before", (json_int_t)db_now(db) - days * day_ms,
                              "most", JOBS_ERASE_BATCH));
    json_auto_t *rows = db_rows(db,
                                "SELECT /* scan */ id FROM job WHERE names_erased_at IS NULL "
                                "AND ended_at < :before ORDER BY id LIMIT :most",
                                args, NULL);
    size_t i;
    const json_t *row;
    enum err e = OK;
    json_array_foreach (rows, i, row)
        e = e ? e : erase(db, args_int(row, "id", 0), why);
    if (json_array_size(rows))
        search_forget(db);
    db_exec(db,
            "UPDATE source_event SET body = NULL WHERE id IN (SELECT /* scan */ id "
            "FROM source_event WHERE body IS NOT NULL AND received_at < :before LIMIT :most)",
            args);
    int64_t jobs = (int64_t)json_array_size(rows);
    *ret_count = db_changes(db) > jobs ? db_changes(db) : jobs;
    return e ? e : db_status(db, why);
}

bool jobs_names_erased(struct db *db, int64_t job)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    return db_int(db, "SELECT names_erased_at IS NOT NULL FROM job WHERE id = :job", args, 0) != 0;
}
