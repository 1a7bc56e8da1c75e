#include "store/jobs.h"

#include "base/auto.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/search.h"

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

json_t *jobs_id(struct db *db, int64_t job)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)job));
    json_auto_t *row = db_row(db, "SELECT public_id FROM job WHERE id = :id", args, NULL);
    return row ? json_incref(json_object_get(row, "public_id")) : json_null();
}
