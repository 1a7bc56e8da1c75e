/* When the layers of a print were reached, as one short text: see transfer_inside.h. */
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "store/args.h"
#include "store/db.h"
#include "store/transfer_inside.h"

enum { STEP_SIZE = 48, LAYERS_MOST = 100000 };

const char transfer_trail_sql[] =
    "(SELECT group_concat(step, ' ') FROM (SELECT CASE WHEN layer = before + 1 THEN at - before_at "
    "ELSE layer || '@' || at END AS step FROM (SELECT layer, at, lag(layer) OVER (ORDER BY layer) "
    "AS before, lag(at) OVER (ORDER BY layer) AS before_at FROM job_layer WHERE job = x.id) "
    "ORDER BY layer))";

/* "12@1764331200000" names a layer and its time, "35120" is the time from one to the next. */
static bool take_step(char *step, int64_t *layer, int64_t *at)
{
    int64_t value;
    char *rest = strchr(step, '@');
    bool first = *layer < 0;
    if (rest)
        *rest++ = '\0';
    if (!text_to_int(step, &value) || (!rest && first))
        return false;
    if (!rest) {
        ++*layer;
        return !__builtin_add_overflow(*at, value, at);
    }
    bool ahead = value > *layer && value <= INT32_MAX;
    *layer = value;
    return ahead && text_to_int(rest, at);
}

json_t *transfer_trail_read(const char *text)
{
    json_auto_t *rows = json_array();
    int64_t layer = -1, at = 0;
    while (*text) {
        char step[STEP_SIZE];
        size_t len = strcspn(text, " ");
        if (!text_copy_len(step, sizeof step, text, len) || !take_step(step, &layer, &at) ||
            json_array_size(rows) >= LAYERS_MOST ||
            json_array_append_new(rows, json_pack("[I, I]", (json_int_t)layer, (json_int_t)at)))
            return NULL;
        text += len + (text[len] == ' ');
    }
    return json_array_size(rows) ? json_incref(rows) : NULL;
}

enum err transfer_trail_write(struct db *db, int64_t job, const char *text)
{
    json_auto_t *rows = text ? transfer_trail_read(text) : NULL;
    json_auto_t *args = db_args(db, json_pack("{s:I, s:O?}", "job", (json_int_t)job, "rows", rows));
    db_exec(db, "DELETE FROM job_layer WHERE job = :job", args);
    if (rows)
        db_exec(db,
                "INSERT INTO job_layer (job, layer, at) SELECT :job, json_extract(value, '$[0]'), "
                "json_extract(value, '$[1]') FROM json_each(:rows)",
                args);
    return db_status(db, NULL);
}
