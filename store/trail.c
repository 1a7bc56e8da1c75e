#include "store/trail.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"

enum { STEP_SIZE = 48, LAYERS_MOST = 100000 };

#define ROWS                                                                                       \
    "(SELECT group_concat(step, ' ') FROM (SELECT CASE WHEN layer = before + 1 THEN at - "         \
    "before_at ELSE layer || '@' || at END AS step FROM (SELECT layer, at, lag(layer) OVER "       \
    "(ORDER BY layer) AS before, lag(at) OVER (ORDER BY layer) AS before_at FROM job_layer "       \
    "WHERE job = x.id) ORDER BY layer))"

const char trail_sql[] = "coalesce(x.layer_times || ' ' || " ROWS ", x.layer_times, " ROWS ")";

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

json_t *trail_read(const char *text)
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
