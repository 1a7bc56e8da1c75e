#include <string.h>

#include "tests/simulator/verbs.h"

static json_t *address(const struct printer *printer, int place)
{
    int unit, slot;
    if (model_is_none(place))
        return json_null();
    model_place_address(printer, place, &unit, &slot);
    return json_pack("{s:i, s:i}", "unit", unit, "slot", slot);
}

static json_t *slot_row(struct printer *printer, int place)
{
    const struct slot *slot = model_slot(printer, place);
    json_t *row = address(printer, place);
    json_t *more = json_pack(
        "{s:b, s:b, s:b, s:b, s:s, s:s, s:s, s:s, s:s, s:f}", "present", slot->present, "known",
        slot->known, "blank", slot->blank, "reading", slot->reading, "profile", slot->roll.profile,
        "material", slot->roll.material, "color", slot->roll.color, "uuid", slot->roll.tray_uuid,
        "roll", slot->roll.label, "grams", slot->roll.grams);
    json_object_update(row, more);
    json_decref(more);
    return row;
}

json_t *verbs_show(struct printer *printer)
{
    json_t *slots = json_array();
    for (int u = 0; u < printer->unit_count; u++) {
        for (int s = 0; s < printer->units[u].slot_count; s++)
            json_array_append_new(slots, slot_row(printer, printer->units[u].id << 8 | s));
    }
    if (printer->family->nozzles == 2)
        json_array_append_new(slots, slot_row(printer, PLACE_EXTERNAL_LEFT));
    json_array_append_new(slots, slot_row(printer, PLACE_EXTERNAL));
    return json_pack("{s:s, s:s, s:s, s:i, s:b, s:i, s:o, s:o}", "printer", printer->name, "serial",
                     printer->serial, "family", printer->family->slug, "state",
                     (int)printer->shown.state, "printing", printer->job.active, "layer",
                     printer->job.layer, "feeding", address(printer, printer->shown.now), "slots",
                     slots);
}

static void add_fed(const struct printer *printer, const struct fed *fed, json_t *list)
{
    json_t *row = address(printer, fed->place);
    json_t *more = json_pack("{s:f, s:s, s:s, s:s}", "grams", fed->grams, "roll", fed->label,
                             "color", fed->color, "uuid", fed->tray_uuid);
    json_object_update(row, more);
    json_decref(more);
    json_array_append_new(list, row);
}

json_t *verbs_truth(const struct printer *printer)
{
    const struct job *job = &printer->job;
    json_t *list = json_array();
    for (int i = 0; i < job->fed_count; i++)
        add_fed(printer, &job->fed[i], list);
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:b, s:o}", "printer", printer->name, "serial",
                     printer->serial, "job", job->plan.title, "file", job->plan.file, "layer",
                     job->layer, "layers", job->plan.layers, "finished",
                     printer->shown.state == GCODE_FINISH, "slots", list);
}
