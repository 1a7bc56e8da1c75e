#include "base/auto.h"
#include "store/args.h"
#include "store/db.h"
#include "store/search.h"
#include "store/transfer_inside.h"

struct format {
    const char *source;
    enum err (*pass)(struct transfer_run *run, struct transfer_file *file, struct why *why);
};

/* A file that cannot be read looks like one that ends too early, which it is not. */
static enum err check_read(const struct transfer_file *file, enum err e, struct why *why)
{
    return ferror(file->file)
               ? why_fail(why, ERR_IO, "unreadable", NULL, "the file could not be read to its end")
               : e;
}

/* A byte order mark, which spreadsheets write, is no content. */
static void skip_mark(struct transfer_file *file)
{
    static const int mark[] = {0xEF, 0xBB, 0xBF};
    for (size_t i = 0; i < LEN(mark); i++) {
        int c = transfer_file_byte(file);
        if (c == mark[i])
            continue;
        transfer_file_seek(file, 0, 1);
        return;
    }
}

static const struct format *recognise(struct transfer_file *file)
{
    static const struct format document = {"filamentd", transfer_import_document};
    static const struct format spoolman = {"spoolman", transfer_import_spoolman};
    static const struct format sheet = {"csv", transfer_import_sheet};
    skip_mark(file);
    int first = transfer_file_peek(file);
    if (first == '{')
        return &document;
    return first == '[' ? &spoolman : first == EOF ? NULL : &sheet;
}

enum err transfer_import(struct db *db, FILE *source, const struct transfer_wish *wish,
                         json_t **ret_report, struct why *why)
{
    struct transfer_file file = {source, 1};
    const struct format *format = recognise(&file);
    *ret_report = NULL;
    if (!format)
        return check_read(&file, why_fail(why, ERR_INVALID, "empty_file", "", "the file is empty"),
                          why);
    json_auto_t *places = db_args(db, json_object());
    json_auto_t *skipped = db_args(db, json_object());
    json_auto_t *made = db_args(db, json_object());
    json_auto_t *prints = db_args(db, json_array());
    struct transfer_run run = {.db = db,
                               .wish = wish,
                               .report = db_args(db, transfer_report_new(wish, format->source)),
                               .places = places,
                               .skipped = skipped,
                               .made = made,
                               .prints = prints};
    enum err e = db_failed(db) ? db_status(db, why) : format->pass(&run, &file, why);
    e = check_read(&file, e, why);
    if (e == OK)
        e = transfer_verdict(&run, why);
    if (e == OK)
        search_forget(db);
    *ret_report = run.report;
    return e;
}
