#include "service/player_final.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/printer.h"
#include "store/jobs.h"
#include "store/ledger.h"
#include "store/list.h"
#include "store/questions.h"
#include "store/slots.h"

static json_t *address_json(struct slot_address at)
{
    if (address_none(at))
        return json_null();
    return json_pack("{s:i, s:i}", "ams_unit_number", at.unit, "slot_number", at.slot);
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *number_or_null(int number)
{
    return number >= 0 ? json_integer(number) : json_null();
}

/* Durable facts only: they are the same with and without a restart in between. */
static json_t *printer_json(const struct player_total *total)
{
    const struct printer *p = total->printer;
    return json_pack(
        "{s:s, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:b}", "printer_id", total->printer_id, "model",
        text_or_null(model_name(p->model)), "firmware", text_or_null(p->firmware), "nozzles",
        p->nozzles, "gcode_state", text_or_null(printer_state_slug(p->gcode_state)), "layer",
        number_or_null(p->layer), "total_layers", number_or_null(p->total_layers), "feeding",
        address_json(p->feeding), "commands_refused", printer_commands_refused(p));
}

typedef enum err list_fn(struct db *db, const json_t *args, struct list *ret_list, struct why *why);

static enum err add_list(struct db *db, struct buf *out, const char *key, list_fn *read,
                         struct why *why)
{
    auto_list list = {0};
    json_auto_t *args = json_object();
    enum err e = read(db, args, &list, why);
    if (e != OK)
        return e;
    buf_format(out, ",\"%s\":", key);
    buf_add(out, list.body.data, list.body.len);
    return OK;
}

static void add_violations(struct db *db, struct buf *out)
{
    json_auto_t *rows = ledger_violations(db);
    char *text = json_dumps(rows, JSON_COMPACT);
    buf_format(out, ",\"violations\":%s", text ? text : "null");
    free(text);
}

enum err player_final(struct db *db, const struct player_total *total, FILE *out, struct why *why)
{
    static const struct {
        const char *key;
        list_fn *read;
    } lists[] = {{"slots", slots_list},
                 {"jobs", jobs_list},
                 {"usage_events", ledger_list},
                 {"questions", questions_list}};
    json_auto_t *printer = printer_json(total);
    char *text = json_dumps(printer, JSON_COMPACT);
    auto_buf line = {0};
    buf_format(&line, "{\"final\":true,\"printer\":%s", text ? text : "null");
    free(text);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        enum err e = add_list(db, &line, lists[i].key, lists[i].read, why);
        if (e != OK)
            return e;
    }
    add_violations(db, &line);
    buf_format(&line, ",\"messages\":%lld,\"rejected\":%lld,\"writes\":%lld}\n",
               (long long)total->messages, (long long)total->rejected, (long long)total->writes);
    if (line.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    fwrite(line.data, 1, line.len, out);
    return OK;
}
