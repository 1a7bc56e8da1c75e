#include "store/search.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/args.h"
#include "store/db.h"

static const char blanks[] = " \t\r\n";

/* A word as a quoted text: whatever is in it is data. */
static void add_quoted(struct buf *out, const char *word, size_t len)
{
    buf_char(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (word[i] == '"')
            buf_char(out, '"');
        buf_char(out, word[i]);
    }
    buf_char(out, '"');
}

void search_prepare(struct db *db, json_t *args)
{
    const char *q = args_text(args, "q");
    if (!q)
        return;
    auto_buf match = {0};
    for (q += strspn(q, blanks); *q; q += strspn(q, blanks)) {
        size_t len = strcspn(q, blanks);
        if (match.len)
            buf_char(&match, ' ');
        add_quoted(&match, q, len);
        q += len;
    }
    buf_text(&match, match.len ? "*" : "\"\"");
    if (match.failed)
        db_fail(db, ERR_NOMEM, NULL, "", "no memory for a search");
    else
        db_put(db, args, "match", json_stringn(match.data, match.len));
}

static const struct {
    const char *drop, *add;
} refreshes[] = {
    {"DELETE FROM spool_search WHERE rowid IN (SELECT x.rowid FROM spool_search x "
     "LEFT JOIN spool_words w ON w.id = x.rowid WHERE w.words IS NOT x.words) /* scan */",
     "INSERT INTO spool_search (rowid, words) SELECT id, words FROM spool_words w WHERE NOT EXISTS "
     "(SELECT 1 FROM spool_search x WHERE x.rowid = w.id) /* scan */"},
    {"DELETE FROM filament_search WHERE rowid IN (SELECT x.rowid FROM filament_search x "
     "LEFT JOIN filament_words w ON w.id = x.rowid WHERE w.words IS NOT x.words) /* scan */",
     "INSERT INTO filament_search (rowid, words) SELECT id, words FROM filament_words w WHERE NOT "
     "EXISTS (SELECT 1 FROM filament_search x WHERE x.rowid = w.id) /* scan */"},
    {"DELETE FROM vendor_search WHERE rowid IN (SELECT x.rowid FROM vendor_search x "
     "LEFT JOIN vendor_words w ON w.id = x.rowid WHERE w.words IS NOT x.words) /* scan */",
     "INSERT INTO vendor_search (rowid, words) SELECT id, words FROM vendor_words w WHERE NOT "
     "EXISTS (SELECT 1 FROM vendor_search x WHERE x.rowid = w.id) /* scan */"},
    {"DELETE FROM job_search WHERE rowid IN (SELECT x.rowid FROM job_search x "
     "LEFT JOIN job_words w ON w.id = x.rowid WHERE w.words IS NOT x.words) /* scan */",
     "INSERT INTO job_search (rowid, words) SELECT id, words FROM job_words w WHERE NOT EXISTS "
     "(SELECT 1 FROM job_search x WHERE x.rowid = w.id) /* scan */"},
};

enum err search_refresh(struct db *db)
{
    for (size_t i = 0; i < LEN(refreshes); i++) {
        db_exec(db, refreshes[i].drop, NULL);
        db_exec(db, refreshes[i].add, NULL);
    }
    return db_status(db, NULL);
}

void search_forget(struct db *db)
{
    db_exec(db, "INSERT INTO job_search (job_search) VALUES ('optimize')", NULL);
}
