#include <stdlib.h>

#include "api/reply.h"
#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/limits.h"
#include "bridge/hub.h"
#include "core/printer.h"
#include "store/suggestions.h"

enum { REQ = FIELD_REQUIRED, ID_MAX = 64, GRAMS_MAX = 100000, MOST = 50 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field suggest_fields[] = {
    {NULL, "grams", K_GRAMS, 0, 0, 0.001, GRAMS_MAX, REQ, NULL, "what the print needs"},
    {NULL, "material", K_TEXT, 0, 0, 1, 40, 0, NULL, "only this material"},
    {NULL, "filament_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only rolls of this product"},
    {NULL, "profile", K_TEXT, 0, 0, 1, 32, 0, NULL, "only this profile, such as GFA00"},
    {NULL, "color_hex", K_COLOR, 0, 0, 0, 0, 0, NULL, "only colours close to it"},
    {NULL, "max_delta_e", K_REAL, 0, 0, 0, 100, 0, NULL,
     "how close (CIEDE2000), with color_hex; 12 where absent"},
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "where it will be printed"},
    {NULL, "limit", K_INT, 0, 0, 1, MOST, 0, NULL, "suggestions at most; 10 where absent"},
};
const struct body_table rest_suggest_body = {suggest_fields, LEN(suggest_fields)};

/* What the printer says of the air in a unit; -1 where it says nothing. */
static int humidity_in(const struct printer *printer, int64_t unit)
{
    for (int i = 0; i < printer->unit_count; i++)
        if (printer->units[i].number == unit)
            return printer->live.units[i].humidity;
    return -1;
}

static void add_humidity(const struct request *request, struct printer *printer, json_t *row)
{
    const json_t *id = json_object_get(row, "printer"), *unit = json_object_get(row, "unit");
    if (!json_is_integer(id) ||
        !hub_printer(request->api->context.hub, json_integer_value(id), printer))
        return;
    int humidity = humidity_in(printer, json_integer_value(unit));
    if (humidity >= 0)
        json_object_set_new(row, "humidity", json_integer(humidity));
}

enum err rest_suggest(struct request *request, struct reply *reply, struct why *why)
{
    json_auto_t *rows = NULL;
    auto_free struct printer *printer = malloc(sizeof *printer);
    if (!printer)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    enum err e = suggestions_candidates(request->db, request->args, &rows, why);
    for (size_t i = 0; e == OK && i < json_array_size(rows); i++)
        add_humidity(request, printer, json_array_get(rows, i));
    json_t *list = NULL;
    if (e == OK)
        e = suggestions_rank(request->db, request->args, rows, &list, why);
    return e ? e : reply_json(reply, 200, list);
}
