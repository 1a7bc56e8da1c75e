#include "store/jobs.h"

#include "base/auto.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/search.h"
#include "store/settings.h"

static const int64_t day_ms = 86400000;

enum err jobs_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"printer_id", "printer_id = :printer_id"},
        {"status", "status = :status"},
        {"active", "(end_time IS NULL) = :active"},
        {"external_id", "json_extract(external_ids, '$.external_id') = :external_id"},
        {"match", "job_id IN (SELECT public_id FROM job WHERE id IN (SELECT rowid FROM job_search "
                  "WHERE job_search MATCH :match))"},
        {"from", "start_time >= strftime('%Y-%m-%dT%H:%M:%SZ', :from / 1000, 'unixepoch')"},
        {"to", "start_time < strftime('%Y-%m-%dT%H:%M:%SZ', :to / 1000, 'unixepoch')"},
    };
    static const struct list_sort sorts[] = {{"start_time", "start_time"},
                                             {"end_time", "end_time"},
                                             {"total_actual_grams", "total_actual_grams"},
                                             {"cost_usd", "cost_usd"}};
    static const struct list_kind kind = {
        .shape = &jobs_shape,
        .entity = "print_job",
        .key = "job_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "DESC",
    };
    json_auto_t *copy = db_args(db, args_copy(args));
    search_prepare(db, copy);
    if (args_given(args, "printer_id")) {
        json_auto_t *printer = NULL;
        enum err e = printers_get(db, args, &printer, why);
        if (e)
            return e;
        db_put(db, copy, "printer_id", json_incref(json_object_get(printer, "printer_id")));
    }
    return list_read(db, &kind, copy, ret_list, why);
}

enum err jobs_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    *ret = db_row(db, "SELECT * FROM print_jobs WHERE job_id = lower(:job_id)", args, &jobs_shape);
    return *ret ? OK : db_missing(db, why, "job_not_found", "job_id", "no such print job");
}

int64_t jobs_find(struct db *db, const char *job_id)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "id", job_id));
    return db_int(db, "SELECT id FROM job WHERE public_id = lower(:id)", args, 0);
}

enum err jobs_erase_names(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *active = db_row(
        db, "SELECT id FROM job WHERE public_id = lower(:job_id) AND ended_at IS NULL", args, NULL);
    if (active)
        return why_fail(why, ERR_CONFLICT, "job_active", "job_id",
                        "the print goes on; its names are needed until it ends");
    db_exec(db,
            "UPDATE job SET file_name = NULL, name = NULL, "
            "state = json_remove(state, '$.file', '$.name', '$.title'), names_erased_at = :now, "
            "updated_at = :now WHERE public_id = lower(:job_id) AND names_erased_at IS NULL",
            args);
    return jobs_get(db, args, ret, why);
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
    db_exec(db,
            "UPDATE job SET file_name = NULL, name = NULL, "
            "state = json_remove(state, '$.file', '$.name', '$.title'), names_erased_at = :now, "
            "updated_at = :now WHERE id IN (SELECT /* scan */ id FROM job "
            "WHERE names_erased_at IS NULL AND ended_at < :before ORDER BY id LIMIT :most)",
            args);
    *ret_count = db_changes(db);
    db_exec(db,
            "UPDATE source_event SET body = NULL WHERE id IN (SELECT /* scan */ id "
            "FROM source_event WHERE body IS NOT NULL AND received_at < :before LIMIT :most)",
            args);
    *ret_count = db_changes(db) > *ret_count ? db_changes(db) : *ret_count;
    return db_status(db, why);
}
