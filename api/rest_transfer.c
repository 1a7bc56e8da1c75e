#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "api/upload.h"
#include "base/auto.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/hub.h"
#include "store/csv.h"
#include "store/transfer.h"

static const char *const formats[] = {"json", "csv", NULL};
static const char *const conflicts[] = {"skip", "update", "fail", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field export_fields[] = {
    {NULL, "format", K_TEXT, 0, 0, 0, 0, 0, formats, "json (all there is) or csv (one table)"},
    {NULL, "what", K_TEXT, 0, 0, 0, 0, 0, transfer_sheets, "which table, with csv"},
};
const struct body_table rest_transfer_export_query = {export_fields, LEN(export_fields)};

static const struct field import_fields[] = {
    {NULL, "dry_run", K_BOOL, 0, 0, 0, 0, 0, NULL, "do all of it, tell, and keep nothing"},
    {NULL, "on_conflict", K_TEXT, 0, 0, 0, 0, 0, conflicts,
     "for what is here with other contents: skip (it stays), update (the file wins) or fail"},
};
const struct body_table rest_transfer_import_query = {import_fields, LEN(import_fields)};

/* --- out --- */

static enum err no_disk(struct why *why)
{
    return why_fail(why, ERR_IO, "no_disk", NULL,
                    "the export cannot be kept in the state directory");
}

/* Kept on disk first: an answer that began cannot fail any more, and the snapshot does not wait for
 * a slow reader. The file has no name, so that nothing is left of it whatever happens. */
static enum err open_file(const struct request *request, FILE **ret_file, struct why *why)
{
    char path[UPLOAD_PATH];
    snprintf(path, sizeof path, "%s/export.XXXXXX", request->api->context.state_dir);
    int fd = mkstemp(path);
    if (fd < 0)
        return no_disk(why);
    unlink(path);
    *ret_file = fdopen(fd, "w+");
    if (*ret_file)
        return OK;
    close(fd);
    return no_disk(why);
}

static void name_file(const struct request *request, struct reply *reply, const char *what,
                      const char *ending)
{
    char time[TEXT_TIME_SIZE];
    text_time(time, request->call->now);
    buf_format(&reply->head,
               "Content-Disposition: attachment; filename=\"filamentd-%s-%.10s.%s\"\r\n", what,
               time, ending);
}

enum err rest_transfer_export(struct request *request, struct reply *reply, struct why *why)
{
    const char *what = request_text(request, "what");
    bool csv = strcmp(request_text(request, "format"), "csv") == 0;
    auto_file *file = NULL;
    if (csv != (*what != '\0'))
        return why_fail(why, ERR_INVALID, csv ? "required" : "not_allowed", "what",
                        csv ? "what is needed with csv: spools, usage or jobs"
                            : "what goes with format=csv; the JSON holds everything");
    enum err e = open_file(request, &file, why);
    if (e == OK)
        e = csv ? transfer_csv(request->db, what, file, why)
                : transfer_export(request->db, file, why);
    if (e != OK)
        return e;
    reply->type = csv ? csv_type : NULL;
    name_file(request, reply, csv ? what : "export", csv ? "csv" : "json");
    return reply_file(reply, take(&file), why);
}

/* --- in --- */

static enum transfer_conflict conflict_of(const char *text)
{
    if (strcmp(text, "update") == 0)
        return TRANSFER_UPDATE;
    return strcmp(text, "fail") == 0 ? TRANSFER_FAIL : TRANSFER_SKIP;
}

static struct transfer_wish wish_of(const json_t *args)
{
    return (struct transfer_wish){
        .on_conflict = conflict_of(json_string_value(json_object_get(args, "on_conflict"))),
        .dry_run = json_is_true(json_object_get(args, "dry_run")),
        .spool_fields = &rest_spools_fields_create,
    };
}

static enum err open_upload(const json_t *args, FILE **ret_file, struct why *why)
{
    *ret_file = fopen(json_string_value(json_object_get(args, "path")), "r");
    return *ret_file ? OK : why_fail(why, ERR_IO, "no_disk", NULL, "the upload is gone");
}

/* ${args}: {path, on_conflict, dry_run, report}; the report is filled also where all is undone. */
static enum err run_import(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *report = NULL;
    const struct transfer_wish wish = wish_of(args);
    auto_file *file = NULL;
    enum err e = open_upload(args, &file, why);
    if (e == OK)
        e = transfer_import(db, file, &wish, &report, why);
    json_object_update(json_object_get(args, "report"), report);
    *ret = e == OK ? json_incref(report) : NULL;
    return e;
}

/* All faults of the file, before anybody has to wait for it. */
static enum err rehearse(const struct request *request, const struct upload *upload,
                         const json_t *args, struct why *why)
{
    json_auto_t *report = NULL;
    const struct transfer_wish wish = wish_of(args);
    auto_file *file = NULL;
    auto_buf scratch = {0};
    buf_format(&scratch, "%s.trial", upload->path);
    enum err e = scratch.failed ? ERR_NOMEM : open_upload(args, &file, why);
    if (e == OK)
        e = transfer_rehearse(request->api->context.database, scratch.data, file, &wish, &report,
                              why);
    json_object_update(json_object_get(args, "report"), report);
    return e;
}

/* Each fault for programs, as other refusals have it; the report beside it for people. */
static void explain(struct request *request, struct reply *reply, json_t *report)
{
    size_t i;
    json_t *problem;
    if (!json_object_size(report))
        return;
    json_array_foreach (json_object_get(report, "problems"), i, problem)
        json_array_append_new(request->errors,
                              json_pack("{s:O, s:O, s:O, s:O}", "field",
                                        json_object_get(problem, "where"), "code",
                                        json_object_get(problem, "code"), "message",
                                        json_object_get(problem, "message"), "line",
                                        json_object_get(problem, "line")));
    json_decref(reply->problem);
    reply->problem = json_pack("{s:O}", "report", report);
}

static json_t *import_args(const struct request *request, const struct upload *upload)
{
    return json_pack("{s:s, s:s, s:b, s:{}}", "path", upload->path, "on_conflict",
                     request_text(request, "on_conflict"), "dry_run",
                     json_is_true(json_object_get(request->args, "dry_run")), "report");
}

/* What the hub knows of printers, slots and prints. The import is done whatever comes of it. */
static void read_anew(const struct request *request)
{
    enum { TRIES = 5 };
    struct why why = {0};
    enum err e = ERR_BUSY;
    for (int i = 0; i < TRIES && e == ERR_BUSY; i++)
        e = hub_restart(request->api->context.hub, &why);
    if (e != OK)
        log_line(LOG_ERROR, "http.import", "id=%s code=%s detail=\"restart the daemon\"",
                 request->call->id, why.code);
}

enum err rest_transfer_import(struct request *request, struct reply *reply, struct why *why)
{
    struct upload upload = {.limit = LIMIT_IMPORT_BYTES};
    enum err e = upload_take(request, reply, &upload, why);
    json_auto_t *args = e == OK ? import_args(request, &upload) : NULL;
    if (e == OK && !args)
        e = why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    bool dry = json_is_true(json_object_get(args, "dry_run"));
    if (e == OK)
        e = rehearse(request, &upload, args, why);
    if (e == OK && !dry)
        e = request_answer_write(request, reply, run_import, args, 200, NULL, why);
    upload_drop(&upload);
    json_t *report = json_object_get(args, "report");
    if (e == OK && dry)
        return reply_json(reply, 200, json_incref(report));
    if (e == OK)
        read_anew(request);
    else
        explain(request, reply, report);
    return e;
}
